import type { LogFilter } from '../../shared/domain/sync-log.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Database } from './connection.ts';

/** A piece of SQL with what is bound to it. */
export interface Condition {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string | number>>;
}

/** What of a filter needs no look at words. */
export type PlainFilter = Pick<LogFilter, 'status' | 'provider' | 'from' | 'to'>;

const DAY_CHARS = 10;
const DAY_MS = 86_400_000;

/**
 * By status, provider and time, for a table with the log's columns.
 * @throws AppError INVALID_INPUT when `from` or `to` cannot be understood
 */
export function plainConditions({ status, provider, from, to }: PlainFilter): readonly Condition[] {
  const conditions: Condition[] = [];
  const add = (sql: string, name: string, value: string | undefined): void => {
    if (value !== undefined) conditions.push({ sql, parameters: { [name]: value } });
  };
  add('status = @status', 'status', status);
  add('provider = @provider', 'provider', provider);
  add('at >= @from', 'from', toInstant(from));
  add('at < @to', 'to', toInstant(to));
  return conditions;
}

export function all(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.length === 0 ? 'TRUE' : conditions.map(({ sql }) => sql).join(' AND '),
    parameters: Object.assign({}, ...conditions.map(({ parameters }) => parameters)),
  };
}

/**
 * How many entries a filter lets through: whole UTC days by the tally, what is left of a day at either end by counting.
 * @param whose narrows to one technician or project
 */
export function countPlain(db: Database, filter: PlainFilter, whose: readonly Condition[] = []): number {
  const { status, provider } = filter;
  const from = toInstant(filter.from) ?? '';
  const to = toInstant(filter.to) ?? '~';
  const count = (span: PlainFilter): number => {
    const { sql, parameters } = all([...plainConditions({ ...kinds, ...span }), ...whose]);
    return number(db, `SELECT count(*) FROM sync_log WHERE ${sql}`, parameters);
  };
  const kinds = { ...(status !== undefined && { status }), ...(provider !== undefined && { provider }) };
  if (from >= to) return 0;
  const firstWhole = dayOf(from === '' || isMidnight(from) ? from : nextMidnight(from));
  const endWhole = dayOf(to);
  if (firstWhole > endWhole) return count({ from, to });
  const tally = all([
    ...plainConditions(kinds),
    ...whose,
    { sql: 'day >= @first AND day < @end', parameters: { first: firstWhole, end: endWhole } },
  ]);
  return (
    number(db, `SELECT total(entries) FROM sync_log_tally WHERE ${tally.sql}`, tally.parameters) +
    (from === '' || isMidnight(from) ? 0 : count({ from, to: nextMidnight(from) })) +
    (to === '~' || isMidnight(to) ? 0 : count({ from: midnight(to), to }))
  );
}

export const number = (db: Database, sql: string, parameters: Condition['parameters']): number =>
  db.prepare<[object], number>(sql).pluck().get(parameters) ?? 0;

const dayOf = (instant: string): string => instant.slice(0, DAY_CHARS);
const midnight = (instant: string): string => `${dayOf(instant)}T00:00:00.000Z`;
const isMidnight = (instant: string): boolean => instant === midnight(instant);
const nextMidnight = (instant: string): string =>
  new Date(Date.parse(midnight(instant)) + DAY_MS).toISOString();

/** @throws AppError INVALID_INPUT when it cannot be understood */
export function toInstant(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) {
    throw new AppError(
      'INVALID_INPUT',
      `“${text}” is not a time. Write it as 2026-11-23 or 2026-11-23T09:00:00Z.`,
    );
  }
  return instant.toISOString();
}
