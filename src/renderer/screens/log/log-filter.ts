import type { ProviderName } from '../../../shared/domain/account.ts';
import type { LogStatus } from '../../../shared/domain/sync-log.ts';
import type { Input } from '../../../shared/rpc/contract.ts';

/** What the filter bar holds; empty strings and nulls let everything through. */
export interface Filters {
  readonly status: LogStatus | null;
  readonly provider: ProviderName | null;
  /** Local calendar days, `2026-11-23`. */
  readonly from: string;
  readonly to: string;
  readonly search: string;
}

export const NO_FILTERS: Filters = { status: null, provider: null, from: '', to: '', search: '' };

export const hasFilter = (filters: Filters): boolean =>
  filters.status !== null ||
  filters.provider !== null ||
  `${filters.from}${filters.to}${filters.search}` !== '';

/** As the program is asked: whole local days become UTC instants, the last day included. */
export function filterOf({ status, provider, from, to, search }: Filters): Omit<Input<'logs.query'>, 'page'> {
  const first = localMidnight(from, 0);
  const end = localMidnight(to, 1);
  return {
    ...(status !== null && { status }),
    ...(provider !== null && { provider }),
    ...(first !== null && { from: first }),
    ...(end !== null && { to: end }),
    ...(search.trim() !== '' && { search: search.trim() }),
  };
}

function localMidnight(day: string, after: number): string | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (parts === null) return null;
  return new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + after).toISOString();
}
