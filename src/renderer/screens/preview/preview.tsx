import { type ReactElement, useEffect, useRef } from 'react';
import type { PlannedOperation, SyncResult } from '../../../shared/domain/sync-result.ts';
import type { AppError } from '../../../shared/rpc/errors.ts';
import { FormError } from '../../components/form-error.tsx';
import { LongList } from '../../components/long-list.tsx';
import { ListSkeleton } from '../../components/screen-skeleton.tsx';
import { readable } from '../../text/readable.ts';
import { text } from '../../text/text.ts';
import { FailedAccounts } from './failed-accounts.tsx';
import styles from './preview.module.css';
import { previewCounts } from './preview-counts.ts';

export interface PreviewProps {
  readonly result: SyncResult | undefined;
  readonly error: AppError | null;
  readonly loading: boolean;
  /** What is said before there is one. */
  readonly hint: string;
}

/** What a sync would do, in counts and as a list; nothing was written. */
export function Preview({ result, error, loading, hint }: PreviewProps): ReactElement {
  const box = useRef<HTMLElement>(null);
  const asked = loading || result !== undefined || error !== null;
  useEffect(() => {
    // What was asked for may lie below what is in sight.
    if (asked && !loading) box.current?.scrollIntoView({ block: 'nearest' });
  }, [asked, loading]);
  return (
    <section ref={box} className={styles.preview} aria-live="polite" aria-busy={loading}>
      {loading && (
        <>
          <p className={styles.quiet}>{text.preview.loading}</p>
          <ListSkeleton rows={2} />
        </>
      )}
      {!loading && error !== null && <FormError error={error} />}
      {!loading && error === null && result === undefined && <p className={styles.quiet}>{hint}</p>}
      {!loading && result !== undefined && <Outcome result={result} />}
    </section>
  );
}

function Outcome({ result }: { readonly result: SyncResult }): ReactElement {
  const { toCalendar, toBooking, nothing } = previewCounts(result);
  const operations = result.operations ?? [];
  return (
    <>
      <FailedAccounts result={result} />
      {nothing && result.ok && <p className={styles.nothing}>{text.preview.nothing}</p>}
      <div className={styles.counts}>
        <Counts title={text.preview.toCalendar} lines={toCalendar} />
        <Counts title={text.preview.toBooking} lines={toBooking} />
      </div>
      {operations.length > 0 && <Operations operations={operations} />}
    </>
  );
}

const Counts = ({
  title,
  lines,
}: {
  readonly title: string;
  readonly lines: readonly string[];
}): ReactElement | null =>
  lines.length === 0 ? null : (
    <div className={styles.side}>
      <h2 className={styles.sideTitle}>{title}</h2>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );

const Operations = ({ operations }: { readonly operations: readonly PlannedOperation[] }): ReactElement => (
  <details className={styles.details}>
    <summary>{text.preview.listTitle(operations.length)}</summary>
    <LongList className={styles.list} items={operations}>
      {({ kind, side, id, title, reason }) => (
        <li key={`${side} ${kind} ${id}`} className={styles.operation}>
          <span className={styles.kind}>{text.preview.kinds[kind] ?? text.preview.otherKind}</span>
          <span className={styles.title}>{title || text.overview.untitled}</span>
          <span className={styles.quiet}>{readable(reason)}</span>
        </li>
      )}
    </LongList>
  </details>
);
