import type { ShownNotification } from './world.ts';

/** What a test can ask of the stand-in, as a person or the operating system would do it. */
export type Order =
  | { readonly kind: 'look' }
  | { readonly kind: 'tray'; readonly action: string }
  | { readonly kind: 'close-window' }
  | { readonly kind: 'power'; readonly event: 'suspend' | 'resume' }
  | { readonly kind: 'network'; readonly online: boolean }
  | { readonly kind: 'click-notification' }
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'permits'; readonly permission: string }
  | { readonly kind: 'request'; readonly url: string }
  | { readonly kind: 'use'; readonly source: string; readonly given: unknown }
  | { readonly kind: 'quit' };

export interface SightOfMenu {
  readonly id: string | null;
  readonly label: string;
  readonly enabled: boolean;
  readonly items: readonly SightOfMenu[];
}

/** What somebody before the computer would see, and what was asked of the computer. */
export interface Sight {
  readonly window: {
    readonly visible: boolean;
    readonly url: string;
    readonly faults: readonly string[];
    readonly preferences: Readonly<Record<string, unknown>>;
  } | null;
  readonly tray: {
    readonly icon: string;
    readonly tooltip: string;
    readonly menu: readonly SightOfMenu[];
  } | null;
  readonly notifications: readonly ShownNotification[];
  readonly opened: readonly string[];
  readonly shown: readonly string[];
  readonly dialogs: readonly { readonly kind: string; readonly options: unknown }[];
  readonly blocked: readonly string[];
  readonly reached: readonly string[];
}
