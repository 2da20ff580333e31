import type { BusyBlock } from '../../../shared/domain/busy-block.ts';
import type { CalendarEvent } from '../../../shared/domain/calendar-event.ts';
import { imports, type Mapping } from '../../../shared/domain/mapping.ts';
import { type BlockSource, blockPrint, busyBlockId, desiredBlock } from './busy-block.ts';
import { timePrint } from './fingerprint.ts';
import { mappingWindow, type Span } from './selection.ts';
import { eventSpan, SKIP_REASONS, skipReason, titleFilter } from './skip-reason.ts';

/** What is known of an import link: a busy block that was sent, or an event that was skipped with its reason. */
export interface ImportLink {
  readonly id: number;
  readonly state: 'pending' | 'live' | 'skipped';
  /** `blockPrint` of what the booking system has; '' when it has nothing. */
  readonly sent: string;
  /** `timePrint` of the event when it was sent. */
  readonly shown: string;
  readonly basis: string;
  readonly revision: number;
  readonly reason: string;
}

/** A personal event as one mapping sees it. */
export interface ImportCandidate {
  readonly mapping: ImportMapping;
  readonly event: CalendarEvent;
  /** Content hash of `event`. */
  readonly hash: string;
  /** False once the event is proven gone. */
  readonly live: boolean;
  /** It is one of our own exports. */
  readonly ours: boolean;
  readonly blockId: string;
  readonly link: ImportLink | null;
}

/** A mapping with what its candidates share, worked out once. */
export interface ImportMapping {
  readonly mapping: Mapping;
  readonly source: BlockSource;
  readonly window: Span;
  readonly titleMatches: (title: string) => boolean;
}

/** What of a mapping decides about its imports; the window is the one of `now`. */
export function importMapping(mapping: Mapping, source: BlockSource, now: Date): ImportMapping {
  return {
    mapping,
    source,
    window: mappingWindow(mapping, now),
    titleMatches: titleFilter(mapping.skipTitle),
  };
}

export type ImportOperation = { readonly candidate: ImportCandidate; readonly reason: string } & (
  | {
      readonly kind: 'upsert-block';
      readonly block: BusyBlock;
      readonly sent: string;
      readonly shown: string;
    }
  | { readonly kind: 'delete-block' }
  /** The booking system already has exactly this. */
  | { readonly kind: 'keep-block'; readonly sent: string; readonly shown: string }
  | { readonly kind: 'skip-event' }
  | { readonly kind: 'forget-event' }
);

type Verdict =
  | { readonly blocks: true }
  | { readonly blocks: false; readonly reason: string; readonly gone: boolean };

/**
 * Plans all copies of one meeting for one technician: the live copy with the smallest id owns the busy block, every
 * other copy has none. Upserts come before deletes, so that the time is never offered in between.
 *
 * @param group the same iCalUID and occurrence in every calendar of this technician that is imported
 */
export function planImport(group: readonly ImportCandidate[]): readonly ImportOperation[] {
  if (group.length === 1 && isSettled(group[0])) return [];

  const judged = group.map((candidate) => ({ candidate, verdict: judge(candidate) }));
  const owner = judged
    .filter(({ verdict }) => verdict.blocks)
    .map(({ candidate }) => candidate)
    .reduce<ImportCandidate | null>((a, b) => (a === null || b.blockId < a.blockId ? b : a), null);

  const upserts: ImportOperation[] = [];
  const others: ImportOperation[] = [];
  for (const { candidate, verdict } of judged) {
    if (candidate === owner) upserts.push(...ownBlock(candidate));
    else if (verdict.blocks) others.push(...withoutBlock(candidate, SKIP_REASONS.copy, false));
    else others.push(...withoutBlock(candidate, verdict.reason, verdict.gone));
  }
  return [...upserts, ...others];
}

/** The inputs of a decision: when they are what they were, so is the decision. */
export function importBasis(candidate: Pick<ImportCandidate, 'hash' | 'mapping'>): string {
  return `${candidate.hash}@${candidate.mapping.mapping.revision}`;
}

function isSettled(candidate: ImportCandidate | undefined): boolean {
  // That it is ours may be found out later, from another calendar: no content of this one changes with it.
  return (
    candidate?.link?.state === 'live' &&
    candidate.live &&
    !candidate.ours &&
    candidate.link.basis === importBasis(candidate)
  );
}

function judge(candidate: ImportCandidate): Verdict {
  const { mapping, event, link } = candidate;
  if (!candidate.live) return { blocks: false, reason: SKIP_REASONS.cancelled, gone: true };
  if (!imports(mapping.mapping.direction))
    return { blocks: false, reason: SKIP_REASONS['not-imported'], gone: true };
  const reason = skipReason(event, mapping.mapping, {
    ours: candidate.ours,
    window: mapping.window,
    titleMatches: mapping.titleMatches,
  });
  if (reason === null) return { blocks: true };
  const aged = reason === 'out-of-window' && eventSpan(event).to <= mapping.window.from;
  // Time passing is no reason to rewrite the past; an event that was moved there is.
  if (aged && link?.state === 'live' && link.shown === timePrint(event.time)) return { blocks: true };
  return { blocks: false, reason: SKIP_REASONS[reason], gone: false };
}

function ownBlock(candidate: ImportCandidate): readonly ImportOperation[] {
  const { mapping, event, link } = candidate;
  const block = desiredBlock(candidate.blockId, event, mapping.mapping, mapping.source);
  const sent = blockPrint(block);
  const shown = timePrint(event.time);
  if (link?.state === 'live' && link.sent === sent) {
    if (link.basis === importBasis(candidate)) return [];
    return [{ kind: 'keep-block', candidate, sent, shown, reason: 'It already blocks this time.' }];
  }
  return [{ kind: 'upsert-block', candidate, block, sent, shown, reason: upsertReason(candidate) }];
}

function upsertReason({ link, hash }: ImportCandidate): string {
  if (link?.state !== 'live') return 'It blocks time in your calendar.';
  return link.basis.startsWith(`${hash}@`) ? 'The mapping was changed.' : 'The event changed.';
}

function withoutBlock(candidate: ImportCandidate, reason: string, gone: boolean): readonly ImportOperation[] {
  const { link } = candidate;
  if (link !== null && (link.state === 'live' || link.sent !== '')) {
    return [{ kind: 'delete-block', candidate, reason }];
  }
  if (gone) return link === null ? [] : [{ kind: 'forget-event', candidate, reason }];
  if (link?.state === 'skipped' && link.reason === reason && link.basis === importBasis(candidate)) return [];
  return [{ kind: 'skip-event', candidate, reason }];
}

/** The candidate's block id, worked out from the event's own identity. */
export function candidateBlockId(mapping: ImportMapping, event: CalendarEvent): string {
  return busyBlockId(mapping.mapping.technicianId, mapping.source, event.id, event.instanceKey);
}
