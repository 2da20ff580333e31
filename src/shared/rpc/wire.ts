import { isNestedDeeper } from '../nesting.ts';
import { AppError } from './errors.ts';

/** How messages look on a wire that carries text: one JSON document each. */

/** The longest message that is taken from a client, in UTF-16 code units. What people write is far shorter. */
const MAX_REQUEST_CHARS = 1_000_000;

/** How deeply a message may be nested. Ours need five levels. */
const MAX_DEPTH = 32;

/**
 * One message from outside, as a value that is safe to walk through.
 * @throws AppError INVALID_INPUT when it is too long, too deep, or no JSON
 */
export function parseRequest(text: string): unknown {
  if (text.length > MAX_REQUEST_CHARS) throw invalid('That message is too long.');
  if (isNestedDeeper(text, MAX_DEPTH)) throw invalid('That message is nested too deeply.');
  return parseJson(text);
}

/** One message from the program. @throws AppError INVALID_INPUT when it is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('INVALID_INPUT', 'That message is not JSON.', { cause });
  }
}

const invalid = (message: string): AppError => new AppError('INVALID_INPUT', message);
