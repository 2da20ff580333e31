import IconScale from '@tabler/icons-react/icons/IconScale';
import { type ReactElement, useState } from 'react';
import { EmptyState } from '../../components/empty-state.tsx';
import { Failure } from '../../components/failure.tsx';
import { ListSkeleton } from '../../components/screen-skeleton.tsx';
import { Page } from '../../layout/page.tsx';
import { useAnswer } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { ConflictCard } from './conflict-card.tsx';
import styles from './conflicts.module.css';
import { DecidedConflict } from './decided-conflict.tsx';
import { HoldCard } from './hold-card.tsx';

/** The inbox of decisions: conflicting edits, and deletions on hold. */
export function Conflicts(): ReactElement {
  const conflicts = useAnswer('conflicts.list', {});
  const answered = useAnswer('conflicts.decided', {});
  const holds = useAnswer('holds.list', {});
  /** The one that was answered or taken back here last: the focus follows it to where it went. */
  const [moved, setMoved] = useState<string | null>(null);
  const open = conflicts.data?.items ?? [];
  const waiting = new Set(open.map(({ id }) => id));
  // Both lists are asked for at once; one that is in both has just been taken back.
  const decided = (answered.data?.items ?? []).filter(({ id }) => !waiting.has(id));
  const error = conflicts.error ?? answered.error ?? holds.error;
  const loading = conflicts.data === undefined || answered.data === undefined || holds.data === undefined;
  const held = holds.data?.items ?? [];
  return (
    <Page title={text.conflicts.title} lead={text.conflicts.lead}>
      {error !== null && (
        <Failure
          title={text.conflicts.failed}
          error={error}
          onRetry={() => {
            void conflicts.refetch();
            void answered.refetch();
            void holds.refetch();
          }}
        />
      )}
      {error === null && loading && <ListSkeleton rows={4} />}
      {error === null && !loading && open.length + held.length + decided.length === 0 && (
        <EmptyState
          icon={<IconScale aria-hidden />}
          title={text.conflicts.emptyTitle}
          body={text.conflicts.emptyBody}
        />
      )}
      <div className={styles.list}>
        {decided.map((one) => (
          <DecidedConflict
            key={one.id}
            decided={one}
            arrived={one.id === moved}
            onUndone={() => setMoved(one.id)}
          />
        ))}
        {open.map((conflict, place) => (
          <ConflictCard
            key={conflict.id}
            conflict={conflict}
            primary={place === 0}
            arrived={conflict.id === moved}
            onDecided={() => setMoved(conflict.id)}
          />
        ))}
        {held.map((hold, place) => (
          <HoldCard key={hold.id} hold={hold} primary={open.length + place === 0} />
        ))}
      </div>
    </Page>
  );
}
