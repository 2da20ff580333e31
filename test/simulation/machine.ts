import { type SavedDatabase, TECHNICIAN } from '../support/world.ts';
import { countCells } from './cells.ts';
import type { Deed } from './dispatch.ts';
import { putSetUpRight, type Scene, signInTo } from './scene.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Databases of earlier shifts, for a scene. */
const saved = new WeakMap<Scene, SavedDatabase>();

export function keepDatabase(scene: Scene): void {
  saved.set(scene, scene.world.save());
}

/** The app begins anew, as after `stop`, with what was done to its database meanwhile. */
async function anew(
  scene: Scene,
  options: { readonly forget?: boolean; readonly from?: SavedDatabase } = {},
): Promise<void> {
  const { world, network, ledger } = scene;
  await world.app.agent.stop();
  // While the app is gone, so is its inbox: what people have seen in it, they have seen.
  if (!network.isDead) ledger.lookAtInbox(world);
  await world.restart(options);
  network.revived();
  countCells(scene);
}

const allAfresh = ({ calendars, ledger }: Scene): void => {
  for (const { key, instances } of calendars) {
    ledger.afresh.set(key, ledger.tick());
    ledger.inboxGoes(key, instances());
  }
};

/** A process that was ended is started again some time later. */
export async function reviveIfDead(scene: Scene): Promise<void> {
  if (!scene.network.isDead) return;
  await anew(scene);
  scene.findings.meet('state: a sync after the process was killed');
  await scene.world.app.agent.start();
}

/** What happens to the computer, and what is done to it. */
export const MACHINE = {
  'sleeps a while': async ({ world, dice }) => {
    world.power.report('suspend');
    await world.clock.sleep(1_000);
    world.clock.advance(dice.between(5, 90) * MINUTE);
    world.power.report('resume');
    return 'and wakes up';
  },
  'is set forward': ({ world, dice }) => {
    world.clock.advance(dice.between(10, 180) * MINUTE);
    return world.clock.now().toISOString();
  },
  'loses its network': async ({ world, dice }) => {
    world.power.report('offline');
    await world.clock.sleep(dice.between(1, 30) * MINUTE);
    world.power.report('online');
    return 'and finds it';
  },
  'is started anew': async (scene) => {
    await anew(scene);
    await scene.world.app.agent.start();
    return 'in good order';
  },
  'kills the app soon': ({ dice, network }) => {
    const [requests, after] = [dice.between(1, 25), dice.chance(0.5)];
    network.killIn(requests, after);
    return `${after ? 'after' : 'before'} ${requests} requests`;
  },
  'gets an older database': async (scene) => {
    const from = saved.get(scene);
    if (from === undefined) return null;
    await anew(scene, { from });
    allAfresh(scene);
    await putSetUpRight(scene);
    scene.findings.meet('state: a sync after an older database was put back');
    await scene.world.app.agent.start();
    return 'back';
  },
  'loses the database': async (scene) => {
    const { world, findings } = scene;
    await anew(scene, { forget: true });
    allAfresh(scene);
    await enrol(scene);
    await putSetUpRight(scene);
    findings.meet('state: a sync after the database was lost');
    await world.app.agent.start();
    return 'and signs in anew';
  },
  'is reset': async (scene) => {
    const { world, findings, ledger } = scene;
    ledger.lookAtInbox(world);
    await world.app.reset({ keepAccounts: true });
    allAfresh(scene);
    await putSetUpRight(scene);
    findings.meet('state: a sync after a reset');
    return 'keeping its accounts';
  },
} as const satisfies Record<string, Deed>;

async function enrol({ world, network, next }: Scene): Promise<void> {
  const code = `TESS-SIMULATED-${next()}`;
  world.sandbox.booking.devices.addCode(code, { technicianId: TECHNICIAN });
  await network.sheltered(() => world.app.enrol({ url: world.sandbox.urls().booking, code }));
}

export const MACHINE_OFTEN: Readonly<Record<keyof typeof MACHINE, number>> = {
  'sleeps a while': 3,
  'is set forward': 1,
  'loses its network': 2,
  'is started anew': 2,
  'kills the app soon': 8,
  'gets an older database': 1.5,
  'loses the database': 1.5,
  'is reset': 1,
};

/** What goes wrong on the way, beside what the weather brings. */
export const NETWORK = {
  'loses notifications': ({ world, dice }) => {
    const service = dice.one(['google', 'microsoft'] as const) ?? 'google';
    world.sandbox.faults.add({ service, times: 5, effect: { kind: 'hook', name: 'lose-notification' } });
    return service;
  },
  'repeats notifications': ({ world, dice, findings }) => {
    const service = dice.one(['google', 'microsoft'] as const) ?? 'google';
    findings.meet('fault: notifications come again');
    world.sandbox.faults.add({
      ...{ service, times: 5 },
      effect: { kind: 'hook', name: 'repeat-notification', argument: 2 },
    });
    return service;
  },
  'cuts the stream': ({ world }) => {
    world.sandbox.booking.events.cutStreams();
    return 'of the booking system';
  },
  'forgets positions': async ({ world, dice, calendars }) => {
    const calendar = dice.one(calendars);
    if (dice.chance(0.3)) world.sandbox.booking.expireCursors();
    else calendar?.program.forgetPosition();
    return calendar?.key ?? null;
  },
  'lists nothing': ({ world, dice, calendars }) => {
    // Of what is listed next from the beginning.
    const services = ['google', 'booking'] as const;
    const hasCaldav = calendars.some(({ provider }) => provider === 'caldav');
    const service = dice.one(hasCaldav ? ([...services, 'caldav'] as const) : services) ?? 'google';
    const path = { google: '/events\\?', booking: '/bookings\\?', caldav: '/caldav/' }[service];
    world.sandbox.faults.add({ service, path, times: 1, effect: { kind: 'hook', name: 'empty-listing' } });
    if (service === 'booking') world.sandbox.booking.expireCursors();
    else for (const { program } of calendars) program.forgetPosition();
    return service;
  },
  'repeats a page': ({ world, dice }) => {
    const service = dice.one(['google', 'microsoft', 'booking'] as const) ?? 'google';
    world.sandbox.faults.add({ service, times: 1, effect: { kind: 'hook', name: 'repeat-page' } });
    return service;
  },
} as const satisfies Record<string, Deed>;

export const NETWORK_OFTEN: Readonly<Record<keyof typeof NETWORK, number>> = {
  'loses notifications': 3,
  'repeats notifications': 3,
  'cuts the stream': 2,
  'forgets positions': 3,
  'lists nothing': 1.5,
  'repeats a page': 1,
};

/** The person signs in again where the provider asks for it. */
export async function signInWhereAsked({ world }: Scene): Promise<void> {
  for (const { provider, state } of world.app.accounts()) {
    if (state !== 'needs-sign-in') continue;
    await signInTo(world, provider);
  }
}

export const NIGHT = 12 * HOUR;
