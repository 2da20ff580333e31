/**
 * What the core needs from the world. Hosts supply the real ones, tests supply virtual ones, so that a week runs in
 * seconds and a failure replays from its seed.
 */

export interface Clock {
  /** The current instant. */
  now(): Date;
  /** Resolves after `milliseconds`, or rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** A random (version 4) UUID. */
  uuid(): string;
  /** Cryptographically strong bytes. */
  bytes(length: number): Uint8Array;
  /** A number in [0, 1), for jitter. */
  unit(): number;
}

/** WHATWG fetch. Rejects with a TypeError when no answer arrived. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface Keychain {
  /**
   * The secret stored under `name`, or null when there is none.
   * @throws AppError PERMISSION_DENIED when the keychain is locked or refuses.
   */
  get(name: string): Promise<string | null>;
  set(name: string, secret: string): Promise<void>;
  delete(name: string): Promise<void>;
}

/** Opens a sign-in page where the person can see it (the system browser, or a printed line). */
export type OpenUrl = (url: string) => Promise<void>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Diagnostics for support. Never pass a secret; the sink redacts what looks like one all the same. */
export type Log = (
  level: LogLevel,
  scope: string,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** What can happen to the machine under a program that runs for days. */
export type PowerChange =
  /** It is about to sleep: there may be a second left. */
  | 'suspend'
  /** It slept, and is awake again. */
  | 'resume'
  | 'offline'
  /** There is a network again, or another one. */
  | 'online';

export interface Power {
  /** False only where the system is sure that there is no network. */
  isOnline(): boolean;
  /** @returns unsubscribes */
  onChange(listener: (change: PowerChange) => void): () => void;
}

/** `settings.json` in the data directory, whoever keeps it (`conf`, or electron-store, which is made of it). */
export interface SettingsFile {
  /** Everything in it; an empty object where there is no file or it is no JSON. */
  read(): unknown;
  /** Replaces everything in it, atomically. */
  write(values: Readonly<Record<string, unknown>>): void;
}
