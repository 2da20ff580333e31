import { AppError } from '../shared/rpc/errors.ts';

/**
 * Whether an id that somebody else chose can be a segment of a URL's path. `.` and `..` cannot, not even
 * percent-encoded: they are resolved away, and the request would reach another resource
 * (https://url.spec.whatwg.org/#double-dot-path-segment). Nor can what is no text, which has no encoding.
 */
export const isPathSegment = (id: string): boolean => id !== '.' && id !== '..' && id.isWellFormed();

/**
 * The id itself, to be encoded.
 * @param what names it in the sentence, e.g. `booking`
 * @throws AppError INVALID_INPUT, detail `unaddressable`, when no path can hold it
 */
export function pathSegment(id: string, what: string): string {
  if (isPathSegment(id)) return id;
  throw new AppError('INVALID_INPUT', unaddressable(id, what), { detail: 'unaddressable' });
}

/** What to say of an id that no path can hold. */
const unaddressable = (id: string, what: string): string =>
  `The id “${id.toWellFormed()}” of this ${what} cannot be part of a web address, so it cannot be asked about or changed. Have it given another id.`;
