import { createHash, timingSafeEqual } from 'node:crypto';
import type { SandboxClock, SandboxRandom } from '../ports.ts';

/** What a person has allowed a client to do. */
export interface Grant {
  readonly email: string;
  readonly clientId: string;
  /** As Google names them. */
  readonly scopes: readonly string[];
}

export interface AuthorizationRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** S256, RFC 7636. */
  readonly codeChallenge: string;
  readonly nonce: string | null;
}

export interface IssuedTokens {
  readonly grant: Grant;
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** Absent when a refresh leaves the old one in force. */
  readonly refreshToken: string | null;
  readonly nonce: string | null;
}

export interface TokenSettings {
  readonly rotateRefreshTokens: boolean;
  readonly accessTokenSeconds: number;
}

/** Why the token endpoint refuses (RFC 6749 section 5.2). */
export class GrantError extends Error {
  readonly code = 'invalid_grant';
}

interface Code {
  readonly request: AuthorizationRequest;
  readonly grant: Grant;
  readonly expiresAt: number;
}

const CODE_SECONDS = 600;

/** Authorization codes, access tokens and refresh tokens, and who gave them to whom. */
export class Grants {
  readonly #clock: SandboxClock;
  readonly #random: SandboxRandom;
  readonly #codes = new Map<string, Code>();
  readonly #accessTokens = new Map<string, { readonly grant: Grant; readonly expiresAt: number }>();
  readonly #refreshTokens = new Map<string, Grant>();

  constructor(clock: SandboxClock, random: SandboxRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The code that the client is redirected with once `email` has agreed. */
  authorize(request: AuthorizationRequest, email: string): string {
    const code = `4/0A${this.#secret()}`;
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
      throw new GrantError('Malformed auth code.');
    }
    if (issued.request.redirectUri !== redirectUri) {
      throw new GrantError('The redirect_uri does not match the one of the authorization request.');
    }
    const challenge = createHash('sha256').update(codeVerifier).digest('base64url');
    if (!equal(challenge, issued.request.codeChallenge)) throw new GrantError('Invalid code verifier.');
    const refreshToken = this.#freshRefreshToken(issued.grant);
    return { ...this.#issue(issued.grant, settings), refreshToken, nonce: issued.request.nonce };
  }

  /** @throws GrantError when the refresh token is unknown, revoked, replaced or not this client's */
  refresh(refreshToken: string, clientId: string, settings: TokenSettings): IssuedTokens {
    const grant = this.#refreshTokens.get(refreshToken);
    if (grant === undefined || grant.clientId !== clientId) {
      throw new GrantError('Token has been expired or revoked.');
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
    const accessToken = `ya29.${this.#secret()}`;
    this.#accessTokens.set(accessToken, { grant, expiresAt: this.#now() + accessTokenSeconds * 1000 });
    return { grant, accessToken, expiresInSeconds: accessTokenSeconds };
  }

  #freshRefreshToken(grant: Grant): string {
    const token = `1//0${this.#secret()}`;
    this.#refreshTokens.set(token, grant);
    return token;
  }

  #secret(): string {
    return Buffer.from(this.#random.bytes(32)).toString('base64url');
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
