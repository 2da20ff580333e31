import { assertNever } from './assert-never.ts';
import type { Account } from './domain/account.ts';
import type { Snapshot } from './domain/snapshot.ts';
import { type DesktopTexts, englishDesktop } from './text/english-desktop.ts';
import { momentText, type Reader } from './text/moment.ts';

/** Shapes, so that a state is never told by colour alone (`interface.md`, tray). */
export type StatusIcon = 'check' | 'arrows' | 'bars' | 'slashed-cloud' | 'exclamation' | 'cross';
export type StatusTone = 'good' | 'busy' | 'quiet' | 'warning' | 'bad';

/** How the program stands, as tray and window show it. */
export interface Status {
  readonly icon: StatusIcon;
  readonly tone: StatusTone;
  /** The health line and the tray's tooltip. */
  readonly sentence: string;
}

/** What of the snapshot decides the status. */
export type StatusSource = Pick<
  Snapshot,
  'state' | 'accounts' | 'lastRun' | 'pausedUntil' | 'failingSince' | 'conflicts' | 'holds' | 'maintenance'
>;

/** The one status of a snapshot; times in the reader's zone and locale. */
export function statusOf(
  snapshot: StatusSource,
  reader: Reader,
  texts: DesktopTexts = englishDesktop,
): Status {
  const { status: text } = texts;
  switch (snapshot.state) {
    case 'up-to-date':
      return { icon: 'check', tone: 'good', sentence: upToDate(snapshot, reader, texts) };
    case 'syncing':
      return { icon: 'arrows', tone: 'busy', sentence: text.syncing };
    case 'paused':
      return { icon: 'bars', tone: 'quiet', sentence: paused(snapshot, reader, texts) };
    case 'offline':
      return { icon: 'slashed-cloud', tone: 'quiet', sentence: text.offline };
    case 'needs-sign-in':
      return { icon: 'exclamation', tone: 'warning', sentence: signIn(snapshot.accounts, texts) };
    case 'attention':
      return {
        icon: 'exclamation',
        tone: 'warning',
        sentence: text.decisions(snapshot.conflicts + snapshot.holds),
      };
    case 'error':
      return { icon: 'cross', tone: 'bad', sentence: failing(snapshot, reader, texts) };
    case 'not-enrolled':
      return { icon: 'exclamation', tone: 'quiet', sentence: text.notEnrolled };
    case 'no-accounts':
      return { icon: 'exclamation', tone: 'quiet', sentence: text.noAccounts };
    default:
      return assertNever(snapshot.state);
  }
}

function upToDate({ lastRun }: StatusSource, reader: Reader, { status }: DesktopTexts): string {
  return lastRun === null ? status.neverSynced : status.upToDate(momentText(lastRun.finishedAt, reader));
}

function paused({ pausedUntil }: StatusSource, reader: Reader, { status }: DesktopTexts): string {
  return pausedUntil === null || pausedUntil === 'resumed'
    ? status.paused
    : status.pausedUntil(momentText(pausedUntil, reader));
}

function failing(
  { failingSince, maintenance }: StatusSource,
  reader: Reader,
  { status }: DesktopTexts,
): string {
  if (maintenance?.damaged === true) return status.damaged;
  return failingSince === null ? status.failing : status.failingSince(momentText(failingSince, reader));
}

function signIn(accounts: readonly Account[], texts: DesktopTexts): string {
  const [first, ...more] = accounts.filter(({ state }) => state === 'needs-sign-in');
  if (first === undefined || more.length > 0) return texts.status.needsSignIns(more.length + 1);
  return texts.status.needsSignIn(texts.providers[first.provider]);
}
