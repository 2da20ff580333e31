import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactElement, useRef } from 'react';
import type { DecidedConflict as Decided } from '../../../shared/domain/decision.ts';
import { useAction } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import styles from './conflicts.module.css';
import { useFocusOn } from './use-focus-on.ts';

/** What was answered, in whichever window, with a way back while no sync has carried it out. */
export function DecidedConflict({
  decided: { id, keep, booking },
  arrived,
  onUndone,
}: {
  readonly decided: Decided;
  /** Whether it was answered here just now, so that the focus follows it. */
  readonly arrived: boolean;
  readonly onUndone: () => void;
}): ReactElement {
  const { conflicts } = text;
  const button = useRef<HTMLButtonElement>(null);
  useFocusOn(button, arrived);
  const undo = useAction('conflicts.undo', {
    onSuccess: () => {
      notifications.show({ message: conflicts.undone });
      onUndone();
    },
  });
  const title = booking.title || text.overview.untitled;
  return (
    <section className={styles.decided} aria-label={title}>
      <p>
        <strong>{title}</strong> {conflicts.decided[keep]} {conflicts.decidedHint}
      </p>
      <Button
        ref={button}
        variant="default"
        size="compact-sm"
        loading={undo.isPending}
        onClick={() => undo.mutate({ id })}
      >
        {text.common.undo}
      </Button>
    </section>
  );
}
