import { hash } from 'node:crypto';
import type { Clock, Random } from '../../ports.ts';

/** A link that nobody opened in this time is not worth keeping. */
const LINK_MS = 7 * 86_400_000;
/** A browser that was not seen for so long has to be let in again. */
const SESSION_MS = 30 * 86_400_000;
const MAX_LINKS = 20;
const MAX_SESSIONS = 100;
const BYTES = 32;

/**
 * Who may use the screens. A link carries a token that works once; it is traded for a session, which the browser keeps
 * in a cookie. Only hashes are kept, so that looking one up tells nothing by the time it takes.
 */
export class Sessions {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #random: Pick<Random, 'bytes'>;
  /** Until when each is good, by hash. */
  readonly #links = new Map<string, number>();
  readonly #sessions = new Map<string, number>();

  constructor(clock: Pick<Clock, 'now'>, random: Pick<Random, 'bytes'>) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A token that is good for one session. */
  issue(): string {
    return this.#add(this.#links, MAX_LINKS, LINK_MS);
  }

  /** The session for a token, which is spent by it; null for any other. */
  exchange(token: string): string | null {
    const key = print(token);
    const until = this.#links.get(key);
    this.#links.delete(key);
    if (until === undefined || until <= this.#now()) return null;
    return this.#add(this.#sessions, MAX_SESSIONS, SESSION_MS);
  }

  isOpen(session: string): boolean {
    const key = print(session);
    const until = this.#sessions.get(key);
    if (until === undefined || until <= this.#now()) return false;
    this.#sessions.set(key, this.#now() + SESSION_MS);
    return true;
  }

  #add(to: Map<string, number>, most: number, lastsMs: number): string {
    const token = Buffer.from(this.#random.bytes(BYTES)).toString('base64url');
    to.set(print(token), this.#now() + lastsMs);
    for (const oldest of [...to.keys()].slice(0, -most)) to.delete(oldest);
    return token;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

const print = (token: string): string => hash('sha256', token, 'base64url');
