import * as oauth from 'oauth4webapi';
import { base64url } from 'rfc4648';
import { z } from 'zod';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Clock, Fetch, OpenUrl, Random } from '../ports.ts';
import { openLoopbackRedirect } from './loopback-redirect.ts';
import {
  type Access,
  exchangeCode,
  grantedAccess,
  type OAuthService,
  type TokenAnswer,
  type TokenSet,
  tokenSet,
} from './oauth-client.ts';

export interface SignInOptions {
  readonly service: OAuthService;
  readonly access: Access;
  readonly openUrl: OpenUrl;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  /** Cancels the sign-in. */
  readonly signal?: AbortSignal;
  /** How long a person may take. Default 5 minutes. */
  readonly timeoutMs?: number;
  /** The address to suggest, when an account signs in again. */
  readonly loginHint?: string;
}

export interface SignIn {
  /** Who it is to the service, for ever: `sub`, or Microsoft's `tid/oid`. */
  readonly subject: string;
  readonly email: string;
  /** What was granted, which may be less than what was asked for. */
  readonly access: Access;
  readonly tokens: TokenSet;
}

const FIVE_MINUTES_MS = 300_000;

/**
 * Signs a person in through the system browser: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636) and a
 * loopback redirect (RFC 8252). Nothing listens any more once it settles.
 * @throws AppError PERMISSION_DENIED when the person refuses, cancels or takes too long, or unticks what is needed;
 *   OFFLINE, RATE_LIMITED, PROVIDER_ERROR when the service fails
 */
export async function signIn(options: SignInOptions): Promise<SignIn> {
  const { service, fetch, clock, random, signal } = options;
  const state = secret(random);
  const codeVerifier = secret(random);
  const redirect = await openLoopbackRedirect(state);
  const over = new AbortController();
  try {
    const url = await authorizationUrl(options, state, codeVerifier, redirect.redirectUri);
    const callback = await Promise.race([
      redirect.callback,
      failureToOpen(options.openUrl, url),
      cancellation(service, signal, over.signal),
      timeout(service, clock, options.timeoutMs ?? FIVE_MINUTES_MS, over.signal),
    ]);
    await redirect.close();
    const proof = { state, codeVerifier, redirectUri: redirect.redirectUri };
    const answer = await exchangeCode({ service, fetch, signal }, callback, proof);
    return signedIn(options, answer);
  } catch (error) {
    throw signal?.aborted ? cancelled(service, signal) : error;
  } finally {
    over.abort();
    await redirect.close();
  }
}

/** 256 bits in 43 characters: a state that cannot be guessed, a verifier as RFC 7636 section 4.1 wants it. */
function secret(random: Random): string {
  return base64url.stringify(random.bytes(32), { pad: false });
}

async function authorizationUrl(
  { service, access, loginHint }: SignInOptions,
  state: string,
  codeVerifier: string,
  redirectUri: string,
): Promise<string> {
  const url = new URL(service.authorizationUrl);
  const parameters = {
    response_type: 'code',
    client_id: service.clientId,
    redirect_uri: redirectUri,
    scope: service.scopes[access].join(' '),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...service.authorizationParameters,
    ...(loginHint !== undefined && { login_hint: loginHint }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Rejects when the page cannot be opened; that it could be opened settles nothing. */
async function failureToOpen(openUrl: OpenUrl, url: string): Promise<never> {
  await openUrl(url);
  return new Promise(() => undefined);
}

async function timeout(
  service: OAuthService,
  clock: Clock,
  milliseconds: number,
  over: AbortSignal,
): Promise<never> {
  await clock.sleep(milliseconds, over);
  throw new AppError(
    'PERMISSION_DENIED',
    `Nobody finished signing in to ${service.name} within ${Math.round(milliseconds / 60_000)} minutes. Connect again and complete the sign-in in the browser.`,
    { detail: 'timeout' },
  );
}

function cancellation(
  service: OAuthService,
  signal: AbortSignal | undefined,
  over: AbortSignal,
): Promise<never> {
  return new Promise((_, reject) => {
    if (signal === undefined) return;
    if (signal.aborted) reject(cancelled(service, signal));
    signal.addEventListener('abort', () => reject(cancelled(service, signal)), { signal: over });
  });
}

function cancelled(service: OAuthService, signal: AbortSignal): AppError {
  return new AppError(
    'PERMISSION_DENIED',
    `Signing in to ${service.name} was cancelled. Connect again when you are ready.`,
    { cause: signal.reason, detail: 'cancelled' },
  );
}

function signedIn({ service, access, clock }: SignInOptions, answer: TokenAnswer): SignIn {
  const { subject, email } = identity(service, answer.id_token);
  // Left out, the scope is what was asked for (RFC 6749 section 5.1).
  const scope = answer.scope ?? service.scopes[access].join(' ');
  const granted = grantedAccess(service, scope);
  if (granted === null) {
    throw new AppError(
      'PERMISSION_DENIED',
      `${service.name} was not allowed to share the calendars. Connect again and tick every box that mentions calendars.`,
      { detail: 'insufficient_scope' },
    );
  }
  if (answer.refresh_token === undefined) {
    throw new AppError(
      'PERMISSION_DENIED',
      `${service.name} gave no lasting access. Remove Calendar Sync from the connected apps of your ${service.name} account, then connect again.`,
      { detail: 'no_refresh_token' },
    );
  }
  const tokens = tokenSet(answer, { refreshToken: answer.refresh_token, scope }, clock);
  return { subject, email, access: access === 'read' ? 'read' : granted, tokens };
}

const Claims = z.object({
  sub: z.string().min(1),
  email: z.string().optional(),
  preferred_username: z.string().optional(),
  oid: z.string().min(1).optional(),
  tid: z.string().min(1).optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
});

/**
 * Who signed in, by the id token. It came from the token endpoint itself over TLS (or this computer), which stands in
 * for checking its signature (OpenID Connect Core 1.0 section 3.1.3.7, item 6). Its issuer and times are left alone:
 * the endpoints are configurable, and a laptop whose clock is wrong must still be able to sign in.
 */
function identity(service: OAuthService, idToken: string | undefined): { subject: string; email: string } {
  const claims = Claims.safeParse(payload(idToken));
  const audience = claims.data?.aud;
  if (!claims.success || (audience !== undefined && ![audience].flat().includes(service.clientId))) {
    throw new AppError(
      'PROVIDER_ERROR',
      `${service.name} did not say who signed in. Connect again; if it stays, ask your administrator to check the OAuth client.`,
      { cause: claims.error, detail: 'id_token' },
    );
  }
  const { sub, email, preferred_username, oid, tid } = claims.data;
  // Microsoft's `sub` is another one for every OAuth client; a person there is an object of a tenant.
  const subject = oid === undefined || tid === undefined ? sub : `${tid}/${oid}`;
  return { subject, email: email ?? preferred_username ?? sub };
}

/** The claims of a JWT (RFC 7519 section 7.2), or null when it is none. */
function payload(token: string | undefined): unknown {
  try {
    const bytes = base64url.parse(token?.split('.')[1] ?? '', { loose: true });
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
