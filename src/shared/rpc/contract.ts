import { z } from 'zod';
import { About } from '../domain/about.ts';
import { Account, ProviderName } from '../domain/account.ts';
import { BackupContent } from '../domain/backup-content.ts';
import { Project, Technician } from '../domain/booking.ts';
import { ConflictItem, DecidedConflict, HoldItem } from '../domain/decision.ts';
import { DoctorReport } from '../domain/doctor.ts';
import { Explanation } from '../domain/explanation.ts';
import { FeedItem } from '../domain/feed.ts';
import { Direction, Mapping, Visibility } from '../domain/mapping.ts';
import { Reach } from '../domain/reach.ts';
import { SETTING_NAMES, Settings, SettingsView } from '../domain/settings.ts';
import { Snapshot } from '../domain/snapshot.ts';
import { LOG_STATUSES, LogFilter, LogPage } from '../domain/sync-log.ts';
import { Failure, SyncResult } from '../domain/sync-result.ts';
import { WeekItem } from '../domain/week.ts';

/**
 * Everything that a window, a command or a tray can ask of the running program, and everything it tells them. Both ends
 * are derived from this one value: the client's types, and the validation of every message in both directions.
 */

const Id = z.string().min(1).max(2_048);
const Url = z.string().min(1).max(2_048);
const Empty = z.object({});
/** A file of this computer: an absolute path. */
const File = z.object({ file: z.string().min(1).max(4_096) });
const items = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item).readonly() });

const ConnectedAccount = z.object({ accountId: z.string(), provider: ProviderName, email: z.string() });
export type ConnectedAccount = Readonly<z.infer<typeof ConnectedAccount>>;

const SubscribedFeed = ConnectedAccount.extend({
  calendarId: z.string(),
  /** IANA zone of its times without a zone. */
  timeZone: z.string(),
  /** How many are in it, a series counting as one. */
  events: z.number().int(),
  /** What in it cannot be read as it was meant, in sentences. */
  notices: z.array(z.string()).readonly(),
});
export type SubscribedFeed = Readonly<z.infer<typeof SubscribedFeed>>;

const MappingSettings = Mapping.omit({ id: true, revision: true, accountId: true, calendarId: true });
const MappingInput = MappingSettings.partial().extend({
  accountId: Id,
  calendarId: Id,
  direction: Direction,
});
const MappingChanges = MappingSettings.partial();

const Scope = z.object({ accountId: Id.exactOptional(), mappingId: Id.optional() });
const Removed = z.object({ removed: z.number().int() });

/** How many a disconnection would leave or remove. */
const Created = z.object({ events: z.number().int(), busyBlocks: z.number().int() });

const FeedChange = z.object({ feed: FeedItem, pending: Failure.nullable() });

const Restored = z.object({
  accounts: z.number().int(),
  mappings: z.number().int(),
  needSignIn: z.array(z.object({ id: z.string(), email: z.string() })).readonly(),
  /** Where the database that was replaced is kept, or null when there was none. */
  keptAs: z.string().nullable(),
});

const method = <Input extends z.ZodType, Output extends z.ZodType>(input: Input, output: Output) => ({
  input,
  output,
});

