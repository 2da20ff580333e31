import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

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

/** A JSON Web Token of these claims, signed with RS256 (RFC 7519, RFC 7515). */
export function signedToken(claims: Readonly<Record<string, unknown>>): string {
  const header = { alg: 'RS256', kid: KEY_ID, typ: 'JWT' };
  const signed = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), keys().privateKey).toString('base64url')}`;
}

/** The claim `at_hash` of an id token (OpenID Connect Core section 3.1.3.6). */
export function accessTokenHash(accessToken: string): string {
  const hash = createHash('sha256').update(accessToken).digest();
  return hash.subarray(0, hash.length / 2).toString('base64url');
}

/** The key that tokens are verified with, as a JSON Web Key Set (RFC 7517). */
export function jsonWebKeySet(): { readonly keys: readonly unknown[] } {
  const jwk = keys().publicKey.export({ format: 'jwk' });
  return { keys: [{ ...jwk, alg: 'RS256', use: 'sig', kid: KEY_ID }] };
}
