import { blockPrint, desiredBlock } from '../../src/main/engine/planner/busy-block.ts';
import { timePrint } from '../../src/main/engine/planner/fingerprint.ts';
import {
  type ImportCandidate,
  type ImportLink,
  type ImportMapping,
  type ImportOperation,
  importBasis,
  importMapping,
} from '../../src/main/engine/planner/import-plan.ts';
import type { CalendarEvent } from '../../src/shared/domain/calendar-event.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';
import { aMapping, anEvent, hourAt, NOW } from './planner-builders.ts';

const SOURCE = { provider: 'google', subject: 'subject-1', calendarId: 'tess@example.com' } as const;

/** Everything that decides whether an event blocks time, each by an example. The first two do block. */
export const CONDITIONS = [
  'blocks',
  'aged',
  'gone',
  'ours',
  'not-imported',
  'free',
  'declined',
  'working-location',
  'birthday',
  'no-time',
  'beyond',
  'all-day',
  'tentative',
  'private',
  'title',
] as const;
export type Condition = (typeof CONDITIONS)[number];

const LEAVES_OUT: Partial<Mapping> = { skip: ['all-day', 'tentative', 'private'], skipTitle: '^lunch' };
const MAPPINGS: Readonly<Record<'importing' | 'exporting', ImportMapping>> = {
  importing: importMapping(aMapping({ direction: 'import', ...LEAVES_OUT }), SOURCE, NOW),
  exporting: importMapping(aMapping({ direction: 'export', ...LEAVES_OUT }), SOURCE, NOW),
};

const EXAMPLES: Readonly<Record<Condition, Partial<CalendarEvent>>> = {
  blocks: {},
  aged: { time: hourAt(-40) },
  gone: {},
  ours: {},
  'not-imported': {},
  free: { transparency: 'free' },
  declined: { response: 'declined' },
  'working-location': { kind: 'working-location' },
  birthday: { kind: 'birthday' },
  'no-time': { time: hourAt(1, 9, 0) },
  beyond: { time: hourAt(190) },
  'all-day': { time: { kind: 'all-day', start: '2026-11-26', end: '2026-11-27', timeZone: 'Europe/Berlin' } },
  tentative: { status: 'tentative' },
  private: { visibility: 'private' },
  title: { title: 'Lunch with Kim' },
};

/** What is remembered of an event from the last run. */
export const MEMORIES = [
  'nothing',
  // A block that was never sent, or whose answer has not come.
  'pending',
  // Sent by the very decision that would be made now.
  'settled',
  // The booking system has the right block, but the decision was another's: adopted, or of an older mapping.
  'adopted',
  // The block says what the event said before it was changed.
  'outdated',
  // The block is of the time from which the event was moved.
  'moved',
  'skipped',
  'skipped otherwise',
] as const;
export type Memory = (typeof MEMORIES)[number];

/** Whether the engine can have come to remember this of such an event. */
export function isPossible(condition: Condition, memory: Memory): boolean {
  // Settled on a block: by the event's content and the mapping it must then be one that blocks. Only time, another
  // calendar or its end can have changed that since.
  return memory !== 'settled' || ['blocks', 'aged', 'gone', 'ours'].includes(condition);
}

export function candidate(condition: Condition, memory: Memory, blockId: string): ImportCandidate {
  const event = anEvent({ id: `event of ${blockId}`, ...EXAMPLES[condition] });
  const mapping = MAPPINGS[condition === 'not-imported' ? 'exporting' : 'importing'];
  const known = {
    mapping,
    event,
    hash: `${condition} ${blockId}`,
    live: condition !== 'gone',
    ours: condition === 'ours',
    blockId,
  };
  return { ...known, link: remembered(memory, known) };
}

function remembered(memory: Memory, known: Omit<ImportCandidate, 'link'>): ImportLink | null {
  const { mapping, event, blockId } = known;
  const sent = blockPrint(desiredBlock(blockId, event, mapping.mapping, mapping.source));
  const shown = timePrint(event.time);
  const link = { id: 1, revision: 1, reason: 'As it was.', basis: 'of an older decision' };
  switch (memory) {
    case 'nothing':
      return null;
    case 'pending':
      return { ...link, state: 'pending', sent: '', shown: '', basis: '' };
    case 'settled':
      return { ...link, state: 'live', sent, shown, basis: importBasis(known) };
    case 'adopted':
      return { ...link, state: 'live', sent, shown };
    case 'outdated':
      return { ...link, state: 'live', sent: 'another block', shown };
    case 'moved':
      return { ...link, state: 'live', sent: 'another block', shown: 'another time' };
    case 'skipped':
      return { ...link, state: 'skipped', sent: '', shown: '', basis: importBasis(known) };
    case 'skipped otherwise':
      return { ...link, state: 'skipped', sent: '', shown: '' };
  }
}

/** Whether the booking system has a block of this event. */
export const hasBlock = ({ link }: Pick<ImportCandidate, 'link'>): boolean => link?.state === 'live';

/** An event as it is remembered once an operation on it was carried out, as the engine does. */
function carriedOut(one: ImportCandidate, operation: ImportOperation): ImportCandidate {
  const { reason } = operation;
  const link = { id: 1, revision: one.mapping.mapping.revision, reason, basis: importBasis(one) };
  switch (operation.kind) {
    case 'upsert-block':
    case 'keep-block':
      return { ...one, link: { ...link, state: 'live', sent: operation.sent, shown: operation.shown } };
    case 'skip-event':
      return { ...one, link: { ...link, state: 'skipped', sent: '', shown: '' } };
    case 'delete-block':
    case 'forget-event':
      return { ...one, link: null };
  }
}

/** A group after its plan. */
export function groupAfter(
  group: readonly ImportCandidate[],
  plan: readonly ImportOperation[],
): readonly ImportCandidate[] {
  return group.map((one) => {
    const operation = plan.find((each) => each.candidate === one);
    return operation === undefined ? one : carriedOut(one, operation);
  });
}
