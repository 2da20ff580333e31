/** What the stand-in for Electron knows: everything the program did to its computer, as data a test can read. */

export interface ShownNotification {
  readonly title: string;
  readonly body: string;
  open: boolean;
}

export interface World {
  ready: boolean;
  online: boolean;
  readonly schemes: Set<string>;
  readonly notifications: ShownNotification[];
  /** Addresses that the system's browser was asked to open. */
  readonly opened: string[];
  /** Files that the system was asked to show. */
  readonly shown: string[];
  readonly dialogs: { readonly kind: string; readonly options: unknown }[];
  /** What the next dialogs answer, oldest first. */
  readonly answers: unknown[];
  loginItem: unknown;
  /** What a page wanted and did not get: `navigation ADDRESS`, `window ADDRESS`, `request ADDRESS`. */
  readonly blocked: string[];
  /** Addresses that a page reached outside the program. */
  readonly reached: string[];
}

export const world: World = {
  ready: false,
  online: true,
  schemes: new Set(),
  notifications: [],
  opened: [],
  shown: [],
  dialogs: [],
  answers: [],
  loginItem: null,
  blocked: [],
  reached: [],
};

/** Electron refuses most of itself until it is ready. */
export function needsReady(what: string): void {
  if (!world.ready) throw new Error(`Cannot use ${what} before app is ready`);
}

export function refusesReady(what: string): void {
  if (world.ready) throw new Error(`${what} should be called before app is ready`);
}

/** What passes between processes is copied; what cannot be copied is refused. */
export function cloned<T>(value: T): T {
  try {
    return structuredClone(value);
  } catch {
    throw new Error('An object could not be cloned.');
  }
}
