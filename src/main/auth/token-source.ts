import type { Clock, Fetch } from '../ports.ts';
import { type OAuthService, refreshTokens, signInAgain, type TokenSet, tokenSet } from './oauth-client.ts';

/** Access tokens of one account, refreshed when they are about to end. */
export interface TokenSource {
  /**
   * An access token that lives for another minute at least.
   * @throws AppError AUTH_EXPIRED when a new sign-in is needed; OFFLINE, RATE_LIMITED, PROVIDER_ERROR when it may
   *   work later
   */
  accessToken(signal?: AbortSignal): Promise<string>;
  /** Tells that the service refused this token, so that the next call gets another one. */
  invalidate(accessToken: string): void;
}

export interface TokenSourceOptions {
  readonly service: OAuthService;
  /** The stored tokens, or null when nobody is signed in. */
  readonly load: () => Promise<TokenSet | null>;
  readonly save: (tokens: TokenSet) => Promise<void>;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

const REFRESH_BEFORE_MS = 60_000;

/** Refreshes once for all who wait, and stores what it got before anyone may use it. */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { service, load, save, fetch, clock } = options;
  let current: TokenSet | null = null;
  /** Refreshed but not stored yet. A rotated refresh token exists nowhere else, so it must survive a failed save. */
  let unsaved: TokenSet | null = null;
  let refused: string | null = null;
  let renewal: Promise<TokenSet> | null = null;

  const isGood = (tokens: TokenSet): boolean =>
    tokens.accessToken !== refused &&
    Date.parse(tokens.expiresAt) - clock.now().getTime() >= REFRESH_BEFORE_MS;

  async function renew(): Promise<TokenSet> {
    if (unsaved === null) {
      // Read anew: somebody may have signed in again since.
      const stored = await load();
      if (stored === null) throw signInAgain(service);
      if (isGood(stored)) return stored;
      unsaved = tokenSet(await refreshTokens({ service, fetch }, stored.refreshToken), stored, clock);
    }
    const fresh = unsaved;
    await save(fresh);
    unsaved = null;
    return fresh;
  }

  return {
    async accessToken(signal) {
      signal?.throwIfAborted();
      if (current !== null && isGood(current)) return current.accessToken;
      // The one renewal is everybody's: a caller who leaves must not take it along.
      renewal ??= renew()
        .then((tokens) => {
          current = tokens;
          return tokens;
        })
        .finally(() => {
          renewal = null;
        });
      const tokens = await unlessAborted(renewal, signal);
      return tokens.accessToken;
    },
    invalidate(accessToken) {
      // A late answer to an older token says nothing of the one in use.
      if (accessToken === current?.accessToken) refused = accessToken;
    },
  };
}

/**
 * Adds the account's access token to every request (RFC 6750 section 2.1). A 401 gets a fresh token and one more try;
 * a second 401 is answered as it is.
 */
export function authorizedFetch(tokens: TokenSource, fetch: Fetch): Fetch {
  return async (input, init) => {
    const send = async (): Promise<{ accessToken: string; response: Response }> => {
      const accessToken = await tokens.accessToken(init?.signal ?? undefined);
      const headers = new Headers(init?.headers);
      headers.set('authorization', `Bearer ${accessToken}`);
      return { accessToken, response: await fetch(input, { ...init, headers }) };
    };
    const first = await send();
    if (first.response.status !== 401) return first.response;
    tokens.invalidate(first.accessToken);
    return (await send()).response;
  };
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const settled = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { signal: settled.signal });
  });
  return Promise.race([work, aborted]).finally(() => settled.abort());
}
