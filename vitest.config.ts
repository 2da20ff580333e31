import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// A zone with an odd offset and its own daylight saving, in which nobody develops: code that reads the machine's zone
// by mistake fails here first. Set before any worker starts, so that all of them inherit it.
process.env.TZ = 'Pacific/Chatham';

const SECOND = 1000;

/** @param testTimeout far above what a test takes: a slow machine is no fault, and what hangs ends all the same */
const project = (name: string, testTimeout: number, globalSetup: string[] = []) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout, globalSetup },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 60 * SECOND),
      project('contract', 120 * SECOND),
      // These start programs and servers, each test in a process tree of its own.
      project('integration', 300 * SECOND),
      // The built desktop program, on Electron where its binary is, else in Node with a stand-in and real pages.
      project('electron-host', 180 * SECOND, ['test/electron-host/say-electron.ts']),
      // In Chromium, over the built screens.
      project('e2e', 180 * SECOND, ['test/e2e/build-screens.ts']),
    ],
    pool: 'forks',
    // By itself Vitest leaves a core free, which on a machine with two is half of it.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // What is polled for comes when it comes: as with the tests, this only ends what hangs.
    expect: { requireAssertions: true, poll: { timeout: 120 * SECOND } },
  },
});
