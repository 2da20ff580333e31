import type { Account, CalendarListEntry } from '../shared/domain/account.ts';
import type { Project, Technician } from '../shared/domain/booking.ts';
import type { ConflictItem, HoldItem } from '../shared/domain/decision.ts';
import type { DoctorReport } from '../shared/domain/doctor.ts';
import type { Explanation } from '../shared/domain/explanation.ts';
import type { Mapping } from '../shared/domain/mapping.ts';
import type { LogFilter, LogPage } from '../shared/domain/sync-log.ts';
import type { SyncResult } from '../shared/domain/sync-result.ts';
import type { ConnectedAccount } from '../shared/rpc/contract.ts';
import type { Agent } from './agent.ts';
import type { DiagnosticsFile } from './diagnostics/bundle.ts';
import type { SyncOptions } from './engine/sync-run.ts';
import type { FeedRequest, FeedResponse } from './feeds/feed-server.ts';
import type { FeedChange, FeedInput, FeedItem } from './feeds/feeds.ts';
import type { OAuthProviderName } from './oauth-providers.ts';
import type { Clock, Fetch, Keychain, Log, OpenUrl, Power, Random } from './ports.ts';
import type { SettingsStore } from './settings/settings.ts';

/** What a host supplies. */
export interface AppPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  /** Null where the operating system has none. Asked for once, when a secret is first needed. */
  readonly keychain: () => Promise<Keychain | null>;
  readonly power: Power;
  readonly log: Log;
  /** The variables of `host.md`; the core never reads the process's environment itself. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The settings in force, opened when they are first asked for. */
  readonly settings: () => Promise<SettingsStore>;
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

/** Calendars that others can subscribe to. */
export interface AppFeeds {
  list(): Promise<readonly FeedItem[]>;
  /**
   * Makes a feed; with `publish` it is hosted by the booking system before this returns, or not made at all.
   * @throws AppError NOT_FOUND for a technician or project this device does not see; PRECONDITION_FAILED when the
   *   booking system hosts no feeds
   */
  create(input: FeedInput): Promise<FeedItem>;
  /** Gives a feed a new link; the old ones are dead. One that was switched off is on again. */
  rotate(id: string): Promise<FeedChange>;
  /** Switches a feed off. */
  disable(id: string): Promise<FeedChange>;
  /** Writes a feed to a file (absolute path) at once or not at all; says how many bytes. */
  write(id: string, file: string): Promise<number>;
  /** Answers a GET or HEAD of `/ics/TOKEN.ics`, for a server to pass on. Never rejects. */
  respond(request: FeedRequest): Promise<FeedResponse>;
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
  /** What runs unattended. Off until a host starts it; to be stopped before `close`. */
  readonly agent: Agent;
  enrol(
    input: { readonly url: string } & ({ readonly code: string } | { readonly token: string }),
  ): Promise<Technician>;
  connectOAuth(provider: OAuthProviderName, options: SignInRequest): Promise<ConnectedAccount>;
  connectGoogle(options: SignInRequest): Promise<ConnectedAccount>;
  /** @throws AppError PERMISSION_DENIED, detail `plain-http` or `private-network`, when consent is missing */
  connectIcs(request: SubscriptionRequest): Promise<SubscribedFeed>;
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
  /** Tries everything that a sync needs. Never throws: what is wrong is in the report. */
  doctor(): Promise<DoctorReport>;
  /**
   * What support gets, as it would leave this machine: without secrets and without what is personal.
   * @param machine what the host knows of it: versions, architecture
   */
  diagnostics(machine: Readonly<Record<string, string>>): Promise<readonly DiagnosticsFile[]>;
  backup(file: string): void;
  readonly feeds: AppFeeds;
  /**
   * Forgets everything, or with `keepAccounts` everything but the enrolment and the accounts. What was created in
   * calendars and in the booking system stays. A backup is kept; the answer says where.
   */
  reset(options: { readonly keepAccounts: boolean }): Promise<{ readonly backup: string }>;
}

/** A published calendar to subscribe to. */
export interface SubscriptionRequest {
  /** http, https, webcal or file; what is in it may be secret. */
  readonly url: string;
  /** What to call it. Default: what it calls itself. */
  readonly name?: string;
  /** IANA zone of its times without a zone. Default: what it says itself, or where the technician works. */
  readonly timeZone?: string;
  /** IANA zone of this computer, where nothing else tells. */
  readonly localTimeZone?: string;
  /** Consent to plain http from elsewhere than this computer. */
  readonly allowPlainHttp?: boolean;
  /** Consent to addresses of a private network. */
  readonly allowPrivateNetwork?: boolean;
}

export interface SubscribedFeed extends ConnectedAccount {
  readonly calendarId: string;
  /** IANA zone of its times without a zone. */
  readonly timeZone: string;
  /** How many are in it, a series counting as one. */
  readonly events: number;
  /** What in it cannot be read as it was meant, in sentences. */
  readonly notices: readonly string[];
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
  /** Each with its link, which is opened for it: wait for the answer before closing. */
  readonly feeds: Pick<AppFeeds, 'list'>;
  close(): void;
}
