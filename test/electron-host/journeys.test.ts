import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { SyncDocument } from '../integration/cli-documents.ts';
import {
  addAppointment,
  addBooking,
  buildProgram,
  companyEnvironment,
  createMachine,
  EMAIL,
  type Machine,
  resetCompany,
  setUp,
  startCompany,
  TECHNICIAN,
} from '../integration/cli-harness.ts';
import { addTray, buildDesktop, Desktop, ELECTRON, entryOf, openElectron, PATIENCE } from './desktop.ts';
import type { Electron } from './driver.ts';

let sandbox: Sandbox;
let electron: Electron;
const running: Desktop[] = [];

beforeAll(async () => {
  await buildProgram();
  await buildDesktop();
  [sandbox, electron] = await Promise.all([startCompany(), openElectron()]);
});
afterAll(async () => {
  await Promise.all([sandbox.close(), electron.close()]);
});
afterEach(async () => {
  for (const desktop of running.splice(0)) await desktop.kill();
});

function start(machine: Machine, ...args: readonly string[]): Desktop {
  const desktop = new Desktop(machine, electron, args);
  running.push(desktop);
  return desktop;
}

const eventsNamed = (title: string): number =>
  sandbox.google.events(EMAIL).filter(({ summary }) => summary?.includes(title)).length;

describe(`${ELECTRON}, on a new profile`, () => {
  let machine: Machine;
  beforeAll(() => {
    resetCompany(sandbox);
    machine = createMachine(companyEnvironment(sandbox));
    addTray(machine);
  });
  afterAll(() => machine.dispose());

  it('the window opens, even at login, and screens and program speak', async () => {
    const desktop = start(machine, '--hidden');
    await desktop.sees(({ window, tray }) => {
      expect(window?.visible).toBe(true);
      expect(tray).toMatchObject({ icon: 'exclamation', tooltip: 'Not set up yet' });
    });
    await desktop.use((page) => page.getByRole('heading', { name: 'Enrol this computer' }).waitFor());
    const { window, reached } = await desktop.look();
    expect({ faults: window?.faults, reached }).toEqual({ faults: [], reached: [] });
  });

  it('closing the window hides it, which is said once, and the tray opens it again', async () => {
    const desktop = start(machine);
    await desktop.sees(({ window }) => expect(window?.visible).toBe(true));
    await desktop.order({ kind: 'close-window' });
    await desktop.sees(({ window, notifications }) => {
      expect(window?.visible).toBe(false);
      expect(notifications.map(({ title }) => title)).toEqual(['Calendar Sync keeps running']);
    });
    await desktop.order({ kind: 'tray', action: 'settings' });
    await desktop.sees((sight) =>
      expect(sight.window).toMatchObject({ visible: true, url: 'calendar-sync://app/index.html#/settings' }),
    );
    await desktop.order({ kind: 'close-window' });
    const again = await desktop.look();
    expect(again.window?.visible).toBe(false);
    expect(again.notifications).toHaveLength(1);
  });

  it('it starts at login, until that is switched off, which settings.json keeps', async () => {
    const desktop = start(machine);
    const entry = join(machine.environment.HOME ?? '', '.config/autostart/calendar-sync.desktop');
    await desktop.sees(({ window }) => expect(window?.visible).toBe(true));
    expect(readFileSync(entry, 'utf8')).toMatch(/^Exec="\/.+" --hidden$/m);
    await desktop.ask('settings.change', { set: { startAtLogin: false } });
    await expect.poll(() => existsSync(entry), PATIENCE).toBe(false);
    const stored: unknown = JSON.parse(readFileSync(join(machine.dataDir, 'settings.json'), 'utf8'));
    expect(stored).toEqual({ startAtLogin: false });
  });

  it('diagnostics are saved where somebody says', async () => {
    const desktop = start(machine);
    const file = join(machine.dataDir, 'for-support.zip');
    await desktop.sees(({ window }) => expect(window?.visible).toBe(true));
    await desktop.order({ kind: 'answer', answer: { canceled: false, filePath: file } });
    await desktop.order({ kind: 'tray', action: 'save-diagnostics' });
    await expect.poll(() => existsSync(file), PATIENCE).toBe(true);
    expect(readFileSync(file).subarray(0, 2).toString()).toBe('PK');
  });

  it('sample data open in the system’s browser, beside the window, until somebody ends them', async () => {
    const desktop = start(machine);
    await desktop.sees(({ window }) => expect(window?.visible).toBe(true));
    await desktop.use((page) => page.getByRole('button', { name: 'Try with sample data' }).click());
    const { opened } = await desktop.sees((sight) => expect(sight.opened).toHaveLength(1));
    const { origin } = new URL(opened[0] ?? '');
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    await desktop.use(async (page) => {
      await page.getByText('The sample is open in your browser.').waitFor();
      await page.getByRole('button', { name: 'End it' }).click();
      await page.getByRole('button', { name: 'Try with sample data' }).waitFor();
    });
    await expect(fetch(`${origin}/healthz`)).rejects.toThrow(TypeError);
    expect((await desktop.look()).window?.faults).toEqual([]);
  });

  it('the binary runs commands without a window', async () => {
    const { code, stdout } = await electron.run(machine, ['--headless', 'status', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ enrolled: false });
  });

  it('it says in a dialog why it cannot start, and ends', async () => {
    const owner = machine.start('serve', '--port', '0');
    await owner.waitFor('stderr', /^ready: /m);
    const { code, stderr } = await electron.run(machine, []);
    expect(code).toBe(5);
    expect(stderr).toContain(
      'Calendar Sync cannot start\nAnother Calendar Sync is using this data directory.',
    );
  });
});

