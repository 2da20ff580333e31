import type { About } from '../shared/domain/about.ts';
import type { Account, CalendarListEntry } from '../shared/domain/account.ts';
import type { BackupContent } from '../shared/domain/backup-content.ts';
import type { Project, Technician } from '../shared/domain/booking.ts';
import type { ConflictItem, DecidedConflict, HoldItem } from '../shared/domain/decision.ts';
import type { DoctorReport } from '../shared/domain/doctor.ts';
import type { Explanation } from '../shared/domain/explanation.ts';
import type { FeedItem } from '../shared/domain/feed.ts';
import type { Mapping } from '../shared/domain/mapping.ts';
import type { Reach } from '../shared/domain/reach.ts';
import type { Snapshot } from '../shared/domain/snapshot.ts';
import type { LogEntry, LogFilter, LogPage, NewLogEntry } from '../shared/domain/sync-log.ts';
import type { SyncResult } from '../shared/domain/sync-result.ts';
import type { WeekItem } from '../shared/domain/week.ts';
import type { ConnectedAccount, SubscribedFeed } from '../shared/rpc/contract.ts';
import type { OAuthProviderName } from './accounts/oauth-providers.ts';
import type { DiagnosticsFile } from './diagnostics/bundle.ts';
import type { SyncOptions } from './engine/sync-run.ts';
import type { FeedRequest, FeedResponse } from './feeds/feed-server.ts';
import type { FeedChange, FeedInput } from './feeds/feeds.ts';
import type { Clock, Fetch, Keychain, Log, OpenUrl, Power, Random } from './ports.ts';
import type { LineState } from './schedule/lines.ts';
import type { SettingsStore } from './settings/settings.ts';
import type { Channel } from './store/channel-repository.ts';
import type { RetryDepth } from './store/retry-repository.ts';
import type { Agent } from './unattended/agent.ts';
import type { Posted } from './webhooks/notification.ts';
import type { Verdict } from './webhooks/receiver.ts';

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
  /** Versions of what it runs on, as Node names them in `process.versions`. */
  readonly runtimes?: Readonly<Record<string, string | undefined>>;
}

export type MappingInput = Pick<Mapping, 'accountId' | 'calendarId' | 'direction'> &
  Partial<Omit<Mapping, 'id' | 'revision' | 'accountId' | 'calendarId' | 'direction'>>;

export type MappingChanges = Partial<Omit<Mapping, 'id' | 'revision' | 'accountId' | 'calendarId'>>;

/** What the app knows of the snapshot; the rest belongs to whoever sends it. */
export type AppSnapshot = Omit<Snapshot, 'revision' | 'signIns' | 'host' | 'sample' | 'update'>;

/** Notifications of calendar providers. */
export interface AppWebhooks {
  /** What was posted to this computer; answers with the HTTP status that it is to be answered with. */
  receive(posted: Posted): Verdict;
}

