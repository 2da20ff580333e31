import { createHash } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  acceptForms,
  Form,
  givenCredentials,
  hasChallenge,
  isLoopbackRedirect,
  isWrongSecret,
  needed,
  type OAuthClient,
  queryForm,
  redirection,
  TokenError,
} from '../oauth/endpoint.ts';
import { type AuthorizationRequest, GrantError, type GrantFlaw, type IssuedTokens } from '../oauth/grants.ts';
import { asksForPage, errorPage, signInPage } from '../oauth/sign-in-page.ts';
import { jsonWebKeySet, signedToken } from '../oauth/signed-token.ts';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { canonicalScope, OFFLINE_ACCESS } from './access.ts';
import type { MicrosoftAccount } from './account.ts';
import { EntraError } from './oauth-error.ts';
import type { MicrosoftState } from './state.ts';
import { accountsOfTenant } from './tenant.ts';

/** The one OAuth client that the sandbox knows. */
export const MICROSOFT_SANDBOX_CLIENT: OAuthClient = {
  id: '2c6f0d5e-8a41-4b0e-9d57-1f3e6b7a9c20',
  secret: 'sandbox-microsoft-secret',
};

export interface OAuthRoutesOptions {
  readonly state: MicrosoftState;
  readonly clock: SandboxClock;
  readonly random: SandboxRandom;
  /** The origin with what precedes the tenant. */
  readonly authority: () => string;
}

// Entra registers no redirect to [::1]: https://learn.microsoft.com/en-us/entra/identity-platform/reply-url
const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost'];
const PROMPTS = ['', 'login', 'none', 'consent', 'select_account'];

const FLAWS: Readonly<Record<GrantFlaw, readonly [number, string]>> = {
  'unknown-code': [70008, 'The provided authorization code has expired or was already redeemed.'],
  'wrong-redirect': [
    500112,
    'The reply address does not match the one provided when requesting the authorization code.',
  ],
  'wrong-verifier': [
    501481,
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  ],
  'unknown-refresh-token': [
    50173,
    'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
  ],
};

const Path = z.object({ tenant: z.string() });

/**
 * The Microsoft identity platform for desktop applications: authorization code with PKCE over a loopback redirect.
 *
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
 */
