import type { OAuthService } from '../auth/oauth-client.ts';
import {
  type Environment,
  googleApiBaseUrl,
  googleOAuthService,
  microsoftGraphBaseUrl,
  microsoftOAuthService,
} from '../auth/oauth-settings.ts';
import type { Clock, Fetch, Random } from '../ports.ts';
import type { CalendarProvider } from '../providers/provider.ts';
import type { HttpOptions } from '../schedule/http.ts';

/** The providers that people sign in to in the browser. */
export type OAuthProviderName = 'google' | 'microsoft';

export const isOAuthProvider = (name: string): name is OAuthProviderName =>
  Object.hasOwn(OAUTH_PROVIDERS, name);

/** How one of them is put together. */
interface OAuthProvider {
  /** @throws AppError INVALID_INPUT naming the variable that is missing or wrong */
  readonly service: (environment: Environment) => OAuthService;
  /** Where its API is. @throws AppError INVALID_INPUT naming the variable that is wrong */
  readonly baseUrl: (environment: Environment) => string;
  /** Loaded on first use: each client is large, and most commands need none or one. */
  readonly load: () => Promise<LoadedProvider>;
}

interface LoadedProvider {
  /** What the provider's requests need that others do not. */
  readonly http: Pick<HttpOptions, 'attemptTimeoutMs' | 'concurrency' | 'isRateLimited'>;
  /** What they go through on their way out, below the retries. */
  readonly carrier?: (options: {
    readonly baseUrl: string;
    readonly fetch: Fetch;
    readonly clock: Clock;
    readonly random: Random;
  }) => Fetch;
  readonly create: (options: {
    readonly baseUrl: string;
    /** Authorizes, retries and limits. */
    readonly fetch: Fetch;
    /** Who the account is to the provider. */
    readonly subject: string;
  }) => CalendarProvider;
}

/** Graph serves a full batch in five rounds, one after the other. */
const BATCH_MS = 20_000;

export const OAUTH_PROVIDERS: Readonly<Record<OAuthProviderName, OAuthProvider>> = {
  google: {
    service: googleOAuthService,
    baseUrl: googleApiBaseUrl,
    load: async () => {
      const { createGoogleProvider, GOOGLE_CONCURRENCY } = await import(
        '../providers/google/google-provider.ts'
      );
      const { isGoogleRateLimit } = await import('../providers/google/google-errors.ts');
      return {
        http: { concurrency: GOOGLE_CONCURRENCY, isRateLimited: isGoogleRateLimit },
        create: createGoogleProvider,
      };
    },
  },
  microsoft: {
    service: microsoftOAuthService,
    baseUrl: microsoftGraphBaseUrl,
    load: async () => {
      const { createMicrosoftProvider, MICROSOFT_CONCURRENCY } = await import(
        '../providers/microsoft/microsoft-provider.ts'
      );
      const { batchedFetch } = await import('../providers/microsoft/graph-batch.ts');
      return {
        http: { concurrency: MICROSOFT_CONCURRENCY, attemptTimeoutMs: BATCH_MS },
        carrier: batchedFetch,
        create: createMicrosoftProvider,
      };
    },
  },
};
