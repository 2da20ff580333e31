/** A technician's feed on loopback, in a process of its own, so that asking for it is not counted as answering. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { openApp } from '../../src/main/app.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { ENROLMENT_CODE, fillCompany, TECHNICIAN } from './company.ts';
import { benchPorts, clock } from './ports.ts';

const BOOKINGS = 5_000;

const sandbox = createSandbox({ clock, random: seededRandom(7) });
fillCompany(sandbox, { personalEvents: 0, bookings: BOOKINGS }, clock.now());
const dataDir = mkdtempSync(join(tmpdir(), 'calendar-sync-feed-'));
const { BOOKING_API_URL: _url, BOOKING_API_TOKEN: _token, ...environment } = sandbox.env();
const app = await openApp(benchPorts(dataDir, environment, sandbox.fetch));
await app.enrol({ url: sandbox.urls().booking, code: ENROLMENT_CODE });
const { path } = await app.feeds.create({ technicianId: TECHNICIAN, visibility: 'details' });

const server = fastify();
server.route<{ Params: { token: string } }>({
  method: ['GET', 'HEAD'],
  url: '/ics/:token.ics',
  handler: async ({ method, params, headers }, reply) => {
    const answer = await app.feeds.respond({ method, token: params.token, headers });
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  },
});
const origin = await server.listen({ host: '127.0.0.1', port: 0 });
process.on('disconnect', () => {
  app.close();
  rmSync(dataDir, { recursive: true, force: true });
  process.exit();
});
process.send?.({ url: `${origin}${path}` });
