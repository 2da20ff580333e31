import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

const CLI = `
  const [command, ...rest] = process.argv.slice(2);
  if (command === 'lazy') {
    process.stdin.once('data', async () => {
      const { answer } = await import('./lazy.ts');
      process.stdout.write(answer);
      process.exit();
    });
  }
  if (command === 'stay') {
    const timer = setInterval(() => {}, 1000);
    process.once('SIGTERM', () => {
      clearInterval(timer);
      process.exitCode = 7;
    });
  }
  process.stdout.write(JSON.stringify({ version: 1, command, rest }));
  if (command === 'fail') process.exitCode = 3;
`;

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('scripts/calendar-sync.mjs', () => {
  let checkout: string;
  let started: { readonly child: ChildProcess; readonly end: Promise<Outcome> }[];

  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    writeFileSync(join(checkout, file), text);
  };
  const start = (
    ...args: readonly string[]
  ): { readonly child: ChildProcess; readonly end: Promise<Outcome> } => {
    const child = spawn(process.execPath, [join(checkout, 'scripts/calendar-sync.mjs'), ...args], {
      cwd: tmpdir(),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (stderr += chunk));
    const end = new Promise<Outcome>((fulfil) => {
      child.on('close', (code) => fulfil({ code, stdout, stderr }));
    });
    started.push({ child, end });
    return { child, end };
  };
  const run = (...args: readonly string[]): Promise<Outcome> => start(...args).end;
  const firstOutput = (child: ChildProcess): Promise<void> =>
    new Promise((fulfil) => child.stdout?.once('data', () => fulfil()));

  beforeEach(() => {
    started = [];
    checkout = mkdtempSync(join(tmpdir(), 'checkout-'));
    for (const name of ['scripts', 'vite.config.ts', 'package.json', 'package-lock.json']) {
      cpSync(join(REPOSITORY, name), join(checkout, name), { recursive: true });
    }
    symlinkSync(join(REPOSITORY, 'node_modules'), join(checkout, 'node_modules'));
    write('src/main/headless/cli.ts', CLI);
    write('src/main/headless/lazy.ts', "export const answer = 'loaded';");
  });
  afterEach(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ end }) => end));
    rmSync(checkout, { recursive: true });
  });

  it('builds what is not built, once, and leaves standard output to the command', async () => {
    const first = await run('status', '--json');
    expect(first).toEqual({
      code: 0,
      stdout: '{"version":1,"command":"status","rest":["--json"]}',
      stderr: 'Building…\n',
    });
    expect(await run('status', '--json')).toEqual({ ...first, stderr: '' });
  });

  it("passes the command's exit code on", async () => {
    expect((await run('fail')).code).toBe(3);
  });

  it('builds again when a source was edited, and when one was put back with an older date', async () => {
    await run('status');
    const before = join(checkout, 'before.ts');
    cpSync(join(checkout, 'src/main/headless/cli.ts'), before, { preserveTimestamps: true });

    write('src/main/headless/cli.ts', CLI.replace('version: 1', 'version: 2'));
    expect((await run('status')).stdout).toContain('"version":2');

    cpSync(before, join(checkout, 'src/main/headless/cli.ts'), { preserveTimestamps: true });
    expect((await run('status')).stdout).toContain('"version":1');
  });

  it('says what does not compile, prints no result, and keeps the earlier bundle', async () => {
    await run('status');
    const bundle = join(checkout, 'out/headless/cli.js');
    const before = readFileSync(bundle, 'utf8');

    write('src/main/headless/cli.ts', 'export const broken = ;');
    const { code, stdout, stderr } = await run('status', '--json');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('cli.ts');
    expect(readFileSync(bundle, 'utf8')).toBe(before);
  });

  it('builds and runs where the optional keychain module could not be installed', async () => {
    const modules = join(checkout, 'node_modules');
    rmSync(modules);
    mkdirSync(modules);
    for (const name of readdirSync(join(REPOSITORY, 'node_modules'))) {
      if (name !== 'keytar') symlinkSync(join(REPOSITORY, 'node_modules', name), join(modules, name));
    }
    write(
      'src/main/headless/cli.ts',
      "import('keytar').then(() => 'present', () => 'absent').then((keytar) => process.stdout.write(keytar));",
    );

    expect(await run('status')).toEqual({ code: 0, stdout: 'absent', stderr: 'Building…\n' });
  });

  it('lets two commands that start at once both build and run', async () => {
    const outcomes = await Promise.all([run('one'), run('two')]);
    expect(outcomes.map(({ code, stdout }) => ({ code, stdout }))).toEqual([
      { code: 0, stdout: '{"version":1,"command":"one","rest":[]}' },
      { code: 0, stdout: '{"version":1,"command":"two","rest":[]}' },
    ]);
    expect((await run('three')).stderr).toBe('');
  });

  it('keeps what a running program may still load when a newer one is built', async () => {
    await run('status');
    const running = start('lazy');
    await firstOutput(running.child);

    write('src/main/headless/lazy.ts', "export const answer = 'newer';");
    await run('status');
    running.child.stdin?.end('go');

    const { code, stdout } = await running.end;
    expect({ code, answer: stdout.split('}')[1] }).toEqual({ code: 0, answer: 'loaded' });
  });

  it('builds the screens too for who serves them, whatever folder it is started in', async () => {
    const parts = ['vite.renderer.config.ts', 'src/renderer/theme/theme.ts'];
    for (const part of parts) write(part, readFileSync(join(REPOSITORY, part), 'utf8'));
    write('src/renderer/index.html', '<!doctype html><title>The screens</title>');
    expect(await run('serve')).toMatchObject({ code: 0, stderr: 'Building…\n' });
    expect(readFileSync(join(checkout, 'out/renderer/index.html'), 'utf8')).toContain('The screens');
  });

  it('is the process that signals reach', async () => {
    await run('status');
    const { child, end } = start('stay');
    await firstOutput(child);
    child.kill('SIGTERM');
    expect((await end).code).toBe(7);
  });
});
