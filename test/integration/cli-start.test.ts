import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildProgram, createMachine, type Machine, succeed } from './cli-harness.ts';

/** Prints on standard error, when the process ends, which files it has loaded. */
const LIST_LOADED = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  process.on('exit', () => console.error(loaded.join('\\n')));
`;

let machine: Machine;
beforeAll(() => buildProgram());
beforeEach(() => {
  machine = createMachine();
});
afterEach(() => machine.dispose());

describe('status', () => {
  it('loads neither the sandbox nor what signing in and syncing need', async () => {
    machine.environment.NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(LIST_LOADED)}`;
    const { stderr } = await succeed(machine.run('status'));
    expect(stderr).toMatch(/status-[\w-]+\.js$/m);
    expect(stderr).not.toMatch(
      /\/(sandbox|demo|google-provider|sync-run|booking-client|oauth|keychain)-[\w-]{8}\.js/,
    );
  });

  it('answers within 400 ms of its start', async () => {
    await succeed(machine.run('status'));
    const times: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const start = performance.now();
      await succeed(machine.run('status'));
      times.push(performance.now() - start);
    }
    // The fastest of several: what else this computer does at the moment is not the program's doing.
    expect(Math.min(...times)).toBeLessThan(400);
  });
});
