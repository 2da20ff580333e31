import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useAction, useAnswer, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { SyncProgress } from '../overview/sync-progress.tsx';
import { Preview } from '../preview/preview.tsx';
import styles from './first-run.module.css';
import { markSetup } from './setup-state.ts';

/** What the first sync will do; starting it ends the set-up. */
export function StartStep(): ReactElement {
  const { progress } = useSnapshot();
  const sync = useAction('sync.now');
  // The step before has paused the timer. The run that it begins is the one that is asked for.
  const resume = useAction('sync.resume', {
    onSuccess: () => {
      sync.mutate({});
      markSetup('setup-preview-due', false);
    },
  });
  const running = resume.isPending || sync.isPending || progress !== null;
  const preview = useAnswer('sync.preview', {}, { enabled: !running });
  const { firstRun } = text;
  return (
    <>
      <p className={styles.lead}>{running ? firstRun.starting : firstRun.previewBody}</p>
      {running ? (
        <SyncProgress />
      ) : (
        <Preview result={preview.data} error={preview.error} loading={preview.isFetching} hint="" />
      )}
      <div className={styles.actions}>
        <Button
          variant="default"
          size="md"
          disabled={running}
          loading={preview.isFetching}
          onClick={() => void preview.refetch()}
        >
          {firstRun.previewAgain}
        </Button>
        <Button size="md" loading={running} disabled={preview.isPending} onClick={() => resume.mutate({})}>
          {firstRun.previewStart}
        </Button>
      </div>
    </>
  );
}
