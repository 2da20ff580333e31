import { AppError } from '../../shared/rpc/errors.ts';
import { parseEndpoint } from '../endpoint.ts';

/**
 * The address of a booking API, such as `https://bookings.example.com/api/v1`, as we keep it: without a slash at the
 * end. A token is sent to it with every request, hence https, save on this very machine.
 * @throws AppError INVALID_INPUT
 */
export function bookingBaseUrl(text: string): string {
  const name = 'The address of the booking system';
  const url = parseEndpoint(name, text.trim());
  if (url.search !== '' || url.hash !== '') {
    throw new AppError('INVALID_INPUT', `${name} must be a plain address without ? or #.`);
  }
  return url.href.replace(/\/+$/, '');
}
