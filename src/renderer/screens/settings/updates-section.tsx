import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { assertNever } from '../../../shared/assert-never.ts';
import type { SettingsView } from '../../../shared/domain/settings.ts';
import type { UpdateState } from '../../../shared/domain/update.ts';
import { momentText, type Reader } from '../../../shared/text/moment.ts';
import { useReader } from '../../program/clock.ts';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { ChannelField } from './fields.tsx';
import { Section } from './section.tsx';
import styles from './settings.module.css';

/** Which versions the desktop app follows, how it stands to them, and looking now. */
export function UpdatesSection({ view }: { readonly view: SettingsView }): ReactElement {
  const { host, update } = useSnapshot();
  const { settings } = text;
  const hint = host.kind === 'headless' ? settings.updatesHint : settings.updatesElsewhere;
  return (
    <Section title={settings.updates} hint={update === null ? hint : undefined}>
      <ChannelField view={view} />
      {update !== null && <Standing update={update} />}
    </Section>
  );
}

function Standing({ update }: { readonly update: UpdateState }): ReactElement {
  const reader = useReader();
  const check = useAction('updates.check');
  const install = useAction('updates.install');
  const { settings } = text;
  const looking = check.isPending || update.kind === 'checking';
  return (
    <>
      <p role="status" className={styles.standing} data-kind={update.kind}>
        {standingText(update, reader)}
      </p>
      {update.kind === 'ready' ? (
        <Button onClick={() => install.mutate({})} loading={install.isPending || install.isSuccess}>
          {text.desktop.window.updateNow}
        </Button>
      ) : (
        update.kind !== 'downloading' && (
          <Button variant="default" onClick={() => check.mutate({})} loading={looking}>
            {settings.checkForUpdates}
          </Button>
        )
      )}
    </>
  );
}

function standingText(update: UpdateState, reader: Reader): string {
  const { standings } = text.settings;
  switch (update.kind) {
    case 'not-checked':
      return standings.notChecked;
    case 'checking':
      return standings.checking;
    case 'up-to-date':
      return standings.upToDate(momentText(update.at, reader));
    case 'downloading':
      return standings.downloading(update.version, update.percent);
    case 'ready':
      return standings.ready(update.version);
    case 'failed':
      return standings.failed[update.reason];
    default:
      return assertNever(update);
  }
}
