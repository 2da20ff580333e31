import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { ReactElement } from 'react';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { joined, text } from '../../text/text.ts';
import styles from './conflicts.module.css';
import { type Decided, forget } from './decided.ts';

/** What was answered, with a way back while no sync has carried it out. */
export function DecidedConflict({
  decided: { conflict, keep, afterRun },
}: {
  readonly decided: Decided;
}): ReactElement {
  const { lastRun } = useSnapshot();
  const { conflicts } = text;
  const undo = useAction('conflicts.undo', {
    onSuccess: () => {
      forget(conflict.id);
      notifications.show({ message: conflicts.undone });
    },
  });
  const carriedOut = (lastRun?.runId ?? null) !== afterRun;
  return (
    <section className={styles.decided} aria-label={conflict.booking.title}>
      <p>
        <strong>{conflict.booking.title || text.overview.untitled}</strong>{' '}
        <span>{joined(conflicts.decided[keep], carriedOut ? null : conflicts.decidedHint)}</span>
      </p>
      {!carriedOut && (
        <Button
          variant="default"
          size="compact-sm"
          loading={undo.isPending}
          onClick={() => undo.mutate({ id: conflict.id })}
        >
          {text.common.undo}
        </Button>
      )}
    </section>
  );
}
