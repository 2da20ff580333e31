import { Button, Progress } from '@mantine/core';
import type { ReactElement } from 'react';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { joined, text } from '../../text/text.ts';
import styles from './overview.module.css';

const ALL = 100;

/** How far a run has come, in words and counts, with a way to stop it. */
export function SyncProgress(): ReactElement | null {
  const { progress } = useSnapshot();
  const cancel = useAction('sync.cancel');
  if (progress === null) return null;
  const { phase, done, total } = progress;
  const known = total !== null && total > 0;
  const counted = known ? text.overview.progressOf(done, total) : null;
  return (
    <section className={styles.progress}>
      <p className={styles.progressText} role="status">
        {joined(text.overview.phases[phase] ?? text.overview.syncing, counted)}
      </p>
      <Progress
        className={styles.progressBar ?? ''}
        aria-label={text.overview.progressLabel}
        value={known ? (Math.min(done, total) / total) * ALL : ALL}
        animated={!known}
        striped={!known}
      />
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => cancel.mutate({})}
        loading={cancel.isPending}
      >
        {text.overview.stop}
      </Button>
    </section>
  );
}
