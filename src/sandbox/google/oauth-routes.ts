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
import { jsonWebKeySet } from '../oauth/signed-token.ts';
import type { SandboxClock } from '../ports.ts';
import { KNOWN_SCOPES } from './access.ts';
import { idToken } from './id-token.ts';
import type { GoogleState } from './state.ts';

/** The one OAuth client that the sandbox knows. */
export const GOOGLE_SANDBOX_CLIENT: OAuthClient = {
  id: 'sandbox-google-client',
  secret: 'sandbox-google-secret',
};

export interface OAuthRoutesOptions {
  readonly state: GoogleState;
  readonly clock: SandboxClock;
  /** The server's origin with the prefix that the service stands under. */
  readonly baseUrl: () => string;
}

/** Why the authorization endpoint shows an error instead of a choice. */
class AuthorizationError extends Error {
  readonly code: string;

  constructor(code: string, explanation: string) {
    super(explanation);
    this.code = code;
  }
}

const LOOPBACK_HOSTS = ['127.0.0.1', '[::1]', 'localhost'];
const CANONICAL_SCOPES: Readonly<Record<string, string>> = {
  email: 'https://www.googleapis.com/auth/userinfo.email',
  profile: 'https://www.googleapis.com/auth/userinfo.profile',
};

const FLAWS: Readonly<Record<GrantFlaw, string>> = {
  'unknown-code': 'Malformed auth code.',
  'wrong-redirect': 'The redirect_uri does not match the one of the authorization request.',
  'wrong-verifier': 'Invalid code verifier.',
  'unknown-refresh-token': 'Token has been expired or revoked.',
};

/**
 * Google's OAuth 2.0 for desktop applications: authorization code with PKCE over a loopback redirect.
 *
 * https://developers.google.com/identity/protocols/oauth2/native-app
 */
export function oauthRoutes({ state, clock, baseUrl }: OAuthRoutesOptions): FastifyPluginAsync {
  function signIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const query = queryForm(request);
    const asked = authorizationRequest(query);
    const { login_hint: hint } = query;
    const hinted = state.account(hint ?? '') ?? state.account(state.settings.autoApprove ?? '');
    const first = hint === undefined && !asksForPage(request) ? state.accounts()[0] : undefined;
    const account = hinted ?? first;
    if (account !== undefined) {
      const code = state.grants.authorize(asked, account.email);
      return reply.redirect(redirection(query, { code, scope: asked.scopes.join(' '), authuser: '0' }));
    }
    const links = {
      account: (email: string) => `?${new URLSearchParams({ ...query, login_hint: email })}`,
      deny: redirection(query, { error: 'access_denied' }),
    };
    return reply
      .type('text/html; charset=utf-8')
      .send(signInPage('Google', state.accounts(), asked.scopes, links));
  }

  function tokens(form: Form, clientId: string): IssuedTokens {
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
        throw new TokenError(400, 'unsupported_grant_type', 'Invalid grant_type.');
    }
  }

  function tokenAnswer({ grant, accessToken, expiresInSeconds, refreshToken, nonce }: IssuedTokens) {
    const account = state.account(grant.email);
    const issuedAt = Math.floor(clock.now().getTime() / 1000);
    const identity =
      account === null || !grant.scopes.includes('openid')
        ? {}
        : {
            id_token: idToken({
              ...{ sub: account.sub, email: account.email, name: account.name },
              ...{ clientId: grant.clientId, nonce, accessToken },
              ...{ issuedAt, expiresAt: issuedAt + 3600 },
            }),
          };
    return {
      access_token: accessToken,
      expires_in: expiresInSeconds,
      ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
      scope: grant.scopes.join(' '),
      token_type: 'Bearer',
      ...identity,
    };
  }

  return async (app) => {
    acceptForms(app);

    app.get('/o/oauth2/v2/auth', async (request, reply) => {
      try {
        return signIn(request, reply);
      } catch (error) {
        if (!(error instanceof AuthorizationError)) throw error;
        return reply
          .code(400)
          .type('text/html; charset=utf-8')
          .send(errorPage('Google', error.code, error.message));
      }
    });

    app.post('/token', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      try {
        const form = Form.parse(request.body ?? {});
        return tokenAnswer(tokens(form, authenticatedClient(request, form)));
      } catch (error) {
        const refusal = tokenRefusal(error);
        return reply.code(refusal.status).send({ error: refusal.code, error_description: refusal.message });
      }
    });

    app.post('/revoke', async (request, reply) => {
      const form = { ...queryForm(request), ...Form.parse(request.body ?? {}) };
      if (state.grants.revokeToken(form.token ?? '')) return {};
      return reply.code(400).send({ error: 'invalid_token', error_description: 'Token expired or revoked' });
    });

    app.get('/oauth2/v3/certs', async () => jsonWebKeySet());

    app.get('/.well-known/openid-configuration', async () => ({
      issuer: 'https://accounts.google.com',
      authorization_endpoint: `${baseUrl()}/o/oauth2/v2/auth`,
      token_endpoint: `${baseUrl()}/token`,
      revocation_endpoint: `${baseUrl()}/revoke`,
      jwks_uri: `${baseUrl()}/oauth2/v3/certs`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'email', 'profile'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
    }));
  };
}

