import type { ReactElement } from 'react';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import { statusOf } from '../../../shared/status.ts';
import { momentText, type Reader } from '../../../shared/text/moment.ts';
import { StatusIcon } from '../../components/status-icon.tsx';
import { useReader } from '../../program/clock.ts';
import { useSnapshot } from '../../program/use-program.ts';
import { joined, text } from '../../text/text.ts';
import styles from './overview.module.css';

/** The status in a sentence, then the last run in words and the next one. */
export function HealthLine(): ReactElement {
  const snapshot = useSnapshot();
  const reader = useReader();
  const { icon, tone, sentence } = statusOf(snapshot, reader);
  return (
    <p className={styles.health} role="status">
      <StatusIcon icon={icon} tone={tone} />
      <span>{joined(sentence, lastRunText(snapshot, reader), nextRunText(snapshot, reader))}</span>
    </p>
  );
}

function lastRunText({ lastRun, state }: Snapshot, reader: Reader): string | null {
  if (lastRun === null || state === 'syncing') return null;
  const { overview } = text;
  const time = momentText(lastRun.finishedAt, reader);
  if (!lastRun.ok) return overview.lastRunFailed(time);
  const done = [
    lastRun.added > 0 && overview.added(lastRun.added),
    lastRun.changed > 0 && overview.changed(lastRun.changed),
    lastRun.removed > 0 && overview.removed(lastRun.removed),
  ].filter((part) => part !== false);
  const what = done.length === 0 ? overview.noChanges : done.join(', ');
  // The status of a program that is up to date names the time already.
  return state === 'up-to-date' ? what : overview.lastRun(what, time);
}

function nextRunText({ nextRunAt, state }: Snapshot, reader: Reader): string | null {
  if (nextRunAt === null || state === 'paused' || state === 'syncing' || state === 'offline') return null;
  return text.overview.nextRun(momentText(nextRunAt, reader));
}
