import { AppError, type RequestEffect } from '../../shared/rpc/errors.ts';

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes, and the code for a certificate of another host. */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  // Chromium's, which has one name for expired and not valid yet.
  'ERR_CERT_DATE_INVALID',
]);

/**
 * What a request failed with, if it was the server's certificate: trying again would meet the same one, and nothing
 * was sent to it. Null for every other failure.
 * @param effect of earlier attempts of the same call
 */
export function certificateProblem(thrown: unknown, url: string, effect: RequestEffect): AppError | null {
  const code = certificateCode(thrown);
  if (code === null) return null;
  const host = URL.parse(url)?.host ?? url;
  return new AppError('PROVIDER_ERROR', sentence(code, host), { cause: thrown, detail: code, effect });
}

function certificateCode(thrown: unknown): string | null {
  // fetch rejects with a TypeError around the socket's error.
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string' && CERTIFICATE_CODES.has(error.code)) {
      return error.code;
    }
  }
  return null;
}

const DATE_FAULTS = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_CERT_DATE_INVALID: 'has expired or is not valid yet',
};

function sentence(code: string, host: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
    case 'ERR_CERT_DATE_INVALID':
      return `The certificate of ${host} ${DATE_FAULTS[code]}. Check that the clock of this computer is right; if it is, tell the people who run ${host}.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return `What answers at ${host} has the certificate of another host. Check the address, and do not sign in on this network until it is settled.`;
    default:
      return `The certificate of ${host} is not trusted (${code}). If your organisation has a certificate authority of its own, name its file in the network settings or in CALENDAR_SYNC_CA_FILE; otherwise do not go on from this network, since somebody may be listening.`;
  }
}
