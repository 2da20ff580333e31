import { VisuallyHidden } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, useCallback, useMemo, useRef, useState } from 'react';
import type { LogEntry } from '../../../shared/domain/sync-log.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { useReader } from '../../program/clock.ts';
import { text } from '../../text/text.ts';
import styles from './log.module.css';
import { columnsFor, features } from './log-columns.tsx';
import { LogRow } from './log-row.tsx';
import { useKeptFocus } from './use-kept-focus.ts';

export interface LogTableProps {
  readonly entries: readonly LogEntry[];
  /** Whether other entries are on their way. */
  readonly busy: boolean;
}

/** As the style sheet has it. */
const ROW_HEIGHT = 44;
/** Rows beyond the edges: enough for the next one to take the focus before it is in sight. */
const OVERSCAN = 4;

/** The rows of one page; only those in sight are in the document, however many there are and however tall. */
export function LogTable({ entries, busy }: LogTableProps): ReactElement {
  const viewport = useRef<HTMLElement>(null);
  const [expanded, setExpanded] = useState<ReadonlySet<number>>(new Set());
  const { locale, timeZone } = useReader();
  const columns = useMemo(() => columnsFor(locale, timeZone), [locale, timeZone]);
  const table = useTable({ features, columns, data: entries, getRowId: ({ id }) => String(id) });
  const { rows } = table.getRowModel();
  // The same function as long as the rows are: with another one, every row is laid out anew in every frame.
  const keyOf = useCallback((index: number) => rows[index]?.id ?? index, [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: keyOf,
    overscan: OVERSCAN,
  });
  const shown = columns.length + 1 - useHiddenColumns();
  const toggle = useCallback((id: number): void => {
    setExpanded((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  // The browser's own way there is an animation, which ends before its time where it is late for a frame, or where rows
  // on the way turn out taller than they were taken for.
  const jump = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'Home') virtual.scrollToIndex(0, { align: 'start' });
    else if (event.key === 'End') virtual.scrollToEnd();
    else return;
    event.preventDefault();
    // A jump leads away from what has the focus.
    viewport.current?.focus({ preventScroll: true });
  };
  const focus = useKeptFocus(viewport);
  const places = virtual.getVirtualItems();
  const above = places[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (places.at(-1)?.end ?? 0);
  return (
    <ScrollRegion
      className={styles.viewport}
      ref={viewport}
      label={text.log.tableLabel}
      onKeyDown={jump}
      {...focus}
    >
      <table
        className={styles.table}
        aria-label={text.log.tableLabel}
        aria-rowcount={rows.length + 1}
        aria-busy={busy}
      >
        <thead className={styles.head}>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1}>
              {group.headers.map((header) => (
                <th key={header.id} scope="col" data-column={header.column.id}>
                  <table.FlexRender header={header} />
                </th>
              ))}
              <th scope="col" data-column="expand">
                <VisuallyHidden>{text.log.expand}</VisuallyHidden>
              </th>
            </tr>
          ))}
        </thead>
        <Space height={above} />
        {places.map(({ index }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <LogRow
              key={row.id}
              ref={virtual.measureElement}
              row={row}
              index={index}
              open={expanded.has(row.original.id)}
              columns={shown}
              onToggle={toggle}
            />
          );
        })}
        <Space height={below} />
      </table>
    </ScrollRegion>
  );
}

/** How many columns the style sheet leaves out of a narrow window: a cell across all of them must not count those. */
function useHiddenColumns(): number {
  const narrow = useMediaQuery('(max-width: 1000px)');
  const narrowest = useMediaQuery('(max-width: 640px)');
  return (narrow ? 2 : 0) + (narrowest ? 1 : 0);
}

/** In place of the rows that are not in the document. */
const Space = ({ height }: { readonly height: number }): ReactElement | null =>
  height <= 0 ? null : (
    <tbody aria-hidden>
      <tr>
        <td style={{ height }} className={styles.space} />
      </tr>
    </tbody>
  );
