import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  AccountDocument,
  ConnectDocument,
  DryRunDocument,
  ErrorDocument,
  HoldDocument,
  listOf,
  MappingDocument,
  StatusDocument,
  SyncDocument,
} from './cli-documents.ts';
import {
  addAppointment,
  addBooking,
  buildProgram,
  CODE,
  companyEnvironment,
  createMachine,
  EMAIL,
  type Machine,
  type Outcome,
  type Running,
  resetCompany,
  SECOND_CALENDAR,
  setUp,
  signIn,
  startCompany,
  succeed,
  TECHNICIAN,
} from './cli-harness.ts';

let sandbox: Sandbox;
let machine: Machine;

beforeAll(async () => {
  await buildProgram();
  sandbox = await startCompany();
});
afterAll(() => sandbox.close());
beforeEach(() => {
  resetCompany(sandbox);
  machine = createMachine(companyEnvironment(sandbox));
});
afterEach(() => machine.dispose());

/** The agent, once it accepts connections, and where. */
async function serve(
  ...options: readonly string[]
): Promise<{ agent: Running; origin: string; link: string }> {
  const agent = machine.start('serve', '--port', '0', ...options);
  const [, link = ''] = await agent.waitFor('stderr', /^ready: (\S+)$/m);
  return { agent, link, origin: new URL(link).origin };
}

const agentFile = (): string => join(machine.dataDir, 'calendar-sync.agent.json');

describe('serve', () => {
  it('needs no account to start, says where it is, and ends with 0 when it is stopped', async () => {
    const { agent, origin, link } = await serve();
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
    expect(await (await fetch(`${origin}/healthz`)).json()).toMatchObject({ status: 'ok' });
    expect(statSync(agentFile()).mode & 0o777).toBe(0o600);
    agent.process.kill('SIGTERM');
    expect(await agent.end).toMatchObject({ code: 0, stdout: '' });
    expect(existsSync(agentFile())).toBe(false);
    await expect(fetch(`${origin}/healthz`)).rejects.toThrow(TypeError);
  });

  it('answers Graph’s handshake without a session, and refuses notifications that it did not ask for', async () => {
    const { origin } = await serve();
    const post = (path: string, body = ''): Promise<Response> =>
      fetch(`${origin}/webhooks/${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-goog-channel-id': 'unknown',
          'x-goog-resource-id': 'unknown',
          'x-goog-resource-state': 'exists',
          'x-goog-message-number': '1',
        },
        body,
      });
    const handshake = await post('microsoft/calendar?validationToken=a%20token');
    expect([handshake.status, await handshake.text()]).toEqual([200, 'a token']);
    expect((await post('google/calendar')).status).toBe(404);
    expect((await post('microsoft/calendar', '{"value":[{"subscriptionId":"unknown"}]}')).status).toBe(404);
    expect((await post('microsoft/calendar', '{')).status).toBe(400);
  });

  it('syncs at once, and says in its metrics what it did', async () => {
    await setUp(machine, sandbox);
    addBooking(sandbox, 1);
    const { origin } = await serve();
    const status = await machine.json(StatusDocument, 'status');
    expect(status.nextRunAt).not.toBeNull();
    await succeed(machine.run('sync'));
    expect(sandbox.google.events(EMAIL)).toHaveLength(1);
    const text = await (await fetch(`${origin}/metrics`)).text();
    expect(text).toMatch(/^calendar_sync_runs_total\{result="ok"\} [1-9]/m);
    expect(text).toMatch(
      /^calendar_sync_operations_total\{operation="create",direction="export",status="ok"\} 1$/m,
    );
    expect(text).toMatch(
      /^calendar_sync_request_duration_seconds_count\{host="127.0.0.1",method="GET",status="200"\} /m,
    );
    expect(text).toMatch(/^calendar_sync_queue_depth 0$/m);
    expect(text).toMatch(
      /^calendar_sync_token_expiry_timestamp_seconds\{account="acc_[\w-]+",provider="google"\} \d+/m,
    );
    expect(text).not.toContain(EMAIL);
  });

  it('a second time on the same data directory ends with 5 and a sentence', async () => {
    await serve();
    const { code, stdout, stderr } = await machine.run('serve', '--port', '0');
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    const [link = '', ...sentence] = stderr.split('\n');
    // Whoever starts it again wants its screens.
    expect(link).toMatch(/^open: http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
    expect(sentence.join('')).toBe(
      'Calendar Sync serves this data directory already. Stop that one first, or choose another with --data-dir.',
    );
  });

  it('on a port that is taken says so', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await machine.run('serve', '--port', String(port));
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${port} of this computer cannot be used.`);
    expect(existsSync(agentFile())).toBe(false);
  });

  it('serves feeds without a session, and nothing under a link that is unknown', async () => {
    await setUp(machine, sandbox);
    addBooking(sandbox, 1, 'Boiler at the mill');
    const { origin } = await serve();
    const { url } = await machine.json(
      z.object({ feedId: z.string(), url: z.string() }),
      ...['feeds', 'create', '--technician', TECHNICIAN, '--visibility', 'details'],
    );
    expect(url.startsWith(`${origin}/ics/`)).toBe(true);
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toContain('text/calendar');
    expect(await answer.text()).toContain('Boiler at the mill');
    expect((await fetch(`${origin}/ics/${'x'.repeat(43)}.ics`)).status).toBe(404);
  });
});

