import { createColumnHelper, tableFeatures } from '@tanstack/react-table';
import type { LogEntry } from '../../../shared/domain/sync-log.ts';
import { operationText, readable } from '../../text/readable.ts';
import { text } from '../../text/text.ts';
import { LogStatusMark } from './log-status.tsx';

export const features = tableFeatures({});
const helper = createColumnHelper<typeof features, LogEntry>();

/** What is told of an operation in its row, times as the reader writes them. */
export function columnsFor(locale: string, timeZone: string) {
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
