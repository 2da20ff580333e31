import { countCells } from './cells.ts';
import { type Deed, DISPATCH, DISPATCH_OFTEN } from './dispatch.ts';
import type { Findings } from './findings.ts';
import { judge, runToQuiet } from './lull.ts';
import {
  keepDatabase,
  MACHINE,
  MACHINE_OFTEN,
  NETWORK,
  NETWORK_OFTEN,
  NIGHT,
  reviveIfDead,
} from './machine.ts';
import { OFFICE, OFFICE_OFTEN } from './office.ts';
import { openScene, type Scene, type Services, type Tampering } from './scene.ts';
import { TECHNICIAN_DEEDS, TECHNICIAN_OFTEN } from './technician.ts';
import type { Trace } from './trace.ts';

const MINUTE = 60_000;
const SHIFTS = 3;

interface WeekOptions {
  readonly seed: number;
  readonly days: number;
  readonly services: Services;
  /** Told of every shift that is over. */
  readonly onShift?: (shift: number, of: number) => void;
  readonly onLine?: (line: string) => void;
  /** Asked after each shift: enough has been found out. */
  readonly isOver?: (findings: Findings) => boolean;
  /** Servers that do not do what they say, to find out whether that is noticed. */
  readonly servers?: Tampering;
}

interface Week {
  readonly findings: Findings;
  readonly trace: Trace;
}

/** Lets a technician, dispatch and bad luck live for some days, and looks after each shift at what became of it all. */
export async function liveThrough({
  seed,
  days,
  services,
  onShift,
  onLine,
  isOver,
  servers,
}: WeekOptions): Promise<Week> {
  const scene = await openScene(seed, services, servers);
  const { world, findings, trace } = scene;
  if (onLine !== undefined) trace.onLine = onLine;
  findings.onBroken = (what) => trace.add(world.clock.now(), `BROKEN ${what}`);
  try {
    for (let count = 0; count < 6; count += 1) {
      await perform(scene, 'dispatch', 'books');
      await perform(scene, 'technician', 'adds an appointment');
    }
    countCells(scene);
    await world.app.agent.start();
    for (let shift = 1; shift <= days * SHIFTS; shift += 1) {
      await live(scene);
      await runToQuiet(scene);
      await judge(scene, shift % SHIFTS === 0);
      if (isOver?.(findings) === true) return { findings, trace };
      if (shift % SHIFTS === 0) await sleepTheNight(scene);
      onShift?.(shift, days * SHIFTS);
    }
    await runToQuiet(scene);
    await judge(scene, false);
    return { findings, trace };
  } finally {
    await world.app.agent.stop();
    await world.close();
  }
}

type Actor = 'dispatch' | 'technician' | 'office' | 'machine' | 'network';
const ACTORS: Readonly<Record<Actor, Readonly<Record<string, Deed>>>> = {
  dispatch: DISPATCH,
  technician: TECHNICIAN_DEEDS,
  office: OFFICE,
  machine: MACHINE,
  network: NETWORK,
};
const OFTEN: Readonly<Record<Actor, Readonly<Record<string, number>>>> = {
  dispatch: DISPATCH_OFTEN,
  technician: TECHNICIAN_OFTEN,
  office: OFFICE_OFTEN,
  machine: MACHINE_OFTEN,
  network: NETWORK_OFTEN,
};

async function perform(scene: Scene, actor: Actor, name: string): Promise<void> {
  const deed = ACTORS[actor][name] as Deed;
  const done = await deed(scene);
  scene.ledger.lookAtBookings(scene.world);
  if (done === null) return;
  scene.findings.meet(`deed: ${actor} ${name}`);
  scene.trace.add(scene.world.clock.now(), `${actor} ${name}: ${done}`);
}

/** One deed of somebody. */
async function somebodyActs(scene: Scene, actors: Partial<Record<Actor, number>>): Promise<void> {
  const actor = scene.dice.weighted(actors as Record<Actor, number>);
  await perform(scene, actor, scene.dice.weighted(OFTEN[actor]));
}

const PEOPLE = { dispatch: 1, technician: 1.2 } as const;
const EVERYBODY = { ...PEOPLE, office: 0.3, machine: 0.25, network: 0.2 } as const;

async function live(scene: Scene): Promise<void> {
  const { dice, world, network, findings, trace } = scene;
  network.weather = dice.weighted({ fair: 1, rough: 1.4, storm: 0.6 });
  const hasCaldav = scene.calendars.some(({ provider }) => provider === 'caldav');
  const services = ['booking', 'google', 'microsoft', ...(hasCaldav ? (['caldav'] as const) : [])] as const;
  network.outage = dice.chance(0.1) ? (dice.one(services) ?? null) : null;
  network.reorders = dice.chance(0.5);
  network.meanwhile = () => somebodyActs(scene, PEOPLE);
  findings.meet(`state: a shift in ${network.weather} weather`);
  trace.add(world.clock.now(), `weather ${network.weather}, ${network.outage ?? 'nothing'} down`);
  for (let deeds = dice.between(8, 16); deeds > 0; deeds -= 1) {
    // Half of what people do is done within the same run.
    if (dice.chance(0.6)) await world.clock.sleep(dice.between(1, 14 * 60) * 1_000);
    await reviveIfDead(scene);
    await somebodyActs(scene, EVERYBODY);
  }
}

async function sleepTheNight(scene: Scene): Promise<void> {
  const { world } = scene;
  keepDatabase(scene);
  world.power.report('suspend');
  await world.clock.sleep(1_000);
  world.clock.advance(NIGHT);
  for (let deeds = 0; deeds < 3; deeds += 1) await somebodyActs(scene, PEOPLE);
  world.power.report('resume');
  await world.clock.sleep(MINUTE);
}