describe(`${ELECTRON}, on a profile in use`, () => {
  let machine: Machine;
  beforeAll(async () => {
    resetCompany(sandbox);
    machine = createMachine(companyEnvironment(sandbox));
    addTray(machine);
    await setUp(machine, sandbox);
  });
  afterAll(() => machine.dispose());

  /** Out of sight, as at login, and done with its first run. */
  async function startHidden(): Promise<Desktop> {
    const desktop = start(machine, '--hidden');
    await desktop.sees(({ tray }) => expect(tray?.tooltip).toMatch(/^Up to date · (\w+ )?\d\d:\d\d$/));
    return desktop;
  }

  it('it stays out of sight at login, and syncs by the tray’s Sync Now', async () => {
    const desktop = await startHidden();
    addBooking(sandbox, 1, 'Boiler');
    await desktop.order({ kind: 'tray', action: 'sync-now' });
    await expect.poll(() => eventsNamed('Boiler'), PATIENCE).toBe(1);
    const { tray, window } = await desktop.sees((sight) => expect(sight.tray?.icon).toBe('check'));
    expect(entryOf(tray?.menu ?? [], 'sync-now')).toMatchObject({ label: 'Sync Now', enabled: true });
    expect(window).toBeNull();
  });

  it('a backup goes where the system’s dialog says, and comes back from there', async () => {
    const desktop = await startHidden();
    const file = join(machine.dataDir, 'friday.backup');
    await desktop.order({ kind: 'tray', action: 'settings' });
    await desktop.sees(({ window }) => expect(window?.visible).toBe(true));
    // The first dialog is cancelled.
    await desktop.use((page) => page.getByRole('button', { name: 'Back up…' }).click());
    await desktop.sees(({ dialogs }) => expect(dialogs).toHaveLength(1));
    await desktop.order({ kind: 'answer', answer: { canceled: false, filePath: file } });
    await desktop.use(async (page) => {
      await page.getByRole('button', { name: 'Back up…' }).click();
      await page.getByText(/^Backed up to .*friday\.backup/).waitFor();
      await page.getByRole('heading', { name: 'Updates' }).waitFor();
    });
    expect(existsSync(file)).toBe(true);
    await desktop.order({ kind: 'answer', answer: { canceled: false, filePaths: [file] } });
    await desktop.use(async (page) => {
      await page.getByRole('button', { name: 'Restore…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Here now, replaced').waitFor();
      await dialog.getByRole('button', { name: 'Restore' }).click();
      await page.getByText(/^Restored: 1 account and 1 mapping\./).waitFor();
    });
    const { dialogs, window } = await desktop.look();
    expect(dialogs.map(({ kind }) => kind)).toEqual(['save', 'save', 'open']);
    expect(window?.faults).toEqual([]);
    // Nothing updates itself that was not installed to.
    expect(
      await desktop.use((page) => page.getByRole('button', { name: 'Check for updates now' }).count()),
    ).toBe(0);
  });

  it('it is one instance: a second start shows the first one’s window and ends', async () => {
    const first = await startHidden();
    expect(await electron.run(machine, ['--hidden'])).toMatchObject({ code: 0, stderr: '' });
    expect((await first.look()).window).toBeNull();
    expect(await electron.run(machine, [])).toMatchObject({ code: 0, stderr: '' });
    await first.sees(({ window }) => expect(window?.visible).toBe(true));
  });

  it('it pauses and resumes by the tray', async () => {
    const desktop = await startHidden();
    await desktop.order({ kind: 'tray', action: 'pause-until-resumed' });
    await desktop.sees(({ tray }) =>
      expect(tray).toMatchObject({ icon: 'bars', tooltip: 'Paused until you resume' }),
    );
    await desktop.order({ kind: 'tray', action: 'resume' });
    await desktop.sees(({ tray }) => expect(tray?.icon).toBe('check'));
  });

  it('the tray follows each state by icon, tooltip and menu', async () => {
    const desktop = await startHidden();
    const click = (action: string): Promise<unknown> => desktop.order({ kind: 'tray', action });
    const shows = async (icon: string, tooltip: RegExp): Promise<readonly (string | null)[]> => {
      const { tray } = await desktop.sees((sight) =>
        expect(sight.tray).toMatchObject({ icon, tooltip: expect.stringMatching(tooltip) }),
      );
      expect(tray?.menu[0]).toMatchObject({ label: tray?.tooltip, enabled: false });
      expect(entryOf(tray?.menu ?? [], 'sync-now')).toMatchObject({ enabled: true });
      return (tray?.menu ?? []).map(({ id, label }) => id ?? label);
    };
    const upToDate = /^Up to date · (\w+ )?\d\d:\d\d$/;

    const held = sandbox.faults.add({ service: 'google', times: null, effect: { kind: 'hold' } });
    await click('sync-now');
    await shows('arrows', /^Syncing…$/);
    sandbox.faults.remove(held);
    expect(await shows('check', upToDate)).toContain('Pause');

    await click('pause-hour');
    const paused = await shows('bars', /^Paused until .*\d\d:\d\d$/);
    expect(paused).toContain('resume');
    expect(paused).not.toContain('Pause');
    await click('resume');
    await shows('check', upToDate);

    const refusing = sandbox.faults.add({
      service: 'google',
      path: '/events',
      times: null,
      effect: { kind: 'status', status: 403 },
    });
    await click('sync-now');
    await shows('cross', /^Sync is failing since (\w+ )?\d\d:\d\d$/);
    sandbox.faults.remove(refusing);
    await click('sync-now');
    await shows('check', upToDate);

    await desktop.order({ kind: 'network', online: false });
    await click('sync-now');
    await shows('slashed-cloud', /^Offline · will sync when back$/);
    await desktop.order({ kind: 'network', online: true });
    await click('sync-now');
    await shows('check', upToDate);
    expect((await desktop.look()).notifications).toEqual([]);
  });

  it('it looks again after a wake, once the network is there', async () => {
    const desktop = await startHidden();
    await desktop.order({ kind: 'network', online: false });
    await desktop.order({ kind: 'power', event: 'suspend' });
    addAppointment(sandbox, 1);
    await desktop.order({ kind: 'power', event: 'resume' });
    await desktop.order({ kind: 'network', online: true });
    await expect.poll(() => sandbox.booking.blocks.all(TECHNICIAN).length, PATIENCE).toBe(1);
  });

  it('it carries out what is typed in a terminal meanwhile', async () => {
    await startHidden();
    addBooking(sandbox, 2, 'Heat pump');
    expect(await machine.run('sync')).toMatchObject({ code: 0 });
    expect(eventsNamed('Heat pump')).toBe(1);
  });

  it('it finishes what it is writing when somebody quits, and does the rest next time', async () => {
    for (let day = 1; day <= 20; day += 1) addBooking(sandbox, day, 'Inspection');
    const desktop = start(machine, '--hidden');
    await expect.poll(() => eventsNamed('Inspection'), { ...PATIENCE, interval: 5 }).toBeGreaterThan(0);
    await desktop.order({ kind: 'quit' });
    expect(await desktop.end).toMatchObject({ code: 0, stderr: '' });
    expect((await machine.json(SyncDocument, 'sync')).ok).toBe(true);
    expect(eventsNamed('Inspection')).toBe(20);
  });

  it('it tells once that a sign-in is needed, and a click leads to where one signs in', async () => {
    const desktop = await startHidden();
    sandbox.google.revokeAccount(EMAIL);
    await desktop.order({ kind: 'tray', action: 'sync-now' });
    await desktop.sees(({ tray, notifications }) => {
      expect(notifications).toMatchObject([{ title: 'Sign in again', open: true }]);
      expect(tray).toMatchObject({ icon: 'exclamation', tooltip: 'Google needs you to sign in again' });
    });
    await desktop.order({ kind: 'click-notification' });
    await desktop.sees(({ window }) =>
      expect(window).toMatchObject({ visible: true, url: 'calendar-sync://app/index.html#/connections' }),
    );
    await desktop.order({ kind: 'quit' });
    await desktop.end;

    const next = start(machine, '--hidden');
    await next.sees((sight) => expect(sight.tray?.icon).toBe('exclamation'));
    expect((await next.look()).notifications).toEqual([]);
  });

  it('a sign-in opens in the system’s browser, and no other address does', async () => {
    const desktop = start(machine);
    await desktop.sees(({ window }) => expect(window?.visible).toBe(true));
    await desktop.ask('signIn.start', { provider: 'google', access: 'write' });
    const { opened } = await desktop.sees((sight) => expect(sight.opened).toHaveLength(1));
    expect(opened[0]).toContain('code_challenge_method=S256');
    await desktop.use((page) =>
      page.evaluate(() => {
        window.open('https://example.com/');
      }),
    );
    const { blocked, opened: after } = await desktop.sees((sight) => expect(sight.blocked).not.toEqual([]));
    expect({ blocked, after }).toEqual({ blocked: ['window https://example.com/'], after: opened });
  });
});
