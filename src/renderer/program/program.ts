import type { Snapshot } from '../../shared/domain/snapshot.ts';
import { createRpcClient, type RpcClient } from '../../shared/rpc/client.ts';
import type { Way } from '../transport/way.ts';
import { writeAs } from './clock.ts';

/** How the window knows the program: what it last said, and whether it can be reached. */
export interface ProgramState {
  /** Null until the first answer. */
  readonly snapshot: Snapshot | null;
  /** False while the connection to the program is lost; what is shown may then be out of date. */
  readonly connected: boolean;
  /** Not connected, because the program does not let this window in. */
  readonly refused: boolean;
}

export interface Program {
  readonly client: RpcClient;
  readonly state: () => ProgramState;
  /** @returns a function that ends it */
  readonly onChange: (listener: () => void) => () => void;
}

const RETRY_MS = 1_000;

/**
 * The program behind a transport: keeps the newest snapshot, asks for it again after the connection was lost, and
 * never shows an older one over a newer one.
 */
export function connectProgram({ transport, isRefused }: Way): Program {
  const client = createRpcClient(transport);
  const listeners = new Set<() => void>();
  let state: ProgramState = { snapshot: null, connected: true, refused: false };

  const become = (next: ProgramState): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const learn = (snapshot: Snapshot): void => {
    const isOlder = state.connected && state.snapshot !== null && snapshot.revision < state.snapshot.revision;
    // After a lost connection the program may be another one, which counts its revisions from the start.
    if (isOlder) return;
    writeAs(snapshot.host.locale);
    become({ snapshot, connected: true, refused: false });
  };
  const ask = (): void => {
    client.call('snapshot.get', {}).then(learn, () => {
      become({ ...state, connected: false, refused: isRefused() });
      window.setTimeout(ask, RETRY_MS);
    });
  };

  client.on('snapshot', learn);
  transport.onMessage((message) => {
    if (message !== null || !state.connected) return;
    become({ ...state, connected: false });
    ask();
  });
  ask();

  return {
    client,
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