export function oauthRoutes({ state, clock, random, authority }: OAuthRoutesOptions): FastifyPluginAsync {
  /** @throws EntraError 400 `invalid_request` AADSTS90002 */
  function membersOf(request: FastifyRequest): readonly MicrosoftAccount[] {
    const { tenant } = Path.parse(request.params);
    const members = accountsOfTenant(tenant, state.accounts());
    if (members !== null) return members;
    throw new EntraError('invalid_request', 90002, `Tenant '${tenant}' not found.`);
  }

  function signIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const query = queryForm(request);
    const members = membersOf(request);
    assertClient(query);
    try {
      const asked = authorizationRequest(query);
      const first = query.login_hint === undefined && !asksForPage(request) ? members[0] : undefined;
      const account = approving(query, members) ?? first;
      if (account !== undefined) {
        return reply.redirect(
          redirection(query, {
            code: state.grants.authorize(asked, account.email),
            session_state: random.uuid(),
          }),
        );
      }
      const { prompt: _, ...rest } = query;
      const links = {
        account: (email: string) => `?${new URLSearchParams({ ...rest, login_hint: email })}`,
        deny: redirection(query, {
          error: 'access_denied',
          error_description: 'AADSTS65004: User declined to consent to access the app.',
        }),
      };
      const page = signInPage('Microsoft', members, asked.scopes, links);
      return reply.type('text/html; charset=utf-8').send(page);
    } catch (error) {
      if (!(error instanceof EntraError)) throw error;
      return reply.redirect(redirection(query, { error: error.error, error_description: error.message }));
    }
  }

  /** Who signs in without being asked; null: the person has to choose. */
  function approving(query: Form, members: readonly MicrosoftAccount[]): MicrosoftAccount | null {
    const member = (email: string): MicrosoftAccount | null =>
      members.find((account) => account.email.toLowerCase() === email.toLowerCase()) ?? null;
    const hinted = query.prompt === 'select_account' ? null : member(query.login_hint ?? '');
    const account = hinted ?? member(state.settings.autoApprove ?? '');
    if (account === null && query.prompt === 'none') {
      throw new EntraError(
        'login_required',
        50058,
        'A silent sign-in request was sent but no user is signed in.',
      );
    }
    return account;
  }

  function tokens(form: Form): IssuedTokens {
    const clientId = MICROSOFT_SANDBOX_CLIENT.id;
    switch (form.grant_type) {
      case 'authorization_code':
        return state.grants.redeem(
          needed(form, 'code'),
          needed(form, 'redirect_uri'),
          needed(form, 'code_verifier'),
          clientId,
          state.settings,
        );
      case 'refresh_token':
        return state.grants.refresh(needed(form, 'refresh_token'), clientId, state.settings);
      default:
        throw new EntraError('unsupported_grant_type', 70003, 'The app returned an unsupported grant type.');
    }
  }

  function tokenAnswer(issued: IssuedTokens, members: readonly MicrosoftAccount[]) {
    const { grant, accessToken, expiresInSeconds, refreshToken, nonce } = issued;
    const account = members.find(({ email }) => email === grant.email);
    if (account === undefined) {
      throw new EntraError('invalid_grant', 50020, 'User account does not exist in this tenant.');
    }
    return {
      token_type: 'Bearer',
      scope: grant.scopes.filter((scope) => scope !== OFFLINE_ACCESS).join(' '),
      expires_in: expiresInSeconds,
      ext_expires_in: expiresInSeconds,
      access_token: accessToken,
      ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
      ...(grant.scopes.includes('openid') ? { id_token: idToken(account, grant.scopes, nonce) } : {}),
    };
  }

  /** https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference */
  function idToken(account: MicrosoftAccount, scopes: readonly string[], nonce: string | null): string {
    const { oid, tenantId, email, name } = account;
    const issuedAt = Math.floor(clock.now().getTime() / 1000);
    const client = MICROSOFT_SANDBOX_CLIENT.id;
    return signedToken({
      ver: '2.0',
      iss: `${authority()}/${tenantId}/v2.0`,
      // One subject for each client: only the object id is the same everywhere.
      sub: createHash('sha256').update(`${oid} ${client}`).digest('base64url'),
      aud: client,
      exp: issuedAt + 3600,
      iat: issuedAt,
      nbf: issuedAt,
      name,
      preferred_username: email,
      oid,
      tid: tenantId,
      ...(scopes.includes('email') ? { email } : {}),
      ...(nonce === null ? {} : { nonce }),
    });
  }

  function refusal(error: unknown): EntraError {
    if (error instanceof EntraError) return error;
    if (error instanceof GrantError) return new EntraError('invalid_grant', ...FLAWS[error.flaw]);
    if (error instanceof TokenError) return new EntraError(error.code, 900144, error.message, error.status);
    if (error instanceof z.ZodError || error instanceof URIError) {
      return new EntraError('invalid_request', 90014, 'The request body must contain the right parameters.');
    }
    throw error;
  }

  return async (app) => {
    acceptForms(app);

    app.get('/:tenant/oauth2/v2.0/authorize', async (request, reply) => {
      try {
        return signIn(request, reply);
      } catch (error) {
        if (!(error instanceof EntraError)) throw error;
        const page = errorPage('Microsoft', error.error, error.message);
        return reply.code(400).type('text/html; charset=utf-8').send(page);
      }
    });

    app.post('/:tenant/oauth2/v2.0/token', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      try {
        const members = membersOf(request);
        const form = Form.parse(request.body ?? {});
        assertAuthenticated(request, form);
        return tokenAnswer(tokens(form), members);
      } catch (error) {
        const refused = refusal(error);
        const trace = { at: clock.now(), requestId: random.uuid(), clientRequestId: random.uuid() };
        return reply.code(refused.status).send(refused.body(trace));
      }
    });

    app.get('/:tenant/discovery/v2.0/keys', async () => jsonWebKeySet());

    app.get('/:tenant/v2.0/.well-known/openid-configuration', async (request) => {
      const { tenant } = Path.parse(request.params);
      const isAlias = ['common', 'organizations', 'consumers'].includes(tenant);
      return {
        issuer: `${authority()}/${isAlias ? '{tenantid}' : tenant}/v2.0`,
        authorization_endpoint: `${authority()}/${tenant}/oauth2/v2.0/authorize`,
        token_endpoint: `${authority()}/${tenant}/oauth2/v2.0/token`,
        jwks_uri: `${authority()}/${tenant}/discovery/v2.0/keys`,
        response_types_supported: ['code'],
        response_modes_supported: ['query'],
        subject_types_supported: ['pairwise'],
        id_token_signing_alg_values_supported: ['RS256'],
        scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
        token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
        code_challenge_methods_supported: ['S256'],
      };
    });
  };
}

