import { Button, Modal } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactElement, useState } from 'react';
import { useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { EnrolForm } from '../first-run/enrol-form.tsx';
import { Fact, Section } from './section.tsx';
import styles from './settings.module.css';

/** Which booking system this computer is enrolled with and as whom, and enrolling it with another code. */
export function BookingSection(): ReactElement {
  const { bookingSystem, technician } = useSnapshot();
  const [enrolling, setEnrolling] = useState(false);
  const { settings } = text;
  return (
    <Section title={settings.bookingSystem}>
      <dl className={styles.facts}>
        <Fact name={settings.address}>{bookingSystem ?? settings.notEnrolled}</Fact>
        <Fact name={settings.technician}>{technician?.name ?? settings.notEnrolled}</Fact>
      </dl>
      <Button variant="default" onClick={() => setEnrolling(true)}>
        {settings.enrolAgain}
      </Button>
      <Modal
        opened={enrolling}
        onClose={() => setEnrolling(false)}
        title={settings.enrolAgainTitle}
        centered
        lockScroll={false}
        closeButtonProps={{ 'aria-label': text.common.close }}
      >
        <EnrolForm
          lead={settings.enrolAgainBody}
          onEnrolled={(name) => {
            setEnrolling(false);
            notifications.show({ message: text.firstRun.enrolledAs(name) });
          }}
        />
      </Modal>
    </Section>
  );
}
