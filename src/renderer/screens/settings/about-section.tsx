import { Button } from '@mantine/core';
import { lazy, type ReactElement, Suspense, useState } from 'react';
import { useAnswer, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { Fact, Section } from './section.tsx';
import styles from './settings.module.css';

const Licences = lazy(async () => ({ default: (await import('./licences.tsx')).Licences }));

/** What runs here, where it keeps what it knows, and by whose leave. */
export function AboutSection(): ReactElement {
  const { host } = useSnapshot();
  const { data } = useAnswer('about.get', {});
  const [opened, setOpened] = useState(false);
  const { settings } = text;
  return (
    <Section title={settings.about}>
      <dl className={styles.facts}>
        <Fact name={settings.version}>{host.version}</Fact>
        <Fact name={settings.runsAs}>{settings.hosts[host.kind]}</Fact>
        {data?.versions.map(({ name, version }) => (
          <Fact key={name} name={name}>
            {version}
          </Fact>
        ))}
        {data?.paths.map(({ kind, path }) => (
          <Fact key={kind} name={settings.paths[kind]}>
            <span className={styles.path}>{path}</span>
            {kind === 'policy' && !data.hasPolicy && (
              <span className={styles.hint}> {settings.noPolicy}</span>
            )}
          </Fact>
        ))}
      </dl>
      <Button variant="default" onClick={() => setOpened(true)}>
        {settings.licences}
      </Button>
      {opened && (
        <Suspense fallback={null}>
          <Licences onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </Section>
  );
}