describe('a command that meets a running agent', () => {
  it('is carried out by it, all the way from nothing to a sync', async () => {
    await serve();
    const enrolled = await succeed(
      machine.run('enrol', '--url', sandbox.urls().booking, '--code', CODE, '--json'),
    );
    expect(JSON.parse(enrolled.stdout)).toMatchObject({ enrolled: true, technician: { id: TECHNICIAN } });
    const { accountId } = await signIn(machine);
    const add = ['mappings', 'add', '--account', accountId, '--calendar', EMAIL, '--direction', 'two-way'];
    const { mappingId } = await machine.json(MappingDocument, ...add);
    addBooking(sandbox, 1);
    addAppointment(sandbox, 2);

    const dry = await machine.json(DryRunDocument, 'sync', '--dry-run');
    expect(dry).toMatchObject({ dryRun: true, ok: true });
    const result = await machine.json(SyncDocument, 'sync', '--mapping', mappingId, '--full');
    expect(result).toMatchObject({ ok: true, dryRun: false, accounts: [{ accountId }] });
    expect(sandbox.google.events(EMAIL)).toHaveLength(2);
    expect(sandbox.booking.blocks.all(TECHNICIAN)).toHaveLength(1);

    expect((await machine.json(listOf(AccountDocument), 'accounts')).items).toMatchObject([
      { id: accountId },
    ]);
    expect((await succeed(machine.run('calendars', '--account', accountId))).stdout).toContain(
      SECOND_CALENDAR,
    );
    expect(
      (await succeed(machine.run('mappings', 'update', mappingId, '--past-days', '3'))).stdout,
    ).toContain('3 days back');
    expect((await succeed(machine.run('logs'))).stdout).toContain('create');
    await succeed(machine.run('mappings', 'resync', mappingId));
    await succeed(machine.run('mappings', 'remove', mappingId, '--delete-events'));
    expect(sandbox.google.events(EMAIL)).toHaveLength(1);
    await succeed(machine.run('accounts', 'remove', accountId));
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({ accounts: [], mappings: [] });
  });

  it('prints what it prints without one', async () => {
    const { mappingId } = await setUp(machine, sandbox);
    const booking = addBooking(sandbox, 1);
    await succeed(machine.run('sync'));
    const commands = [
      // Not what says when something last happened: that differs.
      ['mappings'],
      ['mappings', '--json'],
      ['conflicts'],
      ['holds', '--json'],
      ['feeds', '--json'],
      ['explain', booking],
      ['explain', booking, '--json'],
      ['sync', '--dry-run'],
      ['sync', '--account', 'acc_nobody', '--json'],
      ['mappings', 'update', 'map_nobody', '--enable'],
      ['conflicts', 'resolve', 'nobody', '--keep', 'booking', '--json'],
      ['holds', 'release', 'nobody'],
      ['mappings', 'update', mappingId, '--skip-title', '('],
    ];
    const alone: Outcome[] = [];
    for (const command of commands) alone.push(await machine.run(...command));
    const { agent } = await serve();
    await machine.run('sync');
    for (const [index, command] of commands.entries()) {
      const handed = await machine.run(...command);
      expect.soft({ command, ...handed }).toEqual({ command, ...alone[index] });
    }
    agent.process.kill('SIGTERM');
    expect((await agent.end).code).toBe(0);
  });

  it('keeps its exit code: 4 without accounts, 1 for what failed, 3 for what is held', async () => {
    await serve();
    expect((await machine.run('sync', '--json')).code).toBe(4);
    await setUp(machine, sandbox);
    const bookings = Array.from({ length: 24 }, (_, index) => addBooking(sandbox, index + 1));
    await succeed(machine.run('sync'));
    for (const id of bookings) sandbox.booking.bookings.cancel(id);
    expect((await machine.run('sync')).code).toBe(3);
    const { items } = await machine.json(listOf(HoldDocument), 'holds');
    await succeed(machine.run('holds', 'release', items[0]?.id ?? ''));
    await succeed(machine.run('sync'));
    expect(sandbox.google.events(EMAIL)).toEqual([]);
    const failed = await machine.run('accounts', 'remove', 'acc_nobody', '--json');
    expect(failed.code).toBe(1);
    expect(ErrorDocument.parse(JSON.parse(failed.stdout)).error.code).toBe('NOT_FOUND');
  });

  it('backs up, resets and restores under it, and it goes on serving', async () => {
    const { mappingId } = await setUp(machine, sandbox);
    const { origin } = await serve();
    const file = join(machine.environment.HOME ?? '', 'kept.sqlite');
    await succeed(machine.run('backup', file));
    await succeed(machine.run('reset', '--keep-accounts'));
    expect((await machine.json(listOf(MappingDocument), 'mappings')).items).toEqual([]);
    const { stdout } = await succeed(machine.run('restore', file));
    expect(stdout).toContain('1 account and 1 mapping');
    expect((await machine.json(listOf(MappingDocument), 'mappings')).items).toMatchObject([{ mappingId }]);
    addBooking(sandbox, 1);
    await succeed(machine.run('sync'));
    expect(sandbox.google.events(EMAIL)).toHaveLength(1);
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    const missing = await machine.run('restore', `${file}.gone`, '--json');
    expect(ErrorDocument.parse(JSON.parse(missing.stdout)).error.code).toBe('NOT_FOUND');
    await succeed(machine.run('sync'));
  });

  it('cancels a sign-in at the agent when it is stopped itself', async () => {
    await serve();
    await succeed(machine.run('enrol', '--url', sandbox.urls().booking, '--code', CODE));
    const connecting = machine.start('connect', 'google', '--no-browser', '--json');
    const [, url = ''] = await connecting.waitFor('stderr', /^open: (\S+)$/m);
    connecting.process.kill('SIGINT');
    const { code, stdout } = await connecting.end;
    expect(code).toBe(1);
    expect(ErrorDocument.parse(JSON.parse(stdout)).error.code).toBe('PERMISSION_DENIED');
    await expect(fetch(new URL(url).searchParams.get('redirect_uri') ?? '')).rejects.toThrow(TypeError);
    expect(ConnectDocument.safeParse(JSON.parse(stdout)).success).toBe(false);
  });
});

