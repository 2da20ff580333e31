import { AppError } from '../shared/rpc/errors.ts';

/** Whether a URL's host can only be this computer itself (RFC 6761 section 6.3, RFC 1122 section 3.2.1.3). */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * The one rule for configured endpoints: https, or http to this computer itself, and no credentials in the URL.
 * @param name what the technician or administrator knows the setting by, e.g. `GOOGLE_TOKEN_URL`
 * @throws AppError INVALID_INPUT naming the setting
 */
export function parseEndpoint(name: string, value: string): URL {
  const url = URL.parse(value);
  if (url === null) {
    throw new AppError('INVALID_INPUT', `${name} is not a URL. Set it to a full https:// address.`);
  }
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
  if (!secure) {
    throw new AppError(
      'INVALID_INPUT',
      `${name} must be an https:// address; plain http is allowed only for this computer itself (127.0.0.1, ::1, localhost).`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError('INVALID_INPUT', `${name} must not contain a user name or password. Remove them.`);
  }
  return url;
}
