import { AppError } from '../../src/shared/rpc/errors.ts';
import type { Deed } from './dispatch.ts';
import { isSelected } from './ledger.ts';
import { type Calendar, type Mapped, putSetUpRight, type Scene } from './scene.ts';

const MINUTE = 60_000;

/** A calendar that bookings may be written to. */
const writable = ({ calendars, dice }: Scene): Calendar =>
  dice.one(calendars.filter(({ importOnly }) => !importOnly)) as Calendar;

async function remap(scene: Scene, calendar: Calendar, changes: Partial<Mapped>): Promise<string> {
  calendar.mapped = { ...calendar.mapped, ...changes };
  noteChange(scene, calendar);
  if (changes.direction !== undefined) {
    calendar.turnedAt = calendar.changedAt;
    calendar.settledBeforeTurn = scene.ledger.settledAt;
  }
  await putSetUpRight(scene);
  return `${calendar.key} ${JSON.stringify(changes)}`;
}

function noteChange({ ledger }: Scene, calendar: Calendar): void {
  if (calendar.changedAt <= ledger.settledAt) calendar.settledBefore = ledger.settledAt;
  calendar.changedAt = ledger.tick();
}

const mappingOf = ({ world }: Scene, { calendarId }: Calendar): string =>
  world.app.mappings().find((mapping) => mapping.calendarId === calendarId)?.mappingId ?? '';

/** What the app says when something cannot be done (any more), or null. */
async function refusal(asked: Promise<void>): Promise<string | null> {
  try {
    await asked;
    return null;
  } catch (error) {
    if (error instanceof AppError && ['INVALID_INPUT', 'NOT_FOUND', 'CONFLICT'].includes(error.code))
      return error.code;
    throw error;
  }
}

/** What the person in charge does to how everything is set up. */
export const OFFICE = {
  'pauses, and resumes': async ({ world, dice }) => {
    world.app.agent.pause(null);
    await world.clock.sleep(dice.between(1, 25) * MINUTE);
    world.app.agent.resume();
    return 'the agent';
  },
  'syncs by hand': async ({ world, network }) => {
    network.watch.attended = true;
    await world.app.agent.syncNow().catch(() => undefined);
    network.watch.attended = false;
    return 'once';
  },
  'shows details, or hides them': (scene) => {
    const calendar = scene.dice.one(scene.calendars) as Calendar;
    const visibility = calendar.mapped.visibility === 'details' ? 'busy-only' : 'details';
    return remap(scene, calendar, { visibility });
  },
  'leaves whole days out, or not': (scene) => {
    const calendar = scene.dice.one(scene.calendars) as Calendar;
    return remap(scene, calendar, { skip: calendar.mapped.skip.length === 0 ? ['all-day'] : [] });
  },
  'turns round the direction': (scene) => {
    const calendar = writable(scene);
    const others = (['import', 'export', 'two-way', 'two-way'] as const).filter(
      (direction) => direction !== calendar.mapped.direction,
    );
    return remap(scene, calendar, { direction: scene.dice.one(others) ?? 'two-way' });
  },
  'removes a mapping': async (scene) => {
    const calendar = writable(scene);
    if (!calendar.isMapped || scene.network.isDead) return null;
    const deleteEvents = scene.dice.chance(0.3);
    scene.ledger.lookAtInbox(scene.world);
    scene.ledger.inboxGoes(calendar.key, calendar.instances());
    if (deleteEvents) scene.ledger.discardEdits(calendar.key);
    else scene.ledger.leaveBlocks(calendar.key, calendar.provider, scene.world);
    noteChange(scene, calendar);
    scene.ledger.afresh.set(calendar.key, calendar.changedAt);
    calendar.isMapped = false;
    const id = mappingOf(scene, calendar);
    await scene.network.sheltered(() => scene.world.app.removeMapping(id, { deleteEvents }));
    return `${calendar.key}${deleteEvents ? ' with its events' : ''}`;
  },
  'puts the set-up right': async (scene) => {
    await putSetUpRight(scene);
    return 'all of it';
  },
  'forgets what is known of a mapping': async (scene) => {
    const calendar = scene.dice.one(scene.calendars.filter(({ isMapped }) => isMapped));
    if (calendar === undefined || scene.network.isDead) return null;
    scene.ledger.lookAtInbox(scene.world);
    scene.ledger.inboxGoes(calendar.key, calendar.instances());
    scene.ledger.afresh.set(calendar.key, scene.ledger.tick());
    await scene.world.app.resyncMapping(mappingOf(scene, calendar));
    return calendar.key;
  },
  'answers a conflict': async (scene) => {
    const { world, dice, network, ledger } = scene;
    const conflict = dice.one(world.app.conflicts());
    if (conflict === undefined) return null;
    // What is gone cannot be rewritten any more, and the app says so.
    const stands = isSelected(world.sandbox.booking.bookings.get(conflict.bookingId));
    const keep = stands && dice.chance(0.5) ? 'calendar' : 'booking';
    network.watch.answered.add(conflict.bookingId);
    ledger.answered.set(conflict.bookingId, ledger.tick());
    const refused = await refusal(world.app.resolveConflict(conflict.id, keep));
    if (refused !== null) return `${conflict.kind} of ${conflict.bookingId}, which is refused: ${refused}`;
    if (dice.chance(0.1)) {
      await refusal(world.app.undoConflict(conflict.id));
      return `${conflict.kind} of ${conflict.bookingId}, and takes the answer back`;
    }
    return `${conflict.kind} of ${conflict.bookingId}: ${keep}`;
  },
} as const satisfies Record<string, Deed>;

export const OFFICE_OFTEN: Readonly<Record<keyof typeof OFFICE, number>> = {
  'pauses, and resumes': 1.5,
  'syncs by hand': 2,
  'shows details, or hides them': 1,
  'leaves whole days out, or not': 1,
  'turns round the direction': 1.5,
  'removes a mapping': 1,
  'puts the set-up right': 1,
  'forgets what is known of a mapping': 1,
  'answers a conflict': 6,
};
