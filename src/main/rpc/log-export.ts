import { stringify } from 'csv-stringify/sync';
import { assertNever } from '../../shared/assert-never.ts';
import type { LogEntry } from '../../shared/domain/sync-log.ts';

const COLUMNS = [
  'id',
  'at',
  'runId',
  'accountId',
  'mappingId',
  'provider',
  'direction',
  'operation',
  'status',
  'bookingId',
  'externalId',
  'technicianId',
  'projectId',
  'message',
  'code',
  'durationMs',
  'attempt',
  'payload',
] as const satisfies readonly (keyof LogEntry)[];

/** Log entries as a file for a spreadsheet (RFC 4180) or a program. Times are UTC instants. */
export function logText(entries: readonly LogEntry[], format: 'csv' | 'json'): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ items: entries }, null, 2)}\n`;
    case 'csv':
      return stringify([...entries], {
        header: true,
        columns: [...COLUMNS],
        record_delimiter: 'windows',
        bom: true,
        // Titles come from other people, and a spreadsheet would run what begins like a formula.
        escape_formulas: true,
        cast: { object: (value) => JSON.stringify(value) },
      });
    default:
      return assertNever(format);
  }
}