it('does not pass off what is stored as the answer of an agent that hangs', async () => {
  await setUp(machine, sandbox);
  const { agent } = await serve();
  agent.process.kill('SIGSTOP');
  const { code, stdout } = await machine.run('status', '--json');
  expect(code).toBe(5);
  expect(ErrorDocument.parse(JSON.parse(stdout)).error.code).toBe('CONFLICT');
  agent.process.kill('SIGCONT');
  await succeed(machine.run('status'));
});

describe('the file that an agent leaves behind when it is killed', () => {
  it('means nothing: commands do the work themselves, and a new agent starts', async () => {
    await setUp(machine, sandbox);
    const { agent } = await serve();
    agent.process.kill('SIGKILL');
    await agent.end;
    expect(existsSync(agentFile())).toBe(true);
    await succeed(machine.run('sync'));
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({ nextRunAt: null });
    await serve();
    expect((await machine.json(StatusDocument, 'status')).nextRunAt).not.toBeNull();
  });

  it('does not make a command tell its secret to whoever has the port now', async () => {
    await setUp(machine, sandbox);
    const { agent } = await serve();
    agent.process.kill('SIGKILL');
    await agent.end;
    const asked: string[] = [];
    const impostor = createServer((request, response) => {
      asked.push(`${request.url} ${JSON.stringify(request.headers)}`);
      response.end(JSON.stringify({ version: '0.1.0', proof: 'x'.repeat(43) }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => impostor.once('listening', resolve));
    const stale = JSON.parse(readFileSync(agentFile(), 'utf8')) as { secret: string };
    const { port } = impostor.address() as AddressInfo;
    writeFileSync(agentFile(), JSON.stringify({ ...stale, port }));
    await succeed(machine.run('sync'));
    impostor.close();
    expect(asked).toHaveLength(1);
    expect(asked.join()).not.toContain(stale.secret);
  });
});
