import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { CERTIFICATE, KEY } from './cli-certificate.ts';
import { ErrorDocument } from './cli-documents.ts';
import {
  addAppointment,
  addBooking,
  buildProgram,
  CODE,
  companyEnvironment,
  createMachine,
  type Machine,
  resetCompany,
  setUp,
  startCompany,
  succeed,
} from './cli-harness.ts';

const HOST = 'bookings.example.test';

let sandbox: Sandbox;
let machine: Machine;
/** The booking system behind TLS, with a certificate that only a private authority vouches for. */
let secure: Server;
/** Every tunnel leads to `secure`, wherever it was asked to go. */
let proxy: Server;
let tunnels: string[];
let sockets: Set<Socket>;

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const listen = async (server: Server): Promise<void> => {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
};

beforeAll(async () => {
  await buildProgram();
  sandbox = await startCompany();
  sockets = new Set();
  secure = createHttpsServer({ key: KEY, cert: CERTIFICATE }, async (request, response) => {
    const body = request.method === 'GET' ? null : Buffer.concat(await request.toArray());
    const { authorization, 'content-type': contentType } = request.headers;
    const answer = await sandbox.fetch(sandbox.urls().booking.replace(/\/booking.*/, request.url ?? ''), {
      method: request.method ?? 'GET',
      headers: {
        ...(authorization && { authorization }),
        ...(contentType && { 'content-type': contentType }),
      },
      body,
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  });
  proxy = createHttpServer((_request, response) => response.writeHead(502).end()).on(
    'connect',
    (request, client: Socket) => {
      tunnels.push(request.url ?? '');
      const server = connect(portOf(secure), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        server.pipe(client);
        client.pipe(server);
      });
      for (const socket of [client, server]) socket.on('error', () => undefined);
    },
  );
  await Promise.all([listen(secure), listen(proxy)]);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all([secure, proxy].map((server) => once(server.close(), 'close')));
  await sandbox.close();
});
beforeEach(() => {
  resetCompany(sandbox);
  tunnels = [];
  machine = createMachine(companyEnvironment(sandbox));
});
afterEach(() => machine.dispose());

const trust = (): void => {
  const file = join(machine.environment.HOME ?? '', 'authority.pem');
  writeFileSync(file, CERTIFICATE);
  machine.environment.CALENDAR_SYNC_CA_FILE = file;
};
/** What became of the first request of a command that goes on trying. */
async function firstAttempt(...args: readonly string[]): Promise<string> {
  machine.environment.DEBUG = 'calendar:http';
  const running = machine.start(...args);
  const [line] = await running.waitFor('stderr', /^.*POST .*$/m);
  running.process.kill();
  await running.end;
  return line;
}

const proxyUrl = (): string => `http://127.0.0.1:${portOf(proxy)}`;

describe('a private certificate authority', () => {
  const enrol = (): readonly string[] => {
    return ['enrol', '--url', `https://localhost:${portOf(secure)}/booking/api/v1`, '--code', CODE];
  };

  it('is trusted when CALENDAR_SYNC_CA_FILE names it', async () => {
    trust();
    expect((await succeed(machine.run(...enrol()))).stdout).toContain('Tess Technician');
  });

  it('is trusted when the settings name it, before the environment', async () => {
    trust();
    const { CALENDAR_SYNC_CA_FILE: caFile } = machine.environment;
    machine.environment.CALENDAR_SYNC_CA_FILE = join('nowhere', 'authority.pem');
    mkdirSync(machine.dataDir, { recursive: true });
    writeFileSync(join(machine.dataDir, 'settings.json'), JSON.stringify({ caFile }));
    expect((await succeed(machine.run(...enrol()))).stdout).toContain('Tess Technician');
  });

  it('is not trusted otherwise', async () => {
    machine.environment.DEBUG = 'calendar:http';
    const { code, stdout, stderr } = await machine.run(...enrol(), '--json');
    expect(code).toBe(1);
    expect(ErrorDocument.parse(JSON.parse(stdout)).error).toEqual({
      code: 'PROVIDER_ERROR',
      message: expect.stringMatching(
        /^The certificate of localhost:\d+ is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)\..*CALENDAR_SYNC_CA_FILE/,
      ),
    });
    // Asked once: the certificate would be the same a second later.
    expect(stderr.match(/ POST /g)).toHaveLength(1);
    expect(sandbox.faults.journal.entries()).toEqual([]);
  });

  it.each([
    ['is not there', join('nowhere', 'authority.pem')],
    ['holds no certificate', 'package.json'],
  ])('whose file %s is named in the failure', async (_case, file) => {
    machine.environment.CALENDAR_SYNC_CA_FILE = file;
    const { error } = await machine.json(ErrorDocument, ...enrol());
    expect(error).toMatchObject({ message: expect.stringContaining(`CALENDAR_SYNC_CA_FILE (${file})`) });
  });
});

describe('a proxy', () => {
  const enrol = ['enrol', '--url', `https://${HOST}/booking/api/v1`, '--code', CODE];

  it('carries what leaves the computer', async () => {
    trust();
    machine.environment.HTTPS_PROXY = proxyUrl();
    await succeed(machine.run(...enrol));
    expect(new Set(tunnels)).toEqual(new Set([`${HOST}:443`]));
  });

  it('is passed by for the hosts of NO_PROXY', async () => {
    machine.environment.HTTPS_PROXY = proxyUrl();
    machine.environment.NO_PROXY = HOST;
    await firstAttempt(...enrol);
    expect(tunnels).toEqual([]);
  });

  it('is never asked for this computer itself', async () => {
    machine.environment.HTTPS_PROXY = proxyUrl();
    machine.environment.HTTP_PROXY = proxyUrl();
    addBooking(sandbox, 1);
    await setUp(machine, sandbox);
    await succeed(machine.run('sync'));
    expect(tunnels).toEqual([]);
  });

  it('that is no address is named in the failure', async () => {
    machine.environment.HTTPS_PROXY = 'not an address';
    const { error } = await machine.json(ErrorDocument, ...enrol);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('HTTPS_PROXY') });
  });
});

describe('DEBUG=calendar:*', () => {
  it('tells on standard error what happens, without a secret, and leaves the result alone', async () => {
    machine.environment.DEBUG = 'calendar:*';
    await setUp(machine, sandbox);
    addBooking(sandbox, 1);
    addAppointment(sandbox, 2);
    sandbox.faults.add({ service: 'google', path: '/events', effect: { kind: 'status', status: 503 } });
    const { stdout, stderr } = await succeed(machine.run('sync', '--json'));
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
    expect(stderr).toContain('calendar:');
    for (const secret of [/ya29\.[\w-]{8}/, /1\/\/0[\w-]{8}/, /bkt_[\w-]{8}/, /Bearer \w/]) {
      expect(stderr).not.toMatch(secret);
    }
  });

  it('is silent otherwise', async () => {
    await setUp(machine, sandbox);
    expect((await succeed(machine.run('sync'))).stderr).toBe('');
  });
});
