import type { ReactElement } from 'react';
import type { SettingsView } from '../../../shared/domain/settings.ts';
import { Failure } from '../../components/failure.tsx';
import { ListSkeleton } from '../../components/screen-skeleton.tsx';
import { Page } from '../../layout/page.tsx';
import { useAnswer, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { AboutSection } from './about-section.tsx';
import { BookingSection } from './booking-section.tsx';
import { DataSection } from './data-section.tsx';
import { IntervalField, NumberField, SwitchField, TextField, ThemeField } from './fields.tsx';
import { NetworkTest } from './network-test.tsx';
import { RepairSection } from './repair-section.tsx';
import { Section } from './section.tsx';
import styles from './settings.module.css';
import { SupportSection } from './support-section.tsx';
import { UpdatesSection } from './updates-section.tsx';

/** What people can set, what the organisation has set for them, and what support asks for. */
export function Settings(): ReactElement {
  const { data, error, refetch } = useAnswer('settings.get', {});
  const { settings } = text;
  return (
    <Page title={settings.title} lead={settings.lead}>
      {error !== null && <Failure title={settings.failed} error={error} onRetry={() => void refetch()} />}
      {error === null && data === undefined && <ListSkeleton rows={5} />}
      <BookingSection />
      {data !== undefined && error === null && <Values view={data} />}
      <DataSection view={data} />
      <RepairSection />
      <SupportSection />
      <AboutSection />
    </Page>
  );
}

function Values({ view }: { readonly view: SettingsView }): ReactElement {
  const { host } = useSnapshot();
  const { settings } = text;
  return (
    <>
      {view.problems.length > 0 && (
        <section className={styles.problems} aria-label={settings.problems}>
          <h2 className={styles.heading}>{settings.problems}</h2>
          <ul>
            {view.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </section>
      )}
      <Section title={settings.sync}>
        <IntervalField view={view} />
        <SwitchField view={view} name="startAtLogin" />
        {host.kind === 'headless' && <p className={styles.hint}>{settings.desktopOnly}</p>}
      </Section>
      <Section title={settings.notifications} hint={settings.notificationsHint}>
        <SwitchField view={view} name="notifyNeedsSignIn" />
        <SwitchField view={view} name="notifyDecisionWaiting" />
        <SwitchField view={view} name="notifyFailing" />
        <SwitchField view={view} name="notifyUpdateReady" />
      </Section>
      <Section title={settings.appearance}>
        <ThemeField view={view} />
      </Section>
      <Section title={settings.network}>
        <TextField view={view} name="proxyUrl" />
        <TextField view={view} name="caFile" />
        <SwitchField view={view} name="allowPrivateFeeds" />
        <NetworkTest />
      </Section>
      <Section title={settings.alerts} hint={settings.alertsHint}>
        <NumberField
          view={view}
          name="alertAfterFailures"
          hint={settings.alertAfterFailuresHint}
          min={1}
          max={100}
        />
        <TextField view={view} name="alertWebhookUrl" />
        <NumberField
          view={view}
          name="calendarHealthMinutes"
          hint={settings.calendarHealthMinutesHint}
          min={1}
          max={10_080}
        />
      </Section>
      <UpdatesSection view={view} />
    </>
  );
}
