import type { AppPorts, SignInRequest } from '../app-contract.ts';
import { TokenSet } from '../auth/oauth-client.ts';
import { authorizedFetch, createTokenSource } from '../auth/token-source.ts';
import { firstContact } from '../first-contact.ts';
import type { Fetch } from '../ports.ts';
import type { AccountAccess, AccountProvider, NewConnection } from './account-provider.ts';
import { OAUTH_PROVIDERS, type OAuthProviderName } from './oauth-providers.ts';

/** Accounts that people sign in to in the browser. What opens them is their tokens, which renew themselves. */
export function oauthAccounts(name: OAuthProviderName): AccountProvider {
  const { service, baseUrl, load } = OAUTH_PROVIDERS[name];
  return {
    secret: 'tokens',

    async open(access) {
      const { environment, clock, random } = access.ports;
      const { http, carrier, create } = await load();
      const base = baseUrl(environment);
      const carry = (fetch: Fetch): Fetch => carrier?.({ baseUrl: base, fetch, clock, random }) ?? fetch;
      const tokens = createTokenSource({
        service: service(environment),
        load: () => storedTokens(access),
        save: (fresh) => access.saveSecret(JSON.stringify(fresh), fresh.expiresAt),
        fetch: access.http(),
        clock,
      });
      return create({
        baseUrl: base,
        fetch: authorizedFetch(tokens, access.countedHttp(http, carry)),
        subject: access.account.subject,
      });
    },

    origins: async ({ ports }) => oauthOrigins(name, ports.environment),

    async signOut(access) {
      const tokens = await storedTokens(access);
      if (tokens === null) return;
      const { revoke } = await import('../auth/oauth-client.ts');
      await revoke(service(access.ports.environment), tokens, access.http());
    },
  };
}

/**
 * Signs somebody in in the browser.
 * @throws AppError PERMISSION_DENIED when it is refused, cancelled or takes longer than five minutes
 */
export async function signInByBrowser(
  provider: OAuthProviderName,
  request: SignInRequest,
  { environment, clock, random }: AppPorts,
  fetch: Fetch,
): Promise<NewConnection> {
  const { signIn } = await import('../auth/oauth.ts');
  const { service, baseUrl } = OAUTH_PROVIDERS[provider];
  // Nobody should sign in to find out afterwards that the API cannot be reached at such an address.
  baseUrl(environment);
  const options = {
    service: service(environment),
    access: request.access,
    openUrl: request.openUrl,
    fetch,
    clock,
    random,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  };
  const { subject, email, access, tokens } = await firstContact(() => signIn(options));
  const secret = JSON.stringify(tokens);
  return { provider, subject, email, access, secret, tokenExpiresAt: tokens.expiresAt };
}

/** Where a provider's API is and, where signing in is set up, where its sign-ins are renewed. */
export function oauthOrigins(
  name: OAuthProviderName,
  environment: AppPorts['environment'],
): readonly string[] {
  const { service, baseUrl } = OAUTH_PROVIDERS[name];
  const origins = [new URL(baseUrl(environment)).origin, new URL(service(environment).tokenUrl).origin];
  return [...new Set(origins)];
}

async function storedTokens({ loadSecret }: AccountAccess): Promise<TokenSet | null> {
  const text = await loadSecret();
  return text === null ? null : TokenSet.parse(JSON.parse(text));
}
