import type { Account } from '../../shared/domain/account.ts';
import type { PendingSignIn } from '../../shared/domain/snapshot.ts';
import type { ConnectedAccount } from '../../shared/rpc/contract.ts';
import { AppError, toAppError } from '../../shared/rpc/errors.ts';
import type { OAuthProviderName } from '../accounts/oauth-providers.ts';
import type { SignInRequest } from '../app-contract.ts';
import type { Clock, OpenUrl, Random } from '../ports.ts';

/** Each has a port open while it waits. */
const MAX_WAITING = 4;

/** How many finished ones are kept for whoever has not looked yet. */
const MAX_FINISHED = 10;

export interface SignInPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** @throws AppError as the sign-in ends, also when its signal aborts */
  readonly connect: (provider: OAuthProviderName, options: SignInRequest) => Promise<ConnectedAccount>;
  /** Told of every change to the list. */
  readonly onChange: () => void;
}

interface SignIn {
  shown: PendingSignIn;
  readonly cancel: AbortController;
  readonly ended: Promise<ConnectedAccount>;
}

/** Sign-ins as state: they go on in a browser, and whoever started one may be gone when it ends. */
export class SignIns {
  readonly #ports: SignInPorts;
  readonly #signIns = new Map<string, SignIn>();

  constructor(ports: SignInPorts) {
    this.#ports = ports;
  }

  /** Those that wait and those that ended and were not dismissed, oldest first. */
  list(): readonly PendingSignIn[] {
    return [...this.#signIns.values()].map(({ shown }) => shown);
  }

  /**
   * Begins one; answers as soon as its address is known.
   * @param openUrl opens the address where the person can see it
   * @throws AppError INVALID_INPUT when the provider is not configured; RATE_LIMITED when too many wait
   */
  async start(
    provider: OAuthProviderName,
    access: Account['access'],
    openUrl: OpenUrl,
  ): Promise<{ readonly id: string; readonly url: string }> {
    const waiting = this.list().filter(({ outcome }) => outcome.kind === 'waiting');
    if (waiting.length >= MAX_WAITING) {
      throw new AppError(
        'RATE_LIMITED',
        'Several sign-ins wait in the browser already. Finish or cancel one first.',
      );
    }
    const id = `sign_${this.#ports.random.uuid()}`;
    const cancel = new AbortController();
    const address = Promise.withResolvers<string>();
    const ended = this.#ports.connect(provider, {
      access,
      signal: cancel.signal,
      openUrl: async (url) => {
        this.#show(id, { url });
        address.resolve(url);
        await openUrl(url);
      },
    });
    const startedAt = this.#ports.clock.now().toISOString();
    const shown: PendingSignIn = { id, provider, url: null, startedAt, outcome: { kind: 'waiting' } };
    this.#signIns.set(id, { shown, cancel, ended });
    ended.then(
      ({ accountId, email }) => this.#show(id, { outcome: { kind: 'connected', accountId, email } }),
      (thrown) => {
        const { code, message } = toAppError(thrown);
        this.#show(id, { outcome: { kind: 'failed', error: { code, message } } });
        address.reject(thrown);
      },
    );
    try {
      const url = await address.promise;
      return { id, url };
    } catch (error) {
      // It never came to the browser: whoever asked is told, and nobody else saw it.
      this.dismiss(id);
      throw error;
    }
  }

  /**
   * The account, once the person has signed in.
   * @throws AppError as the sign-in ended; NOT_FOUND for one that is not known
   */
  ended(id: string): Promise<ConnectedAccount> {
    return this.#require(id).ended;
  }

  /** Ends one that waits; it goes off the list. Harmless when repeated. */
  cancel(id: string): void {
    this.#signIns.get(id)?.cancel.abort();
    this.dismiss(id);
  }

  /** Takes one off the list. Harmless when repeated. */
  dismiss(id: string): void {
    if (this.#signIns.delete(id)) this.#ports.onChange();
  }

  /** Ends all that wait. */
  close(): void {
    for (const { cancel } of this.#signIns.values()) cancel.abort();
    this.#signIns.clear();
  }

  #show(id: string, change: Partial<PendingSignIn>): void {
    const signIn = this.#signIns.get(id);
    if (signIn === undefined) return;
    signIn.shown = { ...signIn.shown, ...change };
    const finished = this.list().filter(({ outcome }) => outcome.kind !== 'waiting');
    for (const old of finished.slice(0, -MAX_FINISHED)) this.#signIns.delete(old.id);
    this.#ports.onChange();
  }

  #require(id: string): SignIn {
    const signIn = this.#signIns.get(id);
    if (signIn !== undefined) return signIn;
    throw new AppError('NOT_FOUND', 'That sign-in is not known any more. Start it again.');
  }
}
