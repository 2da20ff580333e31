import type { Mutant } from '../mutant.ts';

/** Bugs in what runs the sync: settings, timers, locks. */
export const HOSTING: readonly Mutant[] = [
  {
    name: 'policy lock ignored',
    harm: 'What the organisation has set can be changed by anybody.',
    file: 'src/main/settings/settings.ts',
    original: 'if (name in this.#policy.enforced) {',
    planted: 'if (false) {',
    caughtBy: ['test/unit/settings.test.ts'],
  },
  {
    name: 'second process not locked out',
    harm: 'Two programs on one database undo each other’s work.',
    file: 'src/main/store/instance-lock.ts',
    original: "db.exec('BEGIN EXCLUSIVE');",
    planted: "db.exec('BEGIN');",
    caughtBy: ['test/unit/store-instance-lock.test.ts'],
  },
  {
    name: 'pause ignored by the timer',
    harm: 'An agent that was paused goes on syncing.',
    file: 'src/main/unattended/agent.ts',
    original: 'pausedUntil,\n    onSuspend',
    planted: 'pausedUntil: () => null,\n    onSuspend',
    caughtBy: ['test/integration/agent.test.ts'],
  },
];
