/**
 * What the sandbox needs from the world, declared structurally: the sandbox knows nothing of the program it stands
 * in for, yet runs on the same virtual clock and the same seed.
 */

export interface SandboxClock {
  /** The current instant. */
  now(): Date;
  /** Resolves after `milliseconds`, or rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface SandboxRandom {
  /** A random (version 4) UUID. */
  uuid(): string;
  bytes(length: number): Uint8Array;
  /** A number in [0, 1). */
  unit(): number;
}

/** WHATWG fetch. Rejects with a TypeError when no answer arrived. */
export type SandboxFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
