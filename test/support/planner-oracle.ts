import { isDeepStrictEqual } from 'node:util';
import type { ExportCell, ExportOperation, LostEdit } from '../../src/main/engine/planner/export-plan.ts';
import { type Field, fieldsOf, INCARNATION, type Scene, wanted } from './planner-scene.ts';

/**
 * What the design asks of a plan, said a second time and in another way: as the table of `sync.md` and as invariants
 * of a single plan. It speaks of scenes (who changed what), never of fingerprints, so that it cannot share a mistake
 * with the planner.
 */

type Row = 'same' | 'edited' | 'gone';
type Column = 'same' | 'edited' | 'deleted';

/** Rows by what happened to the booking, columns by what happened to its event. */
const TABLE = {
  same: { same: 'nothing', edited: 'propose or put back', deleted: 'as the policy says' },
  edited: { same: 'update', edited: 'merge', deleted: 'recreate' },
  gone: { same: 'delete', edited: 'delete and keep the edit', deleted: 'settle' },
} as const satisfies Record<Row, Record<Column, string>>;

type Answer = (typeof TABLE)[Row][Column] | 'create';

const isAlive = ({ event }: Scene): boolean => event === 'single' || event === 'series';
const isGone = ({ booking }: Scene): boolean => booking !== 'selected' && booking !== 'unproven';
const isLinked = ({ link }: Scene): boolean => link === 'live' || link === 'parked';
const isAdopted = (scene: Scene): boolean => isAlive(scene) && !isLinked(scene);

/** The fields that a person changed in the calendar, and that the booking contradicts. */
const losing = (scene: Scene): readonly Field[] => fieldsOf(scene, 'calendar', 'both-apart');
const bookingChanged = (scene: Scene): boolean =>
  fieldsOf(scene, 'booking', 'both-alike', 'both-apart').length > 0;

function row(scene: Scene): Row {
  if (isGone(scene)) return 'gone';
  return bookingChanged(scene) ? 'edited' : 'same';
}

function column(scene: Scene): Column {
  if (scene.event === 'deleted') return 'deleted';
  const edited = fieldsOf(scene, 'calendar', 'both-alike', 'both-apart').length > 0;
  return edited || scene.event === 'series' ? 'edited' : 'same';
}

/** Which answer the design gives to a scene: the table, and the edges around it. */
function answerTo(scene: Scene): Answer {
  const { link, booking, event } = scene;
  const unchanged = booking === 'selected' && !bookingChanged(scene);
  if (link === 'parked' && unchanged) return 'nothing';
  if (isLinked(scene) || isAlive(scene)) {
    if (booking === 'unproven' || event === 'unproven') return 'nothing';
    if (booking === 'selected' && scene.place === 'history') return 'nothing';
    return TABLE[row(scene)][column(scene)];
  }
  if (link === 'left' || link === 'asked') {
    if (isGone(scene)) return 'settle';
    return booking === 'unproven' || unchanged || scene.place === 'history' ? 'nothing' : 'recreate';
  }
  return booking === 'selected' && scene.place === 'inside' ? 'create' : 'nothing';
}

/** The technician moved the event, and the booking system may be asked. */
function isProposal(scene: Scene): boolean {
  return (
    scene.changes.time === 'calendar' &&
    scene.event === 'single' &&
    scene.direction === 'two-way' &&
    scene.canReschedule &&
    !(scene.refused && isLinked(scene))
  );
}

/** The technician moved the event, and the booking system takes no proposals at all. */
const isUnheard = (scene: Scene): boolean =>
  scene.changes.time === 'calendar' &&
  scene.event === 'single' &&
  scene.direction === 'two-way' &&
  !scene.canReschedule;

const rewritesOf = (scene: Scene): number => (scene.link === 'live' ? scene.rewrites : 0);

/** Whether what loses is kept as the design says: contested or unheard in the inbox, else on record. */
function keepsLost(scene: Scene, lost: LostEdit | null): boolean {
  const fields = losing(scene);
  if (fields.length === 0) return lost === null;
  const contested = fieldsOf(scene, 'both-apart');
  const kept = new Set(lost?.fields);
  if (contested.length > 0) {
    return (
      lost?.kind === 'both-edited' && lost.state === 'open' && contested.every((field) => kept.has(field))
    );
  }
  if (isUnheard(scene)) return lost?.kind === 'proposal-refused' && lost.state === 'open' && kept.has('time');
  return lost?.kind === 'put-back' && lost.state === 'recorded' && fields.every((field) => kept.has(field));
}

type Effects = readonly ExportOperation[];
type Check = (scene: Scene, effects: Effects) => boolean;

const isParking = ([effect]: Effects, fields: readonly Field[]): boolean =>
  effect?.kind === 'settle' &&
  effect.state === 'parked' &&
  effect.lost?.kind === 'parked' &&
  effect.lost.state === 'open' &&
  fields.every((field) => effect.lost?.fields.includes(field));

const isCreation = ([effect]: Effects, incarnation: number, rewrites: number): boolean =>
  effect?.kind === 'create-event' && effect.incarnation === incarnation && effect.rewrites === rewrites;

const isUpdate = (scene: Scene, [effect]: Effects, rewrites: number): boolean =>
  effect?.kind === 'update-event' && effect.rewrites === rewrites && keepsLost(scene, effect.lost);

