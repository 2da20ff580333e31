import { Button, Group } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import type { Discrepancy } from '../../../shared/domain/discrepancy.ts';
import type { SyncResult } from '../../../shared/domain/sync-result.ts';
import { momentText } from '../../../shared/text/moment.ts';
import { Confirm } from '../../components/confirm.tsx';
import { FormError } from '../../components/form-error.tsx';
import { LongList } from '../../components/long-list.tsx';
import { useReader } from '../../program/clock.ts';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { FailedAccounts } from '../preview/failed-accounts.tsx';
import { Section } from './section.tsx';
import styles from './settings.module.css';

/** What calendars and records disagree about, seen before any of it is put right. */
export function RepairSection(): ReactElement {
  const { maintenance } = useSnapshot();
  const [asking, setAsking] = useState(false);
  const preview = useAction('sync.previewRepair', { onError: () => undefined });
  const repair = useAction('sync.repair', {
    onError: () => undefined,
    onSettled: () => setAsking(false),
  });
  const compare = (): void => {
    repair.reset();
    preview.mutate({});
  };
  const { repairs } = text;
  const told = maintenance?.discrepancies ?? 0;
  const result = repair.data ?? preview.data;
  const found = result?.discrepancies ?? [];
  const held = found.filter((one) => one.held === 'many');
  const due = result?.dryRun === true ? found.filter((one) => one.held === null).length : 0;
  return (
    <Section title={repairs.title} hint={repairs.hint}>
      {told > 0 && result === undefined && <p>{repairs.told(told)}</p>}
      <Button variant="default" loading={preview.isPending} disabled={repair.isPending} onClick={compare}>
        {repairs.compare}
      </Button>
      <FormError error={repair.error ?? preview.error} />
      <div role="status" className={styles.report}>
        {result !== undefined && !preview.isPending && <Found result={result} />}
      </div>
      {!preview.isPending && due + held.length > 0 && (
        <Group>
          {due > 0 && (
            <Button loading={repair.isPending && !asking} onClick={() => repair.mutate({ release: false })}>
              {repairs.putRight(due)}
            </Button>
          )}
          {held.length > 0 && (
            <Button variant="default" disabled={repair.isPending} onClick={() => setAsking(true)}>
              {repairs.release(held.length)}
            </Button>
          )}
        </Group>
      )}
      <Confirm
        opened={asking}
        title={repairs.releaseTitle(held.length)}
        action={repairs.releaseAction(held.length)}
        danger
        pending={repair.isPending}
        onConfirm={() => repair.mutate({ release: true })}
        onClose={() => setAsking(false)}
      >
        <p>{repairs.releaseBody}</p>
      </Confirm>
    </Section>
  );
}

/** Before: everything that was found. Afterwards: what was put right as a count, and what waits. */
function Found({ result }: { readonly result: SyncResult }): ReactElement {
  const { discrepancies = [], dryRun, ok } = result;
  const held = discrepancies.filter((one) => one.held !== null);
  const done = discrepancies.length - held.length;
  const listed = dryRun ? discrepancies : held;
  const { repairs } = text;
  return (
    <>
      <FailedAccounts result={result} />
      {discrepancies.length === 0 && ok && <p className={styles.verdict}>{repairs.agree}</p>}
      {!dryRun && done > 0 && ok && <p className={styles.verdict}>{repairs.done(done)}</p>}
      {dryRun && discrepancies.length > 0 && (
        <p className={styles.verdict}>{`${repairs.found(discrepancies.length)}.`}</p>
      )}
      {listed.length > 0 && <Findings findings={listed} />}
    </>
  );
}

function Findings({ findings }: { readonly findings: readonly Discrepancy[] }): ReactElement {
  const reader = useReader();
  const { repairs } = text;
  return (
    <LongList className={styles.findings} items={findings}>
      {({ kind, calendarId, eventId, title, start, message, held }) => (
        <li key={`${kind} ${calendarId} ${eventId}`}>
          <p>
            <strong>{title || repairs.unnamed[kind]}</strong>{' '}
            {start !== '' && <span className={styles.hint}>{momentText(start, reader)}</span>}
          </p>
          <p className={styles.hint}>
            {message} {held !== null && repairs.held[held]}
          </p>
        </li>
      )}
    </LongList>
  );
}