/**
 * What has to be right before anything can go back to the client.
 * @throws EntraError
 */
function assertClient(query: Form): void {
  if (query.client_id !== MICROSOFT_SANDBOX_CLIENT.id) {
    throw new EntraError(
      'unauthorized_client',
      700016,
      `Application with identifier '${query.client_id ?? ''}' was not found in the directory.`,
    );
  }
  if (!isLoopbackRedirect(query.redirect_uri ?? '', LOOPBACK_HOSTS)) {
    throw new EntraError(
      'invalid_request',
      50011,
      'The redirect URI specified in the request does not match the redirect URIs configured for the application.',
    );
  }
}

/** @throws EntraError which goes back to the client */
function authorizationRequest(query: Form): AuthorizationRequest {
  const invalid = (number: number, message: string): never => {
    throw new EntraError('invalid_request', number, message);
  };
  if (query.response_type !== 'code') {
    throw new EntraError('unsupported_response_type', 700054, 'response_type must be code.');
  }
  if ((query.response_mode ?? 'query') !== 'query') invalid(900561, 'response_mode must be query.');
  if (!query.state) invalid(900144, "The request must contain the following parameter: 'state'.");
  if (!hasChallenge(query)) invalid(501482, 'An S256 code_challenge is required.');
  if (!PROMPTS.includes(query.prompt ?? '')) invalid(90023, `Unsupported 'prompt' value ${query.prompt}.`);
  const asked = (query.scope ?? '').split(' ').filter((scope) => scope !== '');
  if (asked.length === 0) invalid(900144, "The request must contain the following parameter: 'scope'.");
  const scopes = asked.map((scope) => {
    const known = canonicalScope(scope);
    if (known !== null) return known;
    throw new EntraError(
      'invalid_scope',
      70011,
      `The provided value for the input parameter 'scope' is not valid: ${scope}`,
    );
  });
  return {
    clientId: MICROSOFT_SANDBOX_CLIENT.id,
    redirectUri: query.redirect_uri ?? '',
    scopes: [...new Set(scopes)],
    offline: scopes.includes(OFFLINE_ACCESS),
    codeChallenge: query.code_challenge ?? '',
    nonce: query.nonce ?? null,
  };
}

/** @throws EntraError */
function assertAuthenticated(request: FastifyRequest, form: Form): void {
  const { id, secret } = givenCredentials(request, form);
  if (id !== MICROSOFT_SANDBOX_CLIENT.id) {
    throw new EntraError(
      'unauthorized_client',
      700016,
      `Application with identifier '${id ?? ''}' was not found in the directory.`,
    );
  }
  if (isWrongSecret(secret, MICROSOFT_SANDBOX_CLIENT)) {
    throw new EntraError('invalid_client', 7000215, 'Invalid client secret provided.', 401);
  }
}
