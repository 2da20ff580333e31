import { VisuallyHidden } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import IconChevronDown from '@tabler/icons-react/icons/IconChevronDown';
import IconChevronRight from '@tabler/icons-react/icons/IconChevronRight';
import { createColumnHelper, tableFeatures, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import type { LogEntry } from '../../../shared/domain/sync-log.ts';
import { useReader } from '../../program/clock.ts';
import { operationText, readable } from '../../text/readable.ts';
import { text } from '../../text/text.ts';
import styles from './log.module.css';
import { LogDetails } from './log-details.tsx';
import { LogStatusMark } from './log-status.tsx';

export interface LogTableProps {
  readonly entries: readonly LogEntry[];
  /** Whether other entries are on their way. */
  readonly busy: boolean;
}

const ROW_HEIGHT = 44;
const OVERSCAN = 12;

const features = tableFeatures({});
const helper = createColumnHelper<typeof features, LogEntry>();

/** The rows of one page; only those in sight are in the document, however many there are and however tall. */
export function LogTable({ entries, busy }: LogTableProps): ReactElement {
  const viewport = useRef<HTMLElement>(null);
  const [expanded, setExpanded] = useState<ReadonlySet<number>>(new Set());
  const { locale, timeZone } = useReader();
  const columns = useMemo(() => columnsFor(locale, timeZone), [locale, timeZone]);
  const table = useTable({ features, columns, data: entries, getRowId: ({ id }) => String(id) });
  const { rows } = table.getRowModel();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: OVERSCAN,
  });
  const hidden = useHiddenColumns();
  const firstId = entries[0]?.id;
  // Another page is read from its top.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first entry is what tells one page from another
  useEffect(() => {
    viewport.current?.scrollTo({ top: 0 });
  }, [firstId]);

  const toggle = (id: number): void => {
    const next = new Set(expanded);
    if (!next.delete(id)) next.add(id);
    setExpanded(next);
  };
  const places = virtual.getVirtualItems();
  const above = places[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (places.at(-1)?.end ?? 0);
  return (
    <section
      className={styles.viewport}
      ref={viewport}
      // What scrolls must be reachable by the keyboard.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: so that the arrow keys scroll it
      tabIndex={0}
      aria-label={text.log.tableLabel}
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
        {places.map((place) => {
          const row = rows[place.index];
          if (row === undefined) return null;
          const entry = row.original;
          const open = expanded.has(entry.id);
          return (
            <tbody
              key={row.id}
              ref={virtual.measureElement}
              data-index={place.index}
              className={styles.group}
            >
              <tr aria-rowindex={place.index + 2}>
                {row.getAllCells().map((cell) => (
                  <td key={cell.id} data-column={cell.column.id}>
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
                <td data-column="expand">
                  <button
                    type="button"
                    className={styles.expand}
                    aria-expanded={open}
                    aria-label={`${text.log.expand}: ${readable(entry.message)}`}
                    onClick={() => toggle(entry.id)}
                  >
                    {open ? (
                      <IconChevronDown size={18} aria-hidden />
                    ) : (
                      <IconChevronRight size={18} aria-hidden />
                    )}
                  </button>
                </td>
              </tr>
              {open && (
                <tr>
                  <td colSpan={row.getAllCells().length + 1 - hidden} className={styles.detailsCell}>
                    <LogDetails entry={entry} />
                  </td>
                </tr>
              )}
            </tbody>
          );
        })}
        <Space height={below} />
      </table>
    </section>
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

function columnsFor(locale: string, timeZone: string) {
  const { columns } = text.log;
  const moment = new Intl.DateTimeFormat(locale, {
    timeZone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return helper.columns([
    helper.accessor('at', {
      header: columns.when,
      cell: ({ getValue }) => <time dateTime={getValue()}>{moment.format(new Date(getValue()))}</time>,
    }),
    helper.accessor('status', {
      header: columns.status,
      cell: ({ getValue }) => <LogStatusMark status={getValue()} />,
    }),
    helper.accessor('operation', {
      header: columns.operation,
      cell: ({ row }) => operationText(row.original.operation, row.original.direction),
    }),
    helper.accessor('message', { header: columns.message, cell: ({ getValue }) => readable(getValue()) }),
    helper.accessor('provider', {
      header: columns.where,
      cell: ({ getValue }) => providerName(getValue()),
    }),
  ]);
}

const providerName = (provider: string | null): string =>
  provider === null
    ? text.conflicts.booking
    : ((text.desktop.providers as Readonly<Record<string, string>>)[provider] ?? provider);
