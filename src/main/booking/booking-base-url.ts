import { AppError } from '../../shared/rpc/errors.ts';

/**
 * The address of a booking API, such as `https://bookings.example.com/api/v1`, as we keep it: without a slash at the
 * end. A token is sent to it with every request, hence https, save on this very machine.
 * @throws AppError INVALID_INPUT
 */
export function bookingBaseUrl(text: string): string {
  const url = URL.parse(text.trim());
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalid('The address of the booking system must begin with https://.');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw invalid('The booking system must be reached over https:// unless it runs on this machine.');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalid('The address of the booking system must be a plain address without password, ? or #.');
  }
  return url.href.replace(/\/+$/, '');
}

const invalid = (message: string): AppError => new AppError('INVALID_INPUT', message);

/** 127.0.0.0/8, ::1 and localhost (RFC 6890, RFC 6761). `URL` has already put addresses into canonical form. */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
