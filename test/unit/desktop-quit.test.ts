import { EventEmitter } from 'node:events';
import { beforeEach, expect, it, vi } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.ts';

const { app } = vi.hoisted(() => ({ app: {} as EventEmitter & { quit(): void } }));
vi.mock('electron', () => ({ app }));

const { endBeforeQuit } = await import('../../src/main/electron/quit.ts');

let clock: VirtualClock;
let quits: number;
let warnings: string[];

beforeEach(() => {
  clock = new VirtualClock();
  warnings = [];
  quits = 0;
  const events = new EventEmitter();
  /** As Electron's: quits unless somebody prevents it. */
  const quit = (): void => {
    let prevented = false;
    events.emit('before-quit', {
      preventDefault: () => {
        prevented = true;
      },
    });
    if (!prevented) quits += 1;
  };
  Object.assign(app, { on: events.on.bind(events), quit });
});

const ends = (end: () => Promise<void>): ReturnType<typeof endBeforeQuit> =>
  endBeforeQuit({ clock, log: (level, _area, message) => warnings.push(`${level}: ${message}`) }, end);

it('quits once everything has ended, and only once', async () => {
  let ended = 0;
  ends(async () => {
    await clock.sleep(5_000);
    ended += 1;
  });
  app.quit();
  app.quit();
  expect(quits).toBe(0);
  await clock.sleep(6_000);
  expect({ quits, ended, warnings }).toEqual({ quits: 1, ended: 1, warnings: [] });
  await clock.sleep(60_000);
  expect({ quits, warnings }).toEqual({ quits: 1, warnings: [] });
});

it('quits in half a minute where something does not end, and says so', async () => {
  ends(() => new Promise(() => undefined));
  app.quit();
  await clock.sleep(29_000);
  expect(quits).toBe(0);
  await clock.sleep(2_000);
  expect({ quits, warnings }).toEqual({
    quits: 1,
    warnings: [expect.stringMatching(/^warn: Not everything/)],
  });
});

it('quits where ending fails, and says so', async () => {
  ends(() => Promise.reject(new Error('The disk is full')));
  app.quit();
  await clock.sleep(1_000);
  expect({ quits, warnings }).toEqual({ quits: 1, warnings: [expect.stringMatching(/^error: /)] });
});

it('quits into an installer where one is waiting', async () => {
  let installed = 0;
  const quitInto = ends(async () => undefined);
  quitInto(() => {
    installed += 1;
  })();
  await clock.sleep(1_000);
  expect({ installed, quits }).toEqual({ installed: 1, quits: 0 });
});
