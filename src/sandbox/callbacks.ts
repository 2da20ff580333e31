import type { Faults } from './faults.ts';
import type { SandboxClock, SandboxFetch } from './ports.ts';

/** What a provider posts to the address that a client gave it. */
export interface Callback {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * How the services call back. Notifications go out at once and are not tried again: what a client misses it has to
 * find by itself. The hooks `lose-notification` and `repeat-notification` (argument: how many times more, default
 * once) are asked of the service that sends, with the address called as the request.
 */
export class Callbacks {
  readonly #fetch: SandboxFetch;
  readonly #clock: SandboxClock;
  readonly #faults: Faults;

  constructor({ fetch, clock, faults }: { fetch: SandboxFetch; clock: SandboxClock; faults: Faults }) {
    this.#fetch = fetch;
    this.#clock = clock;
    this.#faults = faults;
  }

  /** Sends a notification and does not wait for what becomes of it. */
  notify(service: string, callback: Callback): void {
    const request = { method: 'POST', url: callback.url };
    if (this.#faults.takeHook(service, 'lose-notification', request) !== null) return;
    const repeated = this.#faults.takeHook(service, 'repeat-notification', request);
    const more = typeof repeated?.argument === 'number' ? repeated.argument : 1;
    const times = repeated === null ? 1 : 1 + more;
    for (let sent = 0; sent < times; sent += 1) void this.#post(callback).catch(() => undefined);
  }

  /** Asks an address something; null when nobody answers within `milliseconds`. */
  async ask(callback: Callback, milliseconds: number): Promise<Response | null> {
    const late = new AbortController();
    const answered = new AbortController();
    const deadline = this.#clock.sleep(milliseconds, answered.signal).then(
      () => {
        late.abort(new Error('Nobody answered in time'));
        return null;
      },
      () => null,
    );
    const answer = this.#post(callback, late.signal).catch(() => null);
    try {
      return await Promise.race([answer, deadline]);
    } finally {
      answered.abort(new Error('Answered'));
    }
  }

  #post({ url, headers, body }: Callback, signal?: AbortSignal): Promise<Response> {
    return this.#fetch(url, {
      method: 'POST',
      redirect: 'manual',
      ...(headers !== undefined && { headers }),
      ...(body !== undefined && { body }),
      ...(signal !== undefined && { signal }),
    });
  }
}