/** @throws AuthorizationError */
function authorizationRequest(query: Form): AuthorizationRequest {
  const refuse = (code: string, explanation: string): never => {
    throw new AuthorizationError(code, explanation);
  };
  const redirectUri = query.redirect_uri ?? '';
  if (query.client_id !== GOOGLE_SANDBOX_CLIENT.id)
    refuse('invalid_client', 'The OAuth client was not found.');
  if (!isLoopbackRedirect(redirectUri, LOOPBACK_HOSTS))
    refuse('redirect_uri_mismatch', 'redirect_uri must be http on a loopback address.');
  if (query.response_type !== 'code') refuse('invalid_request', 'response_type must be "code".');
  if (!query.state) refuse('invalid_request', 'Missing required parameter: state.');
  if (!hasChallenge(query)) refuse('invalid_request', 'An S256 code_challenge is required.');
  const asked = (query.scope ?? '').split(' ').filter((scope) => scope !== '');
  if (asked.length === 0) refuse('invalid_request', 'Missing required parameter: scope.');
  const unknown = asked.filter((scope) => !KNOWN_SCOPES.has(scope));
  if (unknown.length > 0) refuse('invalid_scope', `Some requested scopes were invalid: ${unknown.join(' ')}`);
  const scopes = [...new Set(asked.map((scope) => CANONICAL_SCOPES[scope] ?? scope))];
  return {
    clientId: GOOGLE_SANDBOX_CLIENT.id,
    redirectUri,
    scopes,
    offline: true,
    codeChallenge: query.code_challenge ?? '',
    nonce: query.nonce ?? null,
  };
}

/** @throws TokenError 401 `invalid_client` */
function authenticatedClient(request: FastifyRequest, form: Form): string {
  const { id, secret } = givenCredentials(request, form);
  if (id !== GOOGLE_SANDBOX_CLIENT.id) {
    throw new TokenError(401, 'invalid_client', 'The OAuth client was not found.');
  }
  if (isWrongSecret(secret, GOOGLE_SANDBOX_CLIENT)) {
    throw new TokenError(401, 'invalid_client', 'The provided client secret is invalid.');
  }
  return id;
}

function tokenRefusal(error: unknown): TokenError {
  if (error instanceof TokenError) return error;
  if (error instanceof GrantError) return new TokenError(400, 'invalid_grant', FLAWS[error.flaw]);
  if (error instanceof z.ZodError || error instanceof URIError) {
    return new TokenError(400, 'invalid_request', 'Bad Request');
  }
  throw error;
}
