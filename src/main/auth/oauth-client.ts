import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import { AppError, TRIED_AGAIN } from '../../shared/rpc/errors.ts';
import { isLoopbackHost } from '../endpoint.ts';
import type { Clock, Fetch } from '../ports.ts';

export type Access = 'read' | 'write';

/** An authorization server and what we ask of it, as data: a provider is added by writing one of these. */
export interface OAuthService {
  /** As people know it, for sentences. */
  readonly name: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl: string | null;
  readonly clientId: string;
  /** A desktop client's secret is no secret (RFC 8252 section 8.5); some services want it all the same. */
  readonly clientSecret: string | null;
  /** What to ask for. */
  readonly scopes: Readonly<Record<Access, readonly string[]>>;
  /** What each access takes: all scopes of any one of the sets. People can untick single scopes. */
  readonly sufficient: Readonly<Record<Access, readonly (readonly string[])[]>>;
  /** Further parameters of the authorization request. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
}

/** What the vault keeps of a sign-in. */
export const TokenSet = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1),
  /** UTC instant at which the access token ends. */
  expiresAt: z.iso.datetime(),
  /** Granted scopes, separated by spaces. */
  scope: z.string(),
});
export type TokenSet = Readonly<z.infer<typeof TokenSet>>;

const DEFAULT_LIFETIME_SECONDS = 3600;
const LONGEST_LIFETIME_SECONDS = 30 * 86_400;

/** RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3. */
const TokenAnswer = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.coerce.number().positive().default(DEFAULT_LIFETIME_SECONDS),
  refresh_token: z.string().min(1).optional(),
  scope: z.string().optional(),
  id_token: z.string().optional(),
});
export type TokenAnswer = z.infer<typeof TokenAnswer>;

/** RFC 6749 section 5.2. */
const TokenError = z.object({ error: z.string().min(1) });

interface Request {
  readonly service: OAuthService;
  readonly fetch: Fetch;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Exchanges the code of an authorization response (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
 * @param callback the parameters of the redirect, state included
 * @throws AppError PERMISSION_DENIED when the person refused, otherwise as `refreshTokens`
 */
export async function exchangeCode(
  request: Request,
  callback: URLSearchParams,
  proof: { readonly state: string; readonly codeVerifier: string; readonly redirectUri: string },
): Promise<TokenAnswer> {
  const { server, client, authentication } = parties(request.service);
  const response = await answered(request, () =>
    oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      authorizationResponse(request.service, callback, proof.state),
      proof.redirectUri,
      proof.codeVerifier,
      requestOptions(request, request.service.tokenUrl),
    ),
  );
  return tokenAnswer(request.service, response);
}

/**
 * Fresh tokens for a refresh token (RFC 6749 section 6).
 * @throws AppError AUTH_EXPIRED when a new sign-in is needed; PERMISSION_DENIED when the client itself is refused;
 *   OFFLINE, RATE_LIMITED or PROVIDER_ERROR when it may work later
 */
export async function refreshTokens(request: Request, refreshToken: string): Promise<TokenAnswer> {
  const { server, client, authentication } = parties(request.service);
  const response = await answered(request, () =>
    oauth.refreshTokenGrantRequest(
      server,
      client,
      authentication,
      refreshToken,
      requestOptions(request, request.service.tokenUrl),
    ),
  );
  return tokenAnswer(request.service, response);
}

/**
 * Takes back a sign-in at the service (RFC 7009), which ends its access tokens too. Best effort: an account is
 * removed here whether or not the service can be reached.
 * @returns whether the service confirmed it
 */
export async function revoke(service: OAuthService, tokens: TokenSet, fetch: Fetch): Promise<boolean> {
  if (service.revokeUrl === null) return false;
  const { server, client, authentication } = parties(service);
  try {
    const options = requestOptions({ service, fetch }, service.revokeUrl);
    const response = await oauth.revocationRequest(
      server,
      client,
      authentication,
      tokens.refreshToken,
      options,
    );
    return response.ok;
  } catch {
    return false;
  }
}

/** What to keep of a token answer. A refresh may leave out what has not changed (RFC 6749 section 6). */
export function tokenSet(
  answer: TokenAnswer,
  unchanged: Pick<TokenSet, 'refreshToken' | 'scope'>,
  clock: Clock,
): TokenSet {
  const lifetimeMs = Math.min(answer.expires_in, LONGEST_LIFETIME_SECONDS) * 1000;
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? unchanged.refreshToken,
    expiresAt: new Date(clock.now().getTime() + lifetimeMs).toISOString(),
    scope: answer.scope ?? unchanged.scope,
  };
}

