import type { Transport } from '../../shared/rpc/client.ts';

/** A way to the program. */
export interface Way {
  readonly transport: Transport;
  /** Whether the program is there but does not let this window in. */
  readonly isRefused: () => boolean;
}
