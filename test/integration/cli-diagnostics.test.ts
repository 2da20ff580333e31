import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ErrorDocument } from './cli-documents.ts';
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
  succeed,
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

const PUBLISHED = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Rota//EN\r\nEND:VCALENDAR\r\n';

const zipFile = (): string => join(machine.environment.HOME ?? '', 'for support.zip');
const contents = (): Record<string, string> => {
  const files = unzipSync(readFileSync(zipFile()));
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]));
};

describe('diagnostics', () => {
  it('say what happened here, with no secret and nothing personal in it', async () => {
    const { mappingId } = await setUp(
      machine,
      sandbox,
      '--visibility',
      'details',
      '--skip-title',
      'Canary-pattern',
    );
    const published = join(machine.environment.HOME ?? '', 'rota.ics');
    writeFileSync(published, PUBLISHED);
    const address = pathToFileURL(published).href;
    await succeed(machine.run('connect', 'ics', '--url', address, '--name', 'Canary-calendar'));
    addBooking(sandbox, 2, 'Canary-booking at the mill');
    addAppointment(sandbox, 3, 'Canary-appointment with Dr Grey');
    await succeed(machine.run('sync'));
    mkdirSync(machine.dataDir, { recursive: true });
    const proxy = 'http://canary-user:canary-password@127.0.0.1:1';
    const settings = { proxyUrl: proxy, logDays: 'long' };
    writeFileSync(join(machine.dataDir, 'settings.json'), JSON.stringify(settings));

    await succeed(machine.run('diagnostics', zipFile()));
    const files = contents();
    expect(Object.keys(files).sort()).toEqual([
      'README.txt',
      'doctor.json',
      'log.jsonl',
      'program.json',
      'runs.json',
      'settings.json',
      'status.json',
      'tables.json',
    ]);
    expect(files['status.json']).toContain(mappingId);
    // What is wrong is named, so that support can say what to correct.
    expect(files['doctor.json']).toContain('The setting logDays cannot be used');
    expect(files['log.jsonl']?.split('\n').length).toBeGreaterThan(2);
    const all = Object.values(files).join('\n');
    expect(all).not.toMatch(/canary/i);
    expect(all).not.toContain(EMAIL);
    expect(files['status.json']).toMatch(/"calendar-[0-9a-f]{8} \(rota\.ics\)"/);
    expect(all).toMatch(/person-[0-9a-f]{8}@example\.com/);
    expect(all).not.toContain('Tess');
    // Google's access and refresh tokens.
    expect(all).not.toMatch(/ya29\.|1\/\/[\w-]{16}/);
    expect(statSync(zipFile()).mode & 0o077).toBe(0);
  });

  it('can be looked at before anything is written', async () => {
    const shown = z.object({ files: z.array(z.object({ name: z.string(), text: z.string() })) });
    const { files } = await machine.json(shown, 'diagnostics', zipFile(), '--show');
    expect(files.map(({ name }) => name)).toContain('doctor.json');
    expect(existsSync(zipFile())).toBe(false);
  });

  it('refuse a place that cannot be written to, in one sentence', async () => {
    const { error } = await machine.json(ErrorDocument, 'diagnostics', '/nowhere/at/all.zip');
    expect(error).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('/nowhere/at/all.zip'),
    });
  });
});
