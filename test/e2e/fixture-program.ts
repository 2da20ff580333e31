import type { Snapshot } from '../../src/shared/domain/snapshot.ts';
import { createDispatcher, eventMessage, type Handlers } from '../../src/shared/rpc/dispatcher.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import type { ServerMessage } from '../../src/shared/rpc/message.ts';
import { fixtureHandlers } from './fixture-answers.ts';

/** A program that answers what a test gives it, by the real contract. */
export interface FixtureProgram {
  dispatch(message: unknown): Promise<ServerMessage | typeof WITHOUT_ANSWER | null>;
  /** Called with what it says by itself; null: the connection is lost. */
  onMessage(listener: (message: ServerMessage | null) => Promise<void>): void;
  /** Changes how it stands and tells the window. */
  become(changes: Partial<Snapshot>): Promise<void>;
  /** Says something else by itself. */
  say(message: ServerMessage): Promise<void>;
  /** Is gone for good. */
  end(): Promise<void>;
  /** Whether it leaves a question without an answer for ever. */
  readonly keepsWaiting: boolean;
  /** The methods that were called, with their input. */
  readonly calls: readonly { readonly method: string; readonly input: unknown }[];
}

/** Tells the page that a question will have no answer, so that nobody waits for one. */
export const WITHOUT_ANSWER = 'without answer';

export function fixtureProgram(initial: Snapshot, handlers: Partial<Handlers> = {}): FixtureProgram {
  let snapshot = initial;
  let ended = false;
  let tell: (message: ServerMessage | null) => Promise<void> = async () => undefined;
  const calls: { method: string; input: unknown }[] = [];
  const dispatch = createDispatcher({
    handlers: { ...fixtureHandlers(() => snapshot), ...handlers },
    onFailure: () => undefined,
  });
  return {
    calls,
    keepsWaiting: Object.values(handlers).includes(pending),
    async dispatch(message) {
      if (ended) throw new Error('The program is gone.');
      const { method, input } = message as { method: string; input: unknown };
      calls.push({ method, input });
      return handlers[method as keyof Handlers] === pending ? WITHOUT_ANSWER : dispatch(message);
    },
    onMessage: (listener) => {
      tell = listener;
    },
    async become(changes) {
      snapshot = { ...snapshot, ...changes, revision: snapshot.revision + 1 };
      await tell(eventMessage('snapshot', snapshot));
    },
    say: (message) => tell(message),
    async end() {
      ended = true;
      await tell(null);
    },
  };
}

/** For a handler: what never answers, and what fails. */
export const pending = (): Promise<never> => new Promise(() => undefined);
export const failing = (message: string) => (): never => {
  throw new AppError('PROVIDER_ERROR', message);
};

const CONSENT = {
  'plain-http':
    'The calendar from printer.local comes by plain http, which anybody on the way can read and change. Use its https:// address, or agree to plain http for this calendar.',
  'private-network':
    "printer.local (192.168.1.20) lies in a private network, where a calendar's address could be used to reach devices. Allow it for this calendar if it is meant.",
} as const;

/** Consent is missing: what the program refuses until somebody says yes. */
export const refusing = (detail: 'plain-http' | 'private-network') => (): never => {
  throw new AppError('PERMISSION_DENIED', CONSENT[detail], { detail });
};
