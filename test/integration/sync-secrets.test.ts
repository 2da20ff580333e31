import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { addBooking, addPersonal, createWorld, TECHNICIAN, type World } from '../support/world.ts';

let world: World;
afterEach(() => world.close());

const filesIn = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** How a secret might be written down. */
const spellings = (secret: string): readonly string[] => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
];

it('no token is in the database, its log of changes, a backup or the program’s own log', async () => {
  const secrets = new Set<string>();
  world = await createWorld({
    network: (fetch) => async (input, init) => {
      const request = new Request(input, init);
      const [, bearer] = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '') ?? [];
      if (bearer !== undefined) secrets.add(bearer);
      if (request.method === 'POST') {
        const form = new URLSearchParams(await request.clone().text());
        for (const name of ['refresh_token', 'code', 'code_verifier', 'client_secret']) {
          const value = form.get(name);
          if (value !== null) secrets.add(value);
        }
      }
      const answer = await fetch(input, init);
      const said = await answer.clone().text();
      for (const [, token] of said.matchAll(
        /"(?:access_token|refresh_token|id_token|token)":\s*"([^"]+)"/g,
      )) {
        if (token !== undefined) secrets.add(token);
      }
      return answer;
    },
  });
  world.sandbox.google.configure({ rotateRefreshTokens: true });
  const canary = 'bkt_canary-8c1f4b7e-never-to-be-seen';
  world.sandbox.booking.devices.addToken({ technicianId: TECHNICIAN }, { token: canary });
  await world.app.enrol({ url: world.sandbox.urls().booking, token: canary });
  addBooking(world, 9);
  addPersonal(world, 10);
  await world.sync();
  // Two rotations, failures of every kind, and an answer that repeats what it was sent.
  for (const effect of [
    { kind: 'status', status: 401, when: 'before' },
    { kind: 'status', status: 400, body: `You sent ${canary}`, when: 'before' },
    { kind: 'drop', when: 'after' },
  ] as const) {
    world.clock.advance(2 * 3_600_000);
    for (const service of ['google', 'booking']) world.sandbox.faults.add({ service, times: 3, effect });
    await world.sync();
    world.sandbox.faults.clear();
  }
  await world.sync();
  world.app.backup(join(world.dataDir, 'backup.sqlite'));

  expect(secrets.size).toBeGreaterThan(6);
  expect(secrets).toContain(canary);
  const places = new Map(filesIn(world.dataDir).map((file) => [file, readFileSync(file).toString('latin1')]));
  places.set('the log', world.logged.join('\n'));
  places.set('the sync log', JSON.stringify(world.app.logs({})));
  places.set('the status', JSON.stringify([world.app.status(), world.app.accounts()]));
  expect([...places.keys()].some((file) => file.endsWith('.sqlite-wal'))).toBe(true);
  expect(world.logged.length).toBeGreaterThan(0);

  const found = [...places].flatMap(([place, text]) =>
    [...secrets]
      .filter((secret) => spellings(secret).some((spelt) => text.includes(spelt)))
      .map((secret) => [place, secret]),
  );
  expect(found).toEqual([]);
  // The search does find what is there.
  expect([...places.values()].some((text) => text.includes('Job at 9'))).toBe(true);
});
