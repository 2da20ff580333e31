import { type MantineColorScheme, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { Page } from '../../layout/page.tsx';
import { useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import styles from './settings.module.css';

const THEMES: readonly MantineColorScheme[] = ['auto', 'light', 'dark'];

/** How the window looks, and what this program is. */
export function Settings(): ReactElement {
  const { host, bookingSystem, technician } = useSnapshot();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { settings } = text;
  return (
    <Page title={settings.title} lead={null}>
      <section className={styles.section}>
        <h2 className={styles.heading} id="appearance">
          {settings.appearance}
        </h2>
        <p className={styles.hint}>{settings.appearanceHint}</p>
        <SegmentedControl
          aria-labelledby="appearance"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as MantineColorScheme)}
          data={THEMES.map((value) => ({ value, label: settings.themes[value] }))}
        />
      </section>
      <section className={styles.section}>
        <h2 className={styles.heading}>{settings.about}</h2>
        <dl className={styles.facts}>
          <Fact name={settings.version}>{host.version}</Fact>
          <Fact name={settings.runsAs}>{settings.hosts[host.kind]}</Fact>
          <Fact name={settings.bookingSystem}>{bookingSystem ?? settings.notEnrolled}</Fact>
          <Fact name={settings.technician}>{technician?.name ?? settings.notEnrolled}</Fact>
        </dl>
      </section>
    </Page>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement => (
  <div className={styles.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
