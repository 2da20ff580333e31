import type { Snapshot } from './domain/snapshot.ts';
import { type DesktopTexts, englishDesktop } from './text/english-desktop.ts';
import { momentText, type Reader } from './text/moment.ts';

export const NOTICE_KINDS = [
  'needs-sign-in',
  'decision',
  'failing',
  'damaged',
  'discrepancies',
  'update',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export interface Notice {
  readonly kind: NoticeKind;
  readonly title: string;
  readonly body: string;
  /** Where a click leads. */
  readonly screen: 'connections' | 'conflicts' | 'overview' | 'settings';
}

/** What was already told: of each kind the episode, so that none is told twice and a new one is. */
export type ToldNotices = Readonly<Partial<Record<NoticeKind, string>>>;

export interface NoticeOptions {
  readonly reader: Reader;
  /** Somebody who looks at the window needs no notification; it counts as told. */
  readonly windowVisible: boolean;
  /** Kinds that the user wants to be told of. */
  readonly wanted: readonly NoticeKind[];
  /** The version that waits to be installed. */
  readonly updateReady: string | null;
  readonly texts?: DesktopTexts;
}

export interface NoticeStep {
  readonly show: readonly Notice[];
  /** Kinds whose episode is over: their notification is taken away. */
  readonly withdraw: readonly NoticeKind[];
  /** To be passed in next time. */
  readonly told: ToldNotices;
}

export type NoticeSource = Pick<
  Snapshot,
  'accounts' | 'conflicts' | 'holds' | 'failingSince' | 'maintenance'
>;

/** A failure is worth a notification only after so long: not the first time-out after a wake. */
const FAILING_FOR_MS = 30 * 60 * 1000;

/**
 * What to tell after a change: never a success, each episode once, one summary for however many it is about, and
 * nothing while the window is open. `told` is what the last step left behind, `{}` at the start.
 */
export function nextNotices(told: ToldNotices, snapshot: NoticeSource, options: NoticeOptions): NoticeStep {
  const episodes = openEpisodes(snapshot, options);
  const kinds = NOTICE_KINDS.map((kind) => ({ kind, episode: episodes[kind], before: told[kind] }));
  const fresh = kinds.filter(({ kind, episode, before }) => isNews(kind, before, episode));
  return {
    show: options.windowVisible
      ? []
      : fresh
          .filter(({ kind }) => options.wanted.includes(kind))
          .map(({ kind }) => notice(kind, snapshot, options)),
    withdraw: kinds
      .filter(({ episode, before }) => episode === undefined && before !== undefined)
      .map(({ kind }) => kind),
    told: episodes,
  };
}

function openEpisodes(snapshot: NoticeSource, { reader, updateReady }: NoticeOptions): ToldNotices {
  const signedOut = signedOutAccounts(snapshot).map(({ id }) => id);
  const waiting = snapshot.conflicts + snapshot.holds;
  const { failingSince, maintenance = { damaged: false, discrepancies: 0 } } = snapshot;
  const failsForLong =
    failingSince !== null && reader.now.getTime() - Date.parse(failingSince) >= FAILING_FOR_MS;
  return {
    ...(signedOut.length > 0 && { 'needs-sign-in': signedOut.toSorted().join(' ') }),
    ...(waiting > 0 && { decision: String(waiting) }),
    ...(failsForLong && { failing: failingSince }),
    ...(maintenance.damaged && { damaged: 'damaged' }),
    ...(maintenance.discrepancies > 0 && { discrepancies: String(maintenance.discrepancies) }),
    ...(updateReady !== null && { update: updateReady }),
  };
}

/** Decisions that become fewer, and accounts of which one was mended, are no news. */
function isNews(kind: NoticeKind, before: string | undefined, now: string | undefined): boolean {
  if (now === undefined) return false;
  if (before === undefined) return true;
  if (kind === 'decision' || kind === 'discrepancies') return Number(now) > Number(before);
  if (kind !== 'needs-sign-in') return now !== before;
  const known = before.split(' ');
  return now.split(' ').some((id) => !known.includes(id));
}

const signedOutAccounts = ({ accounts }: NoticeSource) =>
  accounts.filter(({ state }) => state === 'needs-sign-in');

function notice(kind: NoticeKind, snapshot: NoticeSource, options: NoticeOptions): Notice {
  const { notices: text, providers } = options.texts ?? englishDesktop;
  switch (kind) {
    case 'needs-sign-in': {
      const [first, ...more] = signedOutAccounts(snapshot);
      const alone = first !== undefined && more.length === 0;
      const body = alone ? text.signInBody(providers[first.provider]) : text.signInsBody(more.length + 1);
      return { kind, title: text.signInTitle, body, screen: 'connections' };
    }
    case 'decision': {
      const title = text.decisionTitle(snapshot.conflicts + snapshot.holds);
      return { kind, title, body: text.decisionBody, screen: 'conflicts' };
    }
    case 'failing': {
      const since = snapshot.failingSince ?? options.reader.now.toISOString();
      const body = text.failingBody(momentText(since, options.reader));
      return { kind, title: text.failingTitle, body, screen: 'overview' };
    }
    case 'damaged':
      return { kind, title: text.damagedTitle, body: text.damagedBody, screen: 'settings' };
    case 'discrepancies': {
      const title = text.discrepanciesTitle(snapshot.maintenance?.discrepancies ?? 0);
      return { kind, title, body: text.discrepanciesBody, screen: 'settings' };
    }
    default: {
      const body = text.updateBody(options.updateReady ?? '');
      return { kind, title: text.updateTitle, body, screen: 'settings' };
    }
  }
}
