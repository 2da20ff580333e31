import { Callbacks } from '../../src/sandbox/callbacks.ts';
import { Faults } from '../../src/sandbox/faults.ts';
import type { SandboxClock } from '../../src/sandbox/ports.ts';

/** For a service of the sandbox whose clients do not listen. */
export function silentCallbacks(clock: SandboxClock): Callbacks {
  const fetch = async (): Promise<Response> => {
    throw new TypeError('Nobody listens');
  };
  return new Callbacks({ fetch, clock, faults: new Faults(clock) });
}
