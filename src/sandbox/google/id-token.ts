import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

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

const KEY_ID = 'sandbox';

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

// Made when first needed and shared by every server of the process: making one takes a noticeable while.
let pair: KeyPair | null = null;

function keys(): KeyPair {
  pair ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  return pair;
}

/** An OpenID Connect id token as Google words it, signed with RS256. */
export function idToken(claims: IdTokenClaims): string {
  const header = { alg: 'RS256', kid: KEY_ID, typ: 'JWT' };
  const hash = createHash('sha256').update(claims.accessToken).digest();
  const payload = {
    iss: 'https://accounts.google.com',
    azp: claims.clientId,
    aud: claims.clientId,
    sub: claims.sub,
    email: claims.email,
    email_verified: true,
    at_hash: hash.subarray(0, hash.length / 2).toString('base64url'),
    name: claims.name,
    iat: claims.issuedAt,
    exp: claims.expiresAt,
    ...(claims.nonce === null ? {} : { nonce: claims.nonce }),
  };
  const signed = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), keys().privateKey).toString('base64url')}`;
}

/** The key that id tokens are verified with, as a JSON Web Key Set (RFC 7517). */
export function jsonWebKeySet(): { readonly keys: readonly unknown[] } {
  const jwk = keys().publicKey.export({ format: 'jwk' });
  return { keys: [{ ...jwk, alg: 'RS256', use: 'sig', kid: KEY_ID }] };
}
