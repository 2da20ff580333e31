import { describe, expect, it } from 'vitest';
import {
  type ImportCandidate,
  type ImportOperation,
  planImport,
} from '../../src/main/engine/planner/import-plan.ts';
import { SKIP_REASONS } from '../../src/main/engine/planner/skip-reason.ts';
import { anEvent, hourAt } from '../support/planner-builders.ts';
import {
  CONDITIONS,
  type Condition,
  candidate,
  groupAfter,
  hasBlock,
  isPossible,
  MEMORIES,
  type Memory,
} from '../support/planner-imports.ts';

interface Member {
  readonly condition: Condition;
  readonly memory: Memory;
}

const everyMember = (conditions: readonly Condition[], memories: readonly Memory[]): readonly Member[] =>
  conditions.flatMap((condition) =>
    memories.filter((memory) => isPossible(condition, memory)).map((memory) => ({ condition, memory })),
  );

/** An event that has left the window's past end keeps the block that it has, unless it was moved there. */
const blocks = ({ condition, memory }: Member): boolean =>
  condition === 'blocks' ||
  (condition === 'aged' && (memory === 'settled' || memory === 'adopted' || memory === 'outdated'));

const REASONS: Readonly<Record<Exclude<Condition, 'blocks' | 'gone' | 'not-imported'>, string>> = {
  aged: SKIP_REASONS['out-of-window'],
  beyond: SKIP_REASONS['out-of-window'],
  ours: SKIP_REASONS.ours,
  free: SKIP_REASONS.free,
  declined: SKIP_REASONS.declined,
  'working-location': SKIP_REASONS['working-location'],
  birthday: SKIP_REASONS.birthday,
  'no-time': SKIP_REASONS['no-time'],
  'all-day': SKIP_REASONS['all-day'],
  tentative: SKIP_REASONS.tentative,
  private: SKIP_REASONS.private,
  title: SKIP_REASONS.title,
};

/** The record that an event without a block leaves behind: its reason, or none when there is nothing to explain. */
function expectedReason({ condition }: Member): string | null {
  if (condition === 'gone' || condition === 'not-imported') return null;
  return condition === 'blocks' ? SKIP_REASONS.copy : REASONS[condition];
}

/** Removing a block and recording why are two looks at an event; the third finds nothing to do. */
function settle(group: readonly ImportCandidate[]): {
  readonly end: readonly ImportCandidate[];
  readonly quiet: boolean;
} {
  let end = group;
  for (let round = 0; round < 2; round += 1) end = groupAfter(end, planImport(end));
  return { end, quiet: planImport(end).length === 0 };
}

const isDelete = ({ kind }: ImportOperation): boolean => kind === 'delete-block';
const isUpsert = ({ kind }: ImportOperation): boolean => kind === 'upsert-block' || kind === 'keep-block';

function upsertsFirst(plan: readonly ImportOperation[]): boolean {
  const firstDelete = plan.findIndex(isDelete);
  return firstDelete === -1 || !plan.slice(firstDelete).some(isUpsert);
}

/** What is wrong with the plan of a group. Its members' block ids are in the order of `ids`. */
function faults(members: readonly Member[], ids: readonly string[]): readonly string[] {
  const group = members.map(({ condition, memory }, index) => candidate(condition, memory, ids[index] ?? ''));
  const owner = members
    .flatMap((member, index) => (blocks(member) ? [ids[index] ?? ''] : []))
    .sort()
    .at(0);
  const plan = planImport(group);
  const after = groupAfter(group, plan);
  const { end, quiet } = settle(group);
  const checks: Readonly<Record<string, boolean>> = {
    'one block, of the smallest living copy': after.every((one) => hasBlock(one) === (one.blockId === owner)),
    'upserts come before deletes': upsertsFirst(plan),
    'each event is decided once': new Set(plan.map((each) => each.candidate)).size === plan.length,
    'the block says what the event says': plan.every(
      (each) => each.kind !== 'upsert-block' || each.block.start === each.candidate.event.time.start,
    ),
    'every operation says why': plan.every(({ reason }) => /^[A-Z].+\.$/.test(reason)),
    'what has no block says why': members.every(
      (member, index) =>
        ids[index] === owner || (end[index]?.link?.reason ?? null) === expectedReason(member),
    ),
    'I8 then there is nothing to do': quiet,
  };
  return Object.entries(checks)
    .filter(([, holds]) => !holds)
    .map(([name]) => `${name}: ${JSON.stringify(members)} ${ids} → ${plan.map(({ kind }) => kind)}`);
}

