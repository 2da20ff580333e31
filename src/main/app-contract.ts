import type { Account, CalendarListEntry, ProviderName } from '../shared/domain/account.ts';
import type { Project, Technician } from '../shared/domain/booking.ts';
import type { Mapping } from '../shared/domain/mapping.ts';
import type { LogEntry, LogStatus } from '../shared/domain/sync-log.ts';
import type { SyncResult } from './engine/sync-result.ts';
import type { SyncOptions } from './engine/sync-run.ts';
import type { OAuthProviderName } from './oauth-providers.ts';
import type { Clock, Fetch, Keychain, Log, OpenUrl, Random } from './ports.ts';

/** What a host supplies. */
export interface AppPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  /** Null where the operating system has none. Asked for once, when a secret is first needed. */
  readonly keychain: () => Promise<Keychain | null>;
  readonly log: Log;
  /** The variables of `host.md`; the core never reads the process's environment itself. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
  /** `calendar-sync/VERSION (host; platform)` */
  readonly userAgent: string;
  readonly deviceName: string;
}

export type MappingInput = Pick<Mapping, 'accountId' | 'calendarId' | 'direction'> &
  Partial<Omit<Mapping, 'id' | 'revision' | 'accountId' | 'calendarId' | 'direction'>>;

export type MappingChanges = Partial<Omit<Mapping, 'id' | 'revision' | 'accountId' | 'calendarId'>>;

export interface Status {
  readonly enrolled: boolean;
  readonly technician: Technician | null;
  readonly state: 'not-enrolled' | 'no-accounts' | 'up-to-date' | 'needs-sign-in' | 'attention' | 'error';
  readonly accounts: readonly Account[];
  readonly mappings: readonly (Mapping & { readonly mappingId: string })[];
  readonly lastRun: {
    readonly runId: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly ok: boolean;
  } | null;
  /** UTC instant, or null while nothing runs on a timer. */
  readonly nextRunAt: string | null;
  /** How many wait for a decision. */
  readonly conflicts: number;
  readonly holds: number;
}

export interface ConflictItem {
  readonly id: string;
  readonly bookingId: string;
  readonly mappingId: string;
  readonly kind: string;
  readonly createdAt: string;
  /** The differing fields, by their name in a booking: start, end, title, description, location, status. */
  readonly fields: readonly string[];
  readonly booking: ConflictVersion;
  readonly calendar: ConflictVersion;
}

export interface ConflictVersion {
  readonly title: string;
  readonly description: string;
  readonly location: string;
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  readonly status: string;
}

export interface HoldItem {
  readonly id: string;
  readonly mappingId: string;
  readonly createdAt: string;
  readonly reason: string;
  readonly deletions: readonly { readonly id: string; readonly title: string; readonly start: string }[];
}

export interface LogFilter {
  readonly status?: LogStatus;
  readonly provider?: string;
  /** UTC instants. */
  readonly from?: string;
  readonly to?: string;
  readonly search?: string;
  /** From 1. */
  readonly page?: number;
}

export interface LogPage {
  readonly items: readonly LogEntry[];
  readonly page: number;
  readonly pages: number;
  readonly total: number;
}

export interface Explanation {
  readonly id: string;
  readonly links: readonly {
    readonly kind: 'export' | 'import';
    readonly mappingId: string;
    readonly bookingId: string | null;
    readonly blockId: string | null;
    readonly eventId: string | null;
    readonly state: string;
    readonly reason: string;
    readonly decidedAt: string;
  }[];
  readonly mapping: Mapping | null;
  readonly decisions: readonly { readonly at: string; readonly operation: string; readonly reason: string }[];
}

export interface ConnectedAccount {
  readonly accountId: string;
  readonly provider: ProviderName;
  readonly email: string;
}

/** A sign-in in the browser. */
export interface SignInRequest {
  readonly access: 'read' | 'write';
  readonly openUrl: OpenUrl;
  /** Cancels it. */
  readonly signal?: AbortSignal;
}

/**
 * The program, whatever host it runs in. Every method throws `AppError` only. Methods that write need the data
 * directory's lock; those of `LookApp` do not.
 */
export interface App extends LookApp {
  enrol(
    input: { readonly url: string } & ({ readonly code: string } | { readonly token: string }),
  ): Promise<Technician>;
  connectOAuth(provider: OAuthProviderName, options: SignInRequest): Promise<ConnectedAccount>;
  connectGoogle(options: SignInRequest): Promise<ConnectedAccount>;
  /** With `deleteEvents`, first removes what was created in the calendar and in the booking system; says how many. */
  removeAccount(
    id: string,
    options: { readonly deleteEvents: boolean },
  ): Promise<{ readonly removed: number }>;
  calendars(accountId: string): Promise<readonly CalendarListEntry[]>;
  technicians(): Promise<readonly Technician[]>;
  projects(): Promise<readonly Project[]>;
  addMapping(input: MappingInput): Promise<Mapping>;
  updateMapping(id: string, changes: MappingChanges): Promise<Mapping>;
  removeMapping(
    id: string,
    options: { readonly deleteEvents: boolean },
  ): Promise<{ readonly removed: number }>;
  /** Forgets what is known of a mapping; the next run adopts afresh. */
  resyncMapping(id: string): void;
  /** @throws AppError PRECONDITION_FAILED, detail `not-ready`, without enrolment or accounts (exit code 4) */
  sync(options?: SyncOptions): Promise<SyncResult>;
  /** Notes the answer; the next run carries it out. */
  resolveConflict(id: string, keep: 'booking' | 'calendar'): Promise<void>;
  /** Notes the answer; the next run carries it out. Says how many deletions it is about. */
  decideHold(id: string, answer: 'released' | 'discarded'): Promise<number>;
  backup(file: string): void;
  /**
   * Forgets everything, or with `keepAccounts` everything but the enrolment and the accounts. What was created in
   * calendars and in the booking system stays. A backup is kept; the answer says where.
   */
  reset(options: { readonly keepAccounts: boolean }): Promise<{ readonly backup: string }>;
}

/** What only looks, and so works beside a running sync. */
export interface LookApp {
  status(): Status;
  accounts(): readonly Account[];
  mappings(): readonly (Mapping & { readonly mappingId: string })[];
  conflicts(): readonly ConflictItem[];
  holds(): readonly HoldItem[];
  logs(filter: LogFilter): LogPage;
  explain(id: string): Explanation;
  close(): void;
}
