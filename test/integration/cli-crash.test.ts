import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram, createMachine, type Machine, type Outcome } from './cli-harness.ts';

beforeAll(buildProgram);

const open: { server: Server; machine: Machine }[] = [];
afterEach(async () => {
  for (const { server, machine } of open.splice(0)) {
    await machine.dispose();
    server.closeAllConnections();
    server.close();
  }
});

/** What an agent does no sleep ends in: it waits for the answer to its report however slow this machine is. */
const TIME_STANDS_STILL = 'globalThis.setTimeout = () => undefined;';

/** Runs the agent, with errors reported to `listener`, until what it is made to do by a signal has ended it. */
async function crash(what: string, listener: RequestListener): Promise<Outcome> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((fulfil) => server.once('listening', fulfil));
  const { port } = server.address() as AddressInfo;
  const machine = createMachine();
  open.push({ server, machine });
  mkdirSync(machine.dataDir, { mode: 0o700 });
  const settings = { errorReportDsn: `http://key@127.0.0.1:${port}/7` };
  writeFileSync(join(machine.dataDir, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  const fault = join(machine.dataDir, '..', 'fault.cjs');
  writeFileSync(fault, `process.on('SIGUSR2', () => { ${what} });`);
  machine.environment.NODE_OPTIONS = `--require=${fault}`;
  const agent = machine.start('serve', '--port', '0');
  await agent.waitFor('stderr', /^ready: /m);
  agent.process.kill('SIGUSR2');
  return agent.end;
}

describe('an agent that crashes', () => {
  it.each([
    ['an error that nobody caught', "throw new RangeError('Dentist at 12 Mill Lane')"],
    ['a promise that nobody minded', "Promise.reject(new RangeError('Dentist at 12 Mill Lane'))"],
  ])('over %s reports it without a word of it, and ends as ever', async (_what, fault) => {
    const bodies: string[] = [];
    const { code, stderr } = await crash(`${TIME_STANDS_STILL} ${fault}`, async (request, response) => {
      bodies.push(await text(request));
      response.end('{}');
    });
    expect(code).toBe(1);
    expect(stderr).toContain('RangeError: Dentist at 12 Mill Lane');
    expect(bodies).toHaveLength(1);
    const event = JSON.parse(bodies[0]?.split('\n')[2] ?? '');
    expect(event).toMatchObject({
      level: 'fatal',
      logger: 'crash',
      exception: { values: [{ type: 'RangeError' }] },
    });
    expect(bodies[0]).not.toMatch(/Dentist|Mill Lane/);
  });

  it('ends also where nobody answers its report', async () => {
    const { code } = await crash("throw new RangeError('Dentist')", () => undefined);
    expect(code).toBe(1);
  });
});