/** What the granted scopes allow, or null when they are not even enough to read. */
export function grantedAccess(service: OAuthService, scope: string): Access | null {
  const granted = new Set(scope.split(' '));
  const allows = (access: Access): boolean =>
    service.sufficient[access].some((set) => set.every((name) => granted.has(name)));
  if (allows('write')) return 'write';
  return allows('read') ? 'read' : null;
}

export function signInAgain(service: OAuthService, cause?: unknown): AppError {
  return new AppError(
    'AUTH_EXPIRED',
    `${service.name} needs you to sign in again. Connect the account once more; nothing that was synced is lost.`,
    { cause, detail: 'invalid_grant' },
  );
}

function parties(service: OAuthService): {
  server: oauth.AuthorizationServer;
  client: oauth.Client;
  authentication: oauth.ClientAuth;
} {
  return {
    server: {
      issuer: new URL(service.tokenUrl).origin,
      token_endpoint: service.tokenUrl,
      ...(service.revokeUrl !== null && { revocation_endpoint: service.revokeUrl }),
    },
    client: { client_id: service.clientId },
    authentication:
      service.clientSecret === null ? oauth.None() : oauth.ClientSecretPost(service.clientSecret),
  };
}

function requestOptions(request: Request, endpoint: string): oauth.TokenEndpointRequestOptions {
  return {
    [oauth.customFetch]: (url: string, init: oauth.CustomFetchOptions<'POST', URLSearchParams>) =>
      request.fetch(url, {
        method: init.method,
        headers: init.headers,
        body: init.body.toString(),
        redirect: init.redirect,
        signal: init.signal ?? null,
      }),
    [oauth.allowInsecureRequests]: isLoopbackHost(new URL(endpoint).hostname),
    ...(request.signal !== undefined && { signal: request.signal }),
  };
}

function authorizationResponse(
  service: OAuthService,
  callback: URLSearchParams,
  state: string,
): URLSearchParams {
  const { server, client } = parties(service);
  const parameters = new URLSearchParams(callback);
  // RFC 9207 guards clients that talk to several servers through one redirect. Each sign-in here has a listener, a
  // state and a server of its own, and a configured server may well name another issuer than the one it runs at.
  parameters.delete('iss');
  try {
    return oauth.validateAuthResponse(server, client, parameters, state);
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied') {
      throw new AppError(
        'PERMISSION_DENIED',
        `Access was refused on ${service.name}'s page. Connect again and choose "Allow".`,
        { cause: error, detail: error.error },
      );
    }
    const reason = error instanceof oauth.AuthorizationResponseError ? error.error : null;
    throw new AppError(
      'PROVIDER_ERROR',
      `${service.name} ended the sign-in with an error${reason === null ? '' : ` (${reason})`}. Connect again; if it stays, ask your administrator to check the OAuth client.`,
      { cause: error, ...(reason !== null && { detail: reason }) },
    );
  }
}

async function answered(request: Request, send: () => Promise<Response>): Promise<Response> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof AppError) throw error;
    request.signal?.throwIfAborted();
    throw new AppError(
      'OFFLINE',
      `${request.service.name}'s sign-in service cannot be reached. Check the internet connection.`,
      { cause: error, effect: 'unknown', nextSync: TRIED_AGAIN },
    );
  }
}

async function tokenAnswer(service: OAuthService, response: Response): Promise<TokenAnswer> {
  const body = json(await response.text());
  if (!response.ok) throw refusal(service, response.status, TokenError.safeParse(body).data?.error ?? null);
  const parsed = TokenAnswer.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'PROVIDER_ERROR',
    `${service.name}'s sign-in service gave an answer that cannot be read. Try again later; if it stays, ask your administrator to check the token URL.`,
    { cause: parsed.error },
  );
}

function refusal(service: OAuthService, status: number, error: string | null): AppError {
  const detail = error ?? `HTTP ${status}`;
  if (error === 'invalid_grant') return signInAgain(service);
  if (status === 429) {
    return new AppError('RATE_LIMITED', `${service.name} asks for a pause before the next sign-in.`, {
      detail,
      nextSync: 'It is tried again later.',
    });
  }
  if (status >= 500 || error === null) {
    return new AppError('PROVIDER_ERROR', `${service.name}'s sign-in service failed (${detail}).`, {
      detail,
      effect: 'unknown',
      nextSync: 'It is tried again later.',
    });
  }
  return new AppError(
    'PERMISSION_DENIED',
    `${service.name} refuses this program's OAuth client (${detail}). Ask your administrator to check the client id and secret.`,
    { detail },
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
