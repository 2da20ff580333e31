import type { Page } from 'playwright';
import type { Machine } from '../integration/cli-harness.ts';
import type { Order } from './stand-in/orders.ts';

/** What a test can ask for beside what it does in the page. */
export type Act = Exclude<Order, { readonly kind: 'use' }>;

/** Work in a window's page. It takes nothing from around it but `given`, since it may run in another process. */
export type PageWork<T, G> = (page: Page, given: G) => Promise<T>;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One start of the built desktop program, whatever Electron it runs on. */
export interface Driver {
  readonly end: Promise<Ended>;
  /** Does what a person or the system would do; rejects once the program has ended. */
  order(act: Act): Promise<unknown>;
  use<T, G>(work: PageWork<T, G>, given: G): Promise<T>;
  kill(): Promise<void>;
}

/** An Electron that can run the program. */
export interface Electron {
  start(machine: Machine, args: readonly string[]): Driver;
  /** Starts what ends by itself, without looking at it meanwhile. */
  run(machine: Machine, args: readonly string[]): Promise<Ended>;
  close(): Promise<void>;
}

/** Splits off, of what a program with a window says, the lines that Chromium and the inspector add. */
const FOREIGN = /^(?:\[\d+:\d{4}\/|DevTools listening|Debugger |For help, see|Starting inspector).*\n?/gm;
export const withoutForeign = (stderr: string): string => stderr.replace(FOREIGN, '').replace(/^\n+/, '');
