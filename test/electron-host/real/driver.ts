/**
 * Runs the specs on Electron itself, through Playwright. Never run so far: neither this file nor `recorder.cjs` and
 * `invoke.cjs` has met an Electron binary, which could not be had where they were written. They are type-checked only.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { _electron } from 'playwright';
import { REPOSITORY } from '../../../scripts/bundle.mjs';
import type { Machine } from '../../integration/cli-harness.ts';
import { type Act, type Driver, type Electron, type Ended, withoutForeign } from '../driver.ts';

const RECORDER = resolve(import.meta.dirname, 'recorder.cjs');

/** Chromium refuses its sandbox to root. */
const CHROMIUM_SANDBOX = process.getuid?.() !== 0;

/** What a window needs of the desktop it opens on. */
const DISPLAY = ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR'];

/** As `npm start` starts it, with the recorder before the program. */
const argumentsFor = (args: readonly string[]): string[] => ['-r', RECORDER, REPOSITORY, ...args];

function environmentOf(machine: Machine): Record<string, string> {
  const display = DISPLAY.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(display), ...machine.environment };
}

export const openReal = (binary: string): Electron => ({
  start: startProgram,
  run: (machine, args) => {
    const sandbox = CHROMIUM_SANDBOX ? [] : ['--no-sandbox'];
    const child = spawn(binary, [...sandbox, ...argumentsFor(args)], { env: environmentOf(machine) });
    return endOf(child);
  },
  close: () => Promise.resolve(),
});

function startProgram(machine: Machine, args: readonly string[]): Driver {
  const starting = _electron.launch({
    args: argumentsFor(args),
    chromiumSandbox: CHROMIUM_SANDBOX,
    cwd: REPOSITORY,
    env: environmentOf(machine),
  });
  return {
    end: starting.then((app) => endOf(app.process())),
    async order(act) {
      const app = await starting;
      return app.evaluate((_module, given) => {
        const { obeyTest } = globalThis as unknown as { obeyTest(act: Act): Promise<unknown> };
        return obeyTest(given);
      }, act);
    },
    async use(work, given) {
      const app = await starting;
      return work(app.windows().at(-1) ?? (await app.firstWindow()), given);
    },
    async kill() {
      const child = (await starting).process();
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((fulfil) => child.once('close', fulfil));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

interface Process {
  readonly stdout: NodeJS.ReadableStream | null;
  readonly stderr: NodeJS.ReadableStream | null;
  on(event: 'close', listener: (code: number | null) => void): unknown;
}

function endOf(child: Process): Promise<Ended> {
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (text.stdout += chunk));
  child.stderr?.on('data', (chunk) => (text.stderr += chunk));
  return new Promise((fulfil) => {
    child.on('close', (code) => fulfil({ code, stdout: text.stdout, stderr: withoutForeign(text.stderr) }));
  });
}
