import type { Direction } from '../../shared/domain/mapping.ts';
import type { ErrorCode } from '../../shared/rpc/errors.ts';

/** What one run did: the document that `sync --json` prints (`host.md`). */
export interface SyncResult {
  readonly runId: string;
  /** UTC instants. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly ok: boolean;
  readonly dryRun: boolean;
  readonly accounts: readonly AccountResult[];
  /** With a dry run: what would be done. */
  readonly operations?: readonly PlannedOperation[];
}

export interface AccountResult {
  readonly accountId: string;
  readonly provider: string;
  readonly ok: boolean;
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
  readonly mappings: readonly MappingResult[];
  readonly requests: { readonly provider: number; readonly booking: number };
}

export interface MappingResult {
  readonly mappingId: string;
  readonly calendarId: string;
  readonly direction: Direction;
  readonly imported: SideResult;
  readonly exported: SideResult;
  readonly proposed: number;
  /** New in this run; what waits in all is in `status`. */
  readonly conflicts: number;
  /** Deletions that wait for a decision. */
  readonly held: number;
}

export interface SideResult {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  readonly skipped: number;
}

export interface PlannedOperation {
  readonly kind: string;
  readonly side: 'calendar' | 'booking';
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly mappingId: string;
}
