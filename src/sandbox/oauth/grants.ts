import { createHash, timingSafeEqual } from 'node:crypto';
import type { SandboxClock, SandboxRandom } from '../ports.ts';

/** What a person has allowed a client to do. */
export interface Grant {
  readonly email: string;
  readonly clientId: string;
  /** As the service names them. */
  readonly scopes: readonly string[];
}

export interface AuthorizationRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** Whether the client asked to go on while the person is away: gets a refresh token. */
  readonly offline: boolean;
  /** S256, RFC 7636. */
  readonly codeChallenge: string;
  readonly nonce: string | null;
}

export interface IssuedTokens {
  readonly grant: Grant;
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** Null when a refresh leaves the old one in force, or the client did not ask for one. */
  readonly refreshToken: string | null;
  readonly nonce: string | null;
}

export interface TokenSettings {
  readonly rotateRefreshTokens: boolean;
  readonly accessTokenSeconds: number;
}

/** What a service's tokens look like from outside: they are opaque, but not of the same length. */
export interface TokenFormat {
  readonly codePrefix: string;
  readonly accessPrefix: string;
  readonly refreshPrefix: string;
  /** Random bytes behind the prefix of an access or refresh token. */
  readonly tokenBytes: number;
}

/** What is wrong with a grant. Each service has words of its own for it. */
export type GrantFlaw = 'unknown-code' | 'wrong-redirect' | 'wrong-verifier' | 'unknown-refresh-token';

/** Why the token endpoint refuses with `invalid_grant` (RFC 6749 section 5.2). */
export class GrantError extends Error {
  readonly flaw: GrantFlaw;

  constructor(flaw: GrantFlaw) {
    super(flaw);
    this.name = 'GrantError';
    this.flaw = flaw;
  }
}

interface Code {
  readonly request: AuthorizationRequest;
  readonly grant: Grant;
  readonly expiresAt: number;
}

const CODE_SECONDS = 600;
const CODE_BYTES = 32;

/** Authorization codes, access tokens and refresh tokens, and who gave them to whom. */
export class Grants {
  readonly #clock: SandboxClock;
  readonly #random: SandboxRandom;
  readonly #format: TokenFormat;
  readonly #codes = new Map<string, Code>();
  readonly #accessTokens = new Map<string, { readonly grant: Grant; readonly expiresAt: number }>();
  readonly #refreshTokens = new Map<string, Grant>();

  constructor(clock: SandboxClock, random: SandboxRandom, format: TokenFormat) {
    this.#clock = clock;
    this.#random = random;
    this.#format = format;
  }

  /** The code that the client is redirected with once `email` has agreed. */
  authorize(request: AuthorizationRequest, email: string): string {
    const code = `${this.#format.codePrefix}${this.#secret(CODE_BYTES)}`;
    const grant = { email, clientId: request.clientId, scopes: request.scopes };
    this.#codes.set(code, { request, grant, expiresAt: this.#now() + CODE_SECONDS * 1000 });
    return code;
  }

  /** @throws GrantError when the code is unknown, used, too old, or not this client's to redeem */
  redeem(
    code: string,
    redirectUri: string,
    codeVerifier: string,
    clientId: string,
    settings: TokenSettings,
  ): IssuedTokens {
    const issued = this.#codes.get(code);
    this.#codes.delete(code);
    if (issued === undefined || issued.expiresAt <= this.#now() || issued.grant.clientId !== clientId) {
      throw new GrantError('unknown-code');
    }
    if (issued.request.redirectUri !== redirectUri) throw new GrantError('wrong-redirect');
    const challenge = createHash('sha256').update(codeVerifier).digest('base64url');
    if (!equal(challenge, issued.request.codeChallenge)) throw new GrantError('wrong-verifier');
    const refreshToken = issued.request.offline ? this.#freshRefreshToken(issued.grant) : null;
    return { ...this.#issue(issued.grant, settings), refreshToken, nonce: issued.request.nonce };
  }

  /** @throws GrantError when the refresh token is unknown, revoked, replaced or not this client's */
  refresh(refreshToken: string, clientId: string, settings: TokenSettings): IssuedTokens {
    const grant = this.#refreshTokens.get(refreshToken);
    if (grant === undefined || grant.clientId !== clientId) {
      throw new GrantError('unknown-refresh-token');
    }
    const issued = { ...this.#issue(grant, settings), nonce: null };
    if (!settings.rotateRefreshTokens) return { ...issued, refreshToken: null };
    this.#refreshTokens.delete(refreshToken);
    return { ...issued, refreshToken: this.#freshRefreshToken(grant) };
  }

  /** What an access token allows; null when it is unknown, expired or revoked. */
  accessGrant(accessToken: string): Grant | null {
    const access = this.#accessTokens.get(accessToken);
    if (access === undefined) return null;
    if (access.expiresAt > this.#now()) return access.grant;
    this.#accessTokens.delete(accessToken);
    return null;
  }

  /** Ends what the person gave the client that this token belongs to; false when nobody knows the token. */
  revokeToken(token: string): boolean {
    const grant = this.#refreshTokens.get(token) ?? this.#accessTokens.get(token)?.grant;
    if (grant === undefined) return false;
    this.#revoke(({ email, clientId }) => email === grant.email && clientId === grant.clientId);
    return true;
  }

  /** Ends everything the person gave to anybody, as from their account's security page. */
  revokeAccount(email: string): void {
    this.#revoke((grant) => grant.email === email);
  }

  #revoke(isRevoked: (grant: Grant) => boolean): void {
    for (const [token, { grant }] of this.#accessTokens)
      if (isRevoked(grant)) this.#accessTokens.delete(token);
    for (const [token, grant] of this.#refreshTokens) if (isRevoked(grant)) this.#refreshTokens.delete(token);
    for (const [code, { grant }] of this.#codes) if (isRevoked(grant)) this.#codes.delete(code);
  }

  #issue(grant: Grant, { accessTokenSeconds }: TokenSettings) {
    const accessToken = `${this.#format.accessPrefix}${this.#secret(this.#format.tokenBytes)}`;
    this.#accessTokens.set(accessToken, { grant, expiresAt: this.#now() + accessTokenSeconds * 1000 });
    return { grant, accessToken, expiresInSeconds: accessTokenSeconds };
  }

  #freshRefreshToken(grant: Grant): string {
    const token = `${this.#format.refreshPrefix}${this.#secret(this.#format.tokenBytes)}`;
    this.#refreshTokens.set(token, grant);
    return token;
  }

  #secret(length: number): string {
    return Buffer.from(this.#random.bytes(length)).toString('base64url');
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
