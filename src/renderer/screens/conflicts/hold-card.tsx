import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactElement, useState } from 'react';
import type { HoldItem } from '../../../shared/domain/decision.ts';
import { momentText } from '../../../shared/text/moment.ts';
import { Confirm } from '../../components/confirm.tsx';
import { useReader } from '../../program/clock.ts';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { readable } from '../../text/readable.ts';
import { text } from '../../text/text.ts';
import { useCalendarName } from '../mappings/calendar-name.ts';
import styles from './conflicts.module.css';

/** Deletions that were held: why, the list of what would go, and letting it happen or not. */
export function HoldCard({
  hold,
  primary,
}: {
  readonly hold: HoldItem;
  /** Whether it is the next one to decide. */
  readonly primary: boolean;
}): ReactElement {
  const { mappings } = useSnapshot();
  const reader = useReader();
  const mapping = mappings.find(({ mappingId }) => mappingId === hold.mappingId) ?? null;
  const calendar = useCalendarName(mapping);
  const [asking, setAsking] = useState(false);
  const { conflicts } = text;
  const say = (message: string): void => {
    setAsking(false);
    notifications.show({ message });
  };
  const release = useAction('holds.release', {
    onSuccess: ({ deletions }) => say(conflicts.released(deletions)),
  });
  const discard = useAction('holds.discard', {
    onSuccess: ({ deletions }) => say(conflicts.discarded(deletions)),
  });
  const count = hold.deletions.length;
  return (
    <section className={styles.card} aria-labelledby={`hold-${hold.id}`}>
      <header>
        <h2 className={styles.title} id={`hold-${hold.id}`}>
          {conflicts.holdTitle(count, calendar || conflicts.calendar)}
        </h2>
        <p className={styles.quiet}>
          {readable(hold.reason)} {conflicts.heldSince(momentText(hold.createdAt, reader))}
        </p>
      </header>
      <details className={styles.details}>
        <summary>{conflicts.holdList(count)}</summary>
        <ul className={styles.deletions}>
          {hold.deletions.map(({ id, title, start }) => (
            <li key={`${id} ${start}`}>
              <span>{title || text.overview.untitled}</span>
              <span className={styles.quiet}>{momentText(start, reader)}</span>
            </li>
          ))}
        </ul>
      </details>
      <div className={styles.actions}>
        <Button variant="default" onClick={() => setAsking(true)}>
          {conflicts.release(count)}
        </Button>
        <Button
          variant={primary ? 'filled' : 'default'}
          onClick={() => discard.mutate({ id: hold.id })}
          loading={discard.isPending}
        >
          {conflicts.discard}
        </Button>
      </div>
      <Confirm
        opened={asking}
        title={conflicts.releaseTitle(count)}
        action={conflicts.releaseAction(count)}
        danger
        pending={release.isPending}
        onConfirm={() => release.mutate({ id: hold.id })}
        onClose={() => setAsking(false)}
      >
        <p>{conflicts.releaseBody}</p>
      </Confirm>
    </section>
  );
}