const ORDERS = {
  1: [['bb_1']],
  2: [
    ['bb_1', 'bb_2'],
    ['bb_2', 'bb_1'],
  ],
  3: [
    ['bb_1', 'bb_2', 'bb_3'],
    ['bb_2', 'bb_3', 'bb_1'],
    ['bb_3', 'bb_1', 'bb_2'],
  ],
} as const;

function everyFault(
  groups: Iterable<readonly Member[]>,
  orders: readonly (readonly string[])[],
): readonly string[] {
  const found: string[] = [];
  for (const members of groups) {
    for (const ids of orders) if (found.length < 5) found.push(...faults(members, ids));
  }
  return found;
}

describe('an event on its own', () => {
  it('has a block if it blocks time, and else a reason', () => {
    const groups = everyMember(CONDITIONS, MEMORIES).map((member) => [member]);
    expect(groups).toHaveLength(15 * 8 - 11);
    expect(everyFault(groups, ORDERS[1])).toEqual([]);
  });

  it('is left alone by a decision that was made before', () => {
    expect(planImport([candidate('blocks', 'settled', 'bb_1')])).toEqual([]);
    expect(planImport([candidate('free', 'nothing', 'bb_1')])).toMatchObject([{ kind: 'skip-event' }]);
  });

  it('is not sent again where the booking system has it already', () => {
    expect(planImport([candidate('blocks', 'adopted', 'bb_1')])).toMatchObject([{ kind: 'keep-block' }]);
  });

  it('loses its block when it turns out to be ours, though nothing of it has changed', () => {
    expect(planImport([candidate('ours', 'settled', 'bb_1')])).toMatchObject([{ kind: 'delete-block' }]);
  });

  it('is nothing to us when it was gone before we knew it', () => {
    expect(planImport([candidate('gone', 'nothing', 'bb_1')])).toEqual([]);
  });

  it('keeps the block of its past, but not when it was moved there', () => {
    expect(planImport([candidate('aged', 'outdated', 'bb_1')])).toMatchObject([{ kind: 'upsert-block' }]);
    expect(planImport([candidate('aged', 'moved', 'bb_1')])).toMatchObject([{ kind: 'delete-block' }]);
    expect(planImport([candidate('aged', 'nothing', 'bb_1')])).toMatchObject([{ kind: 'skip-event' }]);
  });
});

describe('copies of one meeting', () => {
  it('two: have one block between them', () => {
    const every = everyMember(CONDITIONS, MEMORIES);
    const groups = every.flatMap((first) => every.map((second) => [first, second]));
    expect(groups).toHaveLength(109 ** 2);
    expect(everyFault(groups, ORDERS[2])).toEqual([]);
  });

  it('three: have one block between them', () => {
    const every = everyMember(
      ['blocks', 'aged', 'gone', 'ours', 'free'],
      ['nothing', 'settled', 'outdated', 'skipped'],
    );
    const groups = every.flatMap((a) => every.flatMap((b) => every.map((c) => [a, b, c])));
    expect(groups).toHaveLength(19 ** 3);
    expect(everyFault(groups, ORDERS[3])).toEqual([]);
  });

  it('the next takes over before the owner goes', () => {
    const group = [candidate('gone', 'settled', 'bb_1'), candidate('blocks', 'skipped', 'bb_2')];
    expect(planImport(group).map(({ kind, candidate: { blockId } }) => [kind, blockId])).toEqual([
      ['upsert-block', 'bb_2'],
      ['delete-block', 'bb_1'],
    ]);
  });

  it('an event that changes is sent again under its own id', () => {
    const [first, second] = [candidate('blocks', 'outdated', 'bb_1'), candidate('blocks', 'skipped', 'bb_2')];
    const moved = { ...first, event: anEvent({ ...first.event, time: hourAt(3) }), hash: 'moved' };
    const [operation] = planImport([second, moved]);
    expect(operation).toMatchObject({ kind: 'upsert-block', block: { id: 'bb_1', start: hourAt(3).start } });
  });
});