/** What is still there of what an account or a mapping has created. */
export interface Created {
  readonly events: number;
  readonly busyBlocks: number;
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

/** A mapping that is not there yet, or another form of one that is. */
export type WantedMapping =
  | { readonly kind: 'new'; readonly mapping: MappingInput }
  | { readonly kind: 'changed'; readonly id: string; readonly changes: MappingChanges };

/** A sign-in in the browser. */
export interface CaldavRequest {
  /** Of the server, or of any page of the person's there. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** IANA zone of this computer, for calendars that do not say theirs. */
  readonly localTimeZone?: string;
}

export interface SignInRequest {
  readonly access: 'read' | 'write';
  readonly openUrl: OpenUrl;
  /** Cancels it. */
  readonly signal?: AbortSignal;
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
  /** Signs somebody in in the browser. @throws AppError PERMISSION_DENIED when it is refused, cancelled or not done in time */
  connectOAuth(provider: OAuthProviderName, options: SignInRequest): Promise<ConnectedAccount>;
  /** @throws AppError when the calendars cannot be found; nothing is stored then */
  connectCaldav(request: CaldavRequest): Promise<ConnectedAccount>;
  /** @throws AppError PERMISSION_DENIED, detail `plain-http` or `private-network`, when consent is missing */
  connectIcs(request: SubscriptionRequest): Promise<SubscribedFeed>;
  /** With `deleteEvents`, first removes what was created in the calendar and in the booking system; says how many. */
  removeAccount(
    id: string,
    options: { readonly deleteEvents: boolean },
  ): Promise<{ readonly removed: number }>;
  /** Unattended runs pass a paused account over. */
  setAccountPaused(id: string, paused: boolean): Promise<void>;
  created(of: { readonly accountId: string } | { readonly mappingId: string }): Promise<Created>;
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
  resyncMapping(id: string): Promise<void>;
  /** What a sync would do if the mapping were like that. Nothing is stored or written. */
  previewMapping(wanted: WantedMapping): Promise<SyncResult>;
  /** @throws AppError PRECONDITION_FAILED, detail `not-ready`, without enrolment or accounts (exit code 4) */
  sync(options?: SyncOptions): Promise<SyncResult>;
  /** Notes the answer; the next run carries it out, an unattended one only when it can no longer be taken back. */
  resolveConflict(id: string, keep: 'booking' | 'calendar'): Promise<void>;
  /** Takes an answer back, as long as no run has begun to carry it out. */
  undoConflict(id: string): Promise<void>;
  /** Notes the answer; the next run carries it out. Says how many deletions it is about. */
  decideHold(id: string, answer: 'released' | 'discarded'): Promise<number>;
  /** Tries everything that a sync needs. Never throws: what is wrong is in the report. */
  doctor(): Promise<DoctorReport>;
  /**
   * What support gets, as it would leave this machine: without secrets and without what is personal.
   * @param machine what the host knows of it: versions, architecture
   */
  diagnostics(machine: Readonly<Record<string, string>>): Promise<readonly DiagnosticsFile[]>;
  /** Tries the way to every host that syncing needs. Never throws: what is wrong is in the answer. */
  testConnections(): Promise<readonly Reach[]>;
  about(): About;
  backup(file: string): void;
  /** What a backup would bring; nothing is changed. */
  inspectBackup(file: string): Promise<BackupContent>;
  readonly feeds: AppFeeds;
  readonly webhooks: AppWebhooks;
  /** Told of every entry that is added to the log. @returns a function that ends it */
  onLogged(listener: (id: number, entry: NewLogEntry) => void): () => void;
  /** What `/metrics` shows beside the status. */
  measures(): AppMeasures;
  /**
   * Forgets everything, or with `keepAccounts` everything but the enrolment and the accounts. What was created in
   * calendars and in the booking system stays. A backup is kept; the answer says where.
   */
  reset(options: { readonly keepAccounts: boolean }): Promise<{ readonly backup: string }>;
}

/** What is worth watching over time. Instants are UTC. */
export interface AppMeasures {
  /** Operations that were planned or sent and are not settled. */
  readonly queueDepth: number;
  readonly retries: RetryDepth;
  readonly lines: readonly LineState[];
  /** By which calendars tell of their changes. */
  readonly channels: readonly Pick<Channel, 'id' | 'accountId' | 'renewAt' | 'expiresAt'>[];
  /** When the access of each account was last renewed, by its id; none before it was. */
  readonly tokensRenewedAt: ReadonlyMap<string, string>;
}

/** What only looks, and so works beside a running sync. */
export interface LookApp {
  status(): AppSnapshot;
  accounts(): readonly Account[];
  mappings(): readonly (Mapping & { readonly mappingId: string })[];
  conflicts(): readonly ConflictItem[];
  /** Conflicts that were answered, as long as the answer can be taken back; newest first. */
  decidedConflicts(): readonly DecidedConflict[];
  holds(): readonly HoldItem[];
  logs(filter: LogFilter): LogPage;
  /** Everything that the filter lets through, newest first, at most so many. */
  allLogs(filter: Omit<LogFilter, 'page'>, limit: number): readonly LogEntry[];
  /** What overlaps the span, UTC instants, `to` exclusive. */
  week(span: { readonly from: string; readonly to: string }): readonly WeekItem[];
  explain(id: string): Explanation;
  /** Each with its link, which is opened for it: wait for the answer before closing. */
  readonly feeds: Pick<AppFeeds, 'list'>;
  close(): void;
}