/** What each answer looks like as operations. There is always at most one that has an effect. */
const ANSWERS: Record<Answer, Check> = {
  nothing: (_, effects) => effects.length === 0,
  create: ({ link }, effects) =>
    isCreation(effects, { none: 0, pending: INCARNATION, deleted: INCARNATION + 1 }[link as string] ?? -1, 0),
  recreate: (_, effects) => isCreation(effects, INCARNATION + 1, 0),
  update: (scene, effects) => isUpdate(scene, effects, 0),
  'propose or put back': (scene, effects) => {
    if (isProposal(scene)) return effects[0]?.kind === 'propose';
    if (rewritesOf(scene) >= 3) return isParking(effects, losing(scene));
    return isUpdate(scene, effects, rewritesOf(scene) + 1);
  },
  merge: (scene, effects) => {
    if (isProposal(scene)) return effects[0]?.kind === 'propose';
    const differs = losing(scene).length + fieldsOf(scene, 'booking').length > 0;
    return differs || scene.event === 'series' ? isUpdate(scene, effects, 0) : effects.length === 0;
  },
  'as the policy says': (scene, effects) => {
    const [effect] = effects;
    switch (scene.onDelete) {
      case 'restore':
        if (rewritesOf(scene) >= 3) return isParking(effects, []);
        return isCreation(effects, INCARNATION + 1, rewritesOf(scene) + 1);
      case 'leave':
        return effect?.kind === 'settle' && effect.state === 'left' && effect.lost === null;
      case 'ask':
        return effect?.kind === 'settle' && effect.state === 'asked' && effect.lost?.state === 'open';
    }
  },
  delete: (_, [effect]) => effect?.kind === 'delete-event' && effect.lost === null,
  'delete and keep the edit': (scene, [effect]) => {
    if (effect?.kind !== 'delete-event') return false;
    const edits = fieldsOf(scene, 'calendar');
    if (edits.length === 0) return effect.lost === null;
    return effect.lost?.kind === 'edited-then-cancelled' && isDeepStrictEqual(effect.lost.fields, edits);
  },
  settle: (_, [effect]) => effect?.kind === 'settle' && effect.state === 'deleted' && effect.lost === null,
};

type Rule = (scene: Scene, cell: ExportCell, plan: readonly ExportOperation[]) => boolean;

/** Moves only what is remembered: nothing leaves the machine. */
const isEffect = ({ kind }: ExportOperation): boolean => kind !== 'adopt' && kind !== 'rebase';
const has = (plan: readonly ExportOperation[], ...kinds: readonly ExportOperation['kind'][]): boolean =>
  plan.some(({ kind }) => kinds.includes(kind));

const RULES: Readonly<Record<string, Rule>> = {
  'the table of the design': (scene, _, plan) => ANSWERS[answerTo(scene)](scene, plan.filter(isEffect)),
  'I1 what is written is what the booking says': (scene, _, plan) =>
    plan.every((one) => !('desired' in one) || isDeepStrictEqual(one.desired, wanted(scene))),
  'I2 one effect at most, and no second event beside a living one': (scene, _, plan) =>
    plan.filter(isEffect).length <= 1 && !(isAlive(scene) && has(plan, 'create-event')),
  'I2 an incarnation that was used is not used again': (scene, _, plan) =>
    plan.every(
      (one) => one.kind !== 'create-event' || scene.link === 'none' || one.incarnation >= usedUpTo(scene),
    ),
  'I3 nobody’s edit is overwritten without a record': (scene, _, plan) =>
    plan.every((one) => {
      if (one.kind === 'update-event') return losing(scene).length === 0 || one.lost !== null;
      if (one.kind === 'delete-event') return fieldsOf(scene, 'calendar').length === 0 || one.lost !== null;
      return true;
    }),
  'I4 only the event of this cell is written, and only when it is there': (scene, cell, plan) =>
    plan.every(
      (one) =>
        !('event' in one) || (isAlive(scene) && cell.event.kind === 'seen' && one.event === cell.event.event),
    ),
  'an export proposes nothing to the booking system, nor does anybody where it takes no proposals': (
    scene,
    _,
    plan,
  ) => (scene.direction === 'two-way' && scene.canReschedule) || !has(plan, 'propose'),
  'I6 nothing is deleted but the event of a booking proven gone': (scene, _, plan) =>
    isGone(scene) || !has(plan, 'delete-event'),
  'I6 nothing is done about what is not proven': (scene, _, plan) =>
    scene.booking !== 'unproven' || plan.every(({ kind }) => kind === 'adopt'),
  'I13 what was deleted stays deleted, but for policy and for a booking that changed': (scene, _, plan) => {
    const left = scene.link === 'left' || scene.link === 'asked' || scene.link === 'parked';
    const deleted =
      left || (scene.link === 'live' && scene.event === 'deleted' && scene.onDelete !== 'restore');
    return !deleted || bookingChanged(scene) || !has(plan, 'create-event');
  },
  'what is ours by its tag is adopted first, and nothing else is': (scene, _, plan) => {
    const adopted = plan.map(({ kind }) => kind === 'adopt');
    return (
      isDeepStrictEqual(
        adopted,
        plan.map((__, index) => isAdopted(scene) && index === 0),
      ) && adopted.includes(true) === isAdopted(scene)
    );
  },
  'every operation says why, in a sentence': (_, __, plan) =>
    plan.every(({ reason }) => /^[A-Z].{15,}\.$/.test(reason)),
};

/** The lowest incarnation that is free: one more than a link's, unless its own was never created. */
const usedUpTo = ({ link }: Scene): number => (link === 'pending' ? INCARNATION : INCARNATION + 1);

/** The rules that a plan breaks, by name. */
export function brokenRules(
  scene: Scene,
  cell: ExportCell,
  plan: readonly ExportOperation[],
): readonly string[] {
  return Object.entries(RULES).flatMap(([name, holds]) => (holds(scene, cell, plan) ? [] : [name]));
}
