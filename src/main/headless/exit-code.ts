import type { SyncResult } from '../../shared/domain/sync-result.ts';

/** What the process says of its outcome. */
export const EXIT = {
  done: 0,
  /** Some part failed. */
  failed: 1,
  wrongUsage: 2,
  /** Everything else was done and deletions are held for a decision. */
  held: 3,
  /** `sync` without enrolment or accounts. */
  notReady: 4,
  /** Another process owns the data directory. */
  locked: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function syncExitCode(result: Pick<SyncResult, 'ok' | 'accounts' | 'discrepancies'>): ExitCode {
  if (!result.ok) return EXIT.failed;
  const held =
    result.accounts.some(({ mappings }) => mappings.some((mapping) => mapping.held > 0)) ||
    result.discrepancies?.some((discrepancy) => discrepancy.held === 'many') === true;
  return held ? EXIT.held : EXIT.done;
}
