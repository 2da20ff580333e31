import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { StatusDocument } from './cli-documents.ts';
import { createMachine, type Machine } from './cli-harness.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const output = mkdtempSync(join(tmpdir(), 'calendar-sync-packages-'));
const root = join(output, 'root');
let machine: Machine;

const run = async (program: string, ...args: readonly string[]): Promise<string> =>
  (await promisify(execFile)(program, args, { maxBuffer: 16_000_000 })).stdout;

const made = (ending: string): string =>
  join(output, readdirSync(output).find((name) => name.endsWith(ending)) ?? `nothing that ends in ${ending}`);

beforeAll(async () => {
  await run(process.execPath, join(REPOSITORY, 'scripts/package-headless.mjs'), '--fast', '--output', output);
  await run('dpkg-deb', '--extract', made('.deb'), root);
});
afterAll(() => rmSync(output, { recursive: true, force: true }));
beforeEach(() => {
  // Nothing of the checkout is on its path: no Node, no packages.
  machine = createMachine({ PATH: '/usr/bin:/bin' }, [join(root, 'usr/bin/calendar-sync')]);
});
afterEach(() => machine.dispose());

it('runs where it is unpacked, with what it brings', async () => {
  expect(await machine.json(StatusDocument, 'status')).toMatchObject({ enrolled: false });
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  expect((await machine.run('--version')).stdout.trim()).toBe(version);
});

it('serves the screens until it is stopped', async () => {
  const agent = machine.start('serve', '--port', '0');
  const [, link = ''] = await agent.waitFor('stderr', /^ready: (\S+)$/m);
  const page = await (await fetch(new URL('/', link))).text();
  const [, script = ''] = /<script[^>]+src="([^"]+)"/.exec(page) ?? [];
  const answers = [await fetch(new URL('/healthz', link)), await fetch(new URL(script, link))];
  for (const answer of answers) await answer.arrayBuffer();
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  agent.process.kill('SIGTERM');
  expect((await agent.end).code).toBe(0);
});

it('belongs to root, tells nothing of where it was made, and is the same in both forms', async () => {
  const listed = (await run('dpkg-deb', '--contents', made('.deb'))).trim().split('\n');
  for (const line of listed) expect(line).toMatch(/^[-d]rwxr-xr-x root\/root |^-rw-r--r-- root\/root /);
  const files = (text: string, prefix: RegExp): readonly string[] =>
    text
      .split('\n')
      .flatMap((path) => (prefix.test(path) && !path.endsWith('/') ? [path.replace(prefix, '')] : []))
      .toSorted();
  const inPackage = files(listed.map((line) => line.split(/\s+/)[5]).join('\n'), /^\.\//);
  expect(files(await run('tar', '-tzf', made('.tar.gz')), /^[^/]+\//)).toEqual(inPackage);
  expect(inPackage).toContain('usr/lib/calendar-sync-headless/out/headless/cli.js');
  expect(inPackage.filter((path) => /\.(map|ts)$/.test(path))).toEqual([]);
  const texts = inPackage.filter((path) => /\.(m?js|json|html)$/.test(path));
  expect(texts.filter((path) => readFileSync(join(root, path), 'utf8').includes(REPOSITORY))).toEqual([]);
});

it('has units for systemd that start what is there', () => {
  for (const unit of ['user/calendar-sync.service', 'system/calendar-sync@.service']) {
    const text = readFileSync(join(root, 'usr/lib/systemd', unit), 'utf8');
    const [, program = '', command] = /^ExecStart=(\S+) (.+)$/m.exec(text) ?? [];
    expect(existsSync(join(root, program)), program).toBe(true);
    expect(command).toBe('serve');
    const [, document = ''] = /^Documentation=file:\/\/(.+)$/m.exec(text) ?? [];
    expect(existsSync(join(root, document)), document).toBe(true);
  }
});
