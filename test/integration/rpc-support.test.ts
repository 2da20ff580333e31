import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProgram, type Program } from '../../src/main/rpc/program.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { createRpcClient, type RpcClient } from '../../src/shared/rpc/client.ts';
import { MemoryTransport } from '../../src/shared/rpc/memory-transport.ts';
import { memorySettings } from '../support/memory-settings.ts';
import { createWorld, EMAIL, TECHNICIAN, type World } from '../support/world.ts';

/** What the screens ask of the program beside syncing: its surroundings, its backups, and news of its feeds. */

let world: World;
let program: Program;
let client: RpcClient;
let folder: string;

beforeEach(async () => {
  world = await createWorld();
  folder = mkdtempSync(join(tmpdir(), 'calendar-sync-support-'));
  const { app, clock } = world;
  const unserved = (): never => {
    throw new Error('Nothing is served here.');
  };
  program = createProgram({
    app,
    ports: {
      clock,
      random: seededRandom(11),
      log: () => undefined,
      settings: async () => memorySettings({}),
    },
    host: { kind: 'headless', version: '1.2.3', locale: null },
    openUrl: async () => undefined,
    served: () => ({ origin: 'http://127.0.0.1:47600', isSample: null, sample: null }),
    handlers: {
      'data.restore': unserved,
      'screens.link': unserved,
      'sample.open': unserved,
      'sample.close': unserved,
    },
  });
  const transport = new MemoryTransport((message) => program.dispatch(message));
  program.subscribe((message) => transport.push(message));
  client = createRpcClient(transport);
});
afterEach(async () => {
  program.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the connection test', () => {
  it('gets through to every host that can be needed, with nobody’s sign-in', async () => {
    const { items } = await client.call('network.test', {});
    expect(new Set(items.map(({ name }) => name))).toEqual(
      new Set(['Booking system', 'Google', 'Microsoft']),
    );
    expect(items.every(({ ok }) => ok)).toBe(true);
  });
});

describe('a backup', () => {
  it('is looked into before it is restored, which changes nothing', async () => {
    const file = join(folder, 'friday.backup');
    await client.call('data.backup', { file });
    const [account] = (await client.call('accounts.list', {})).items;
    await client.call('accounts.remove', { id: account?.id ?? '', deleteEvents: false });
    expect(await client.call('data.inspect', { file })).toMatchObject({
      accounts: [{ provider: 'google', email: EMAIL }],
      mappings: 1,
    });
    expect((await client.call('accounts.list', {})).items).toEqual([]);
    expect(readdirSync(folder)).toEqual(['friday.backup']);
  });

  it('takes the place of nothing that the program needs, and goes where it is found again', async () => {
    const { paths } = await client.call('about.get', {});
    const needed = paths.filter(({ kind }) => kind === 'database' || kind === 'settings');
    expect(needed).toHaveLength(2);
    for (const { path } of needed) {
      await expect(client.call('data.backup', { file: path })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining('Name another one'),
      });
    }
    await expect(client.call('data.backup', { file: 'friday.backup' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('not a full path'),
    });
  });

  it('that is none is said to be none', async () => {
    const inspected = client.call('data.inspect', { file: import.meta.filename });
    await expect(inspected).rejects.toMatchObject({ code: 'INVALID_INPUT', detail: 'not-a-backup' });
  });
});

describe('a change of the feeds', () => {
  it('is told to every window, and looking at them is not', async () => {
    let told = 0;
    client.on('feeds.changed', () => {
      told += 1;
    });
    await client.call('feeds.list', {});
    expect(told).toBe(0);
    const { id } = await client.call('feeds.create', { technicianId: TECHNICIAN });
    await client.call('feeds.rotate', { id });
    expect(told).toBe(2);
  });

  it('leaves a link that this computer answers', async () => {
    const { path } = await client.call('feeds.create', { technicianId: TECHNICIAN });
    const { host } = await client.call('snapshot.get', {});
    expect(`${host.origin}${path}`).toMatch(/^http:\/\/127\.0\.0\.1:47600\/ics\/.{40,}\.ics$/);
  });
});

describe('what runs here', () => {
  it('names where it keeps what it knows', async () => {
    const { paths } = await client.call('about.get', {});
    expect(paths.map(({ kind }) => kind)).toEqual(['data', 'database', 'settings', 'backups', 'policy']);
  });
});
