import { accessTokenHash, signedToken } from '../oauth/signed-token.ts';

export interface IdTokenClaims {
  readonly sub: string;
  readonly email: string;
  readonly name: string;
  readonly clientId: string;
  readonly nonce: string | null;
  readonly accessToken: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** An OpenID Connect id token as Google words it. */
export function idToken(claims: IdTokenClaims): string {
  return signedToken({
    iss: 'https://accounts.google.com',
    azp: claims.clientId,
    aud: claims.clientId,
    sub: claims.sub,
    email: claims.email,
    email_verified: true,
    at_hash: accessTokenHash(claims.accessToken),
    name: claims.name,
    iat: claims.issuedAt,
    exp: claims.expiresAt,
    ...(claims.nonce === null ? {} : { nonce: claims.nonce }),
  });
}