export const METHODS = {
  'snapshot.get': method(Empty, Snapshot),

  /** With a code from dispatch, or with a token that was handed over. */
  'enrolment.enrol': method(
    z.union([
      z.strictObject({ url: Url, code: z.string().trim().min(1).max(200) }),
      z.strictObject({ url: Url, token: z.string().min(1).max(10_000) }),
    ]),
    Technician,
  ),
  'technicians.list': method(Empty, items(Technician)),
  'projects.list': method(Empty, items(Project)),

  /** Starts a sign-in in the browser; how it goes on is in the snapshot's `signIns`. */
  'signIn.start': method(
    z.object({ provider: z.enum(['google', 'microsoft']), access: z.enum(['read', 'write']) }),
    z.object({ id: z.string(), url: z.string() }),
  ),
  /** Answers when the person has signed in, or says why there is no account. */
  'signIn.ended': method(z.object({ id: Id }), ConnectedAccount),
  /** Ends one that waits and takes it off the snapshot. */
  'signIn.cancel': method(z.object({ id: Id }), Empty),
  /** Takes a finished one off the snapshot. */
  'signIn.dismiss': method(z.object({ id: Id }), Empty),
  'accounts.connectCaldav': method(
    z.object({
      url: z.string().min(1).max(8_192),
      username: z.string().min(1).max(500),
      password: z.string().min(1).max(5_000),
      /** Zone of the person's computer, for calendars that do not say theirs. */
      localTimeZone: z.string().max(100).exactOptional(),
    }),
    ConnectedAccount,
  ),
  'accounts.connectIcs': method(
    z.object({
      url: z.string().min(1).max(8_192),
      name: z.string().max(200).exactOptional(),
      timeZone: z.string().max(100).exactOptional(),
      /** Zone of the person's computer, where neither the feed nor the booking system names one. */
      localTimeZone: z.string().max(100).exactOptional(),
      /** Consent, after a refusal with the detail `plain-http` or `private-network`. */
      allowPlainHttp: z.boolean().exactOptional(),
      allowPrivateNetwork: z.boolean().exactOptional(),
    }),
    SubscribedFeed,
  ),
  'accounts.list': method(Empty, items(Account)),
  'accounts.created': method(z.object({ id: Id }), Created),
  'accounts.setPaused': method(z.object({ id: Id, paused: z.boolean() }), Empty),
  'accounts.remove': method(z.object({ id: Id, deleteEvents: z.boolean() }), Removed),
  'calendars.list': method(
    z.object({ accountId: Id }),
    items(
      z.object({
        id: z.string(),
        name: z.string(),
        timeZone: z.string(),
        primary: z.boolean(),
        writable: z.boolean(),
      }),
    ),
  ),

  'mappings.list': method(Empty, items(Mapping.extend({ mappingId: z.string() }))),
  'mappings.add': method(MappingInput, Mapping),
  'mappings.update': method(z.object({ id: Id, changes: MappingChanges }), Mapping),
  'mappings.created': method(z.object({ id: Id }), Created),
  'mappings.remove': method(z.object({ id: Id, deleteEvents: z.boolean() }), Removed),
  'mappings.resync': method(z.object({ id: Id }), Empty),
  /** What a sync would do if the mapping were as given; nothing is stored or written. Without `id`: a new one. */
  'mappings.preview': method(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('new'), mapping: MappingInput }),
      z.object({ kind: z.literal('changed'), id: Id, changes: MappingChanges }),
    ]),
    SyncResult,
  ),

  /** Answers when the run has ended. Where one is under way it is the next: that one may have read past the change. */
  'sync.now': method(Scope.extend({ full: z.boolean().exactOptional() }), SyncResult),
  'sync.preview': method(Scope.extend({ full: z.boolean().exactOptional() }), SyncResult),
  /** What a repair finds, and would do: a preview of a full run that also puts right what no change tells of. */
  'sync.previewRepair': method(Empty, SyncResult),
  /** `release`: also what is held because it is unusually many. */
  'sync.repair': method(z.object({ release: z.boolean() }), SyncResult),
  'sync.cancel': method(Empty, Empty),
  'sync.pause': method(z.object({ until: z.union([z.iso.datetime(), z.literal('resumed')]) }), Empty),
  'sync.resume': method(Empty, Empty),

  /** Bookings and personal events that overlap [from, to), UTC instants, at most five weeks. */
  'week.get': method(z.object({ from: z.iso.datetime(), to: z.iso.datetime() }), items(WeekItem)),
  'explain.get': method(z.object({ id: Id }), Explanation),

  'conflicts.list': method(Empty, items(ConflictItem)),
  'conflicts.resolve': method(z.object({ id: Id, keep: z.enum(['booking', 'calendar']) }), Empty),
  /** Answered ones whose answer can still be taken back, newest first. */
  'conflicts.decided': method(Empty, items(DecidedConflict)),
  /** Takes an answer back, as long as no run has carried it out. */
  'conflicts.undo': method(z.object({ id: Id }), Empty),
  'holds.list': method(Empty, items(HoldItem)),
  'holds.release': method(z.object({ id: Id }), z.object({ deletions: z.number().int() })),
  'holds.discard': method(z.object({ id: Id }), z.object({ deletions: z.number().int() })),

  'logs.query': method(LogFilter, LogPage),
  /** All entries that the filter lets through, up to 100,000, as text. */
  'logs.export': method(
    LogFilter.omit({ page: true }).extend({ format: z.enum(['csv', 'json']) }),
    z.object({ fileName: z.string(), text: z.string() }),
  ),

  'feeds.list': method(Empty, items(FeedItem)),
  'feeds.create': method(
    z.object({
      /** Exactly one of the two. */
      technicianId: Id.exactOptional(),
      projectId: Id.exactOptional(),
      visibility: Visibility.exactOptional(),
      publish: z.boolean().exactOptional(),
    }),
    FeedItem,
  ),
  /** Gives a feed a new link; the old ones are dead. `pending`: why the booking system does not follow yet. */
  'feeds.rotate': method(z.object({ id: Id }), FeedChange),
  'feeds.disable': method(z.object({ id: Id }), FeedChange),
  'feeds.write': method(File.extend({ id: Id }), z.object({ bytes: z.number().int() })),

  'doctor.run': method(Empty, DoctorReport),
  /** Tries the way to every host that syncing needs; nobody is signed in for it. */
  'network.test': method(Empty, items(Reach)),
  'about.get': method(Empty, About),
  /** What support needs to see, without secrets and without what is personal, file by file. */
  'diagnostics.collect': method(
    z.object({
      /** What the asker knows of the machine, such as the version of its browser. */
      machine: z.record(z.string().max(50), z.string().max(500)),
    }),
    items(z.object({ name: z.string(), text: z.string() })),
  ),
  'settings.get': method(Empty, SettingsView),
  /**
   * Sets some and takes others back to their default; the rest stays. All or nothing: POLICY_LOCKED where the
   * organisation has set one of them.
   */
  'settings.change': method(
    z.object({
      set: Settings.partial().exactOptional(),
      reset: z.array(z.enum(SETTING_NAMES)).max(SETTING_NAMES.length).exactOptional(),
    }),
    SettingsView,
  ),

  /** Writes everything but sign-ins to a file. */
  'data.backup': method(File, Empty),
  /** What a backup would bring; nothing is changed. */
  'data.inspect': method(File, BackupContent),
  /** Reads a backup; what is there now is kept as a backup itself. */
  'data.restore': method(File, Restored),
  /** Forgets everything after a backup; calendars and bookings are left as they are. */
  'data.reset': method(z.object({ keepAccounts: z.boolean() }), z.object({ backup: z.string() })),
  /** Asks by a dialog of the desktop where a backup is to go, or which one is meant; null: nothing was chosen. */
  'files.choose': method(
    z.object({ for: z.enum(['backup', 'restore']) }),
    z.object({ file: z.string().nullable() }),
  ),
  /** Looks for a newer version of the desktop app; what that finds is in the snapshot's `update`. */
  'updates.check': method(Empty, Empty),
  /** Ends the program and comes back as the version that waits. */
  'updates.install': method(Empty, Empty),
  /** An address that opens these screens in a browser of this computer, once. */
  'screens.link': method(Empty, z.object({ url: z.string() })),
  /**
   * Starts the program once more, in a profile of its own on made-up servers of this computer, while this one is not
   * set up. Answers with an address that opens its screens, once. Started already, it is the same one.
   */
  'sample.open': method(Empty, z.object({ url: z.string() })),
  /** Ends the sample; nothing of it is left. */
  'sample.close': method(Empty, Empty),
} as const;

export type Method = keyof typeof METHODS;
export type Input<M extends Method> = z.input<(typeof METHODS)[M]['input']>;
export type Output<M extends Method> = z.output<(typeof METHODS)[M]['output']>;

export const EVENTS = {
  /** Something of it changed; several changes at once are one event. */
  snapshot: Snapshot,
  settings: SettingsView,
  /** The feeds, or their links, are others now. */
  'feeds.changed': z.object({}),
  /** New entries in the log: those with a greater id than the last one seen are new. */
  'logs.added': z.object({ lastId: z.number().int(), statuses: z.array(z.enum(LOG_STATUSES)) }),
} as const;

export type EventName = keyof typeof EVENTS;
export type EventPayload<E extends EventName> = z.output<(typeof EVENTS)[E]>;
