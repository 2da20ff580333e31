import { AppError } from './errors.ts';

/** How messages look on a wire that carries text: one JSON document each. */

/** The longest message that is taken from a client, in UTF-16 code units. What people write is far shorter. */
const MAX_REQUEST_CHARS = 1_000_000;

/** How deeply a message may be nested. Ours need five levels. */
const MAX_DEPTH = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * One message from outside, as a value that is safe to walk through.
 * @throws AppError INVALID_INPUT when it is too long, too deep, or no JSON
 */
export function parseRequest(text: string): unknown {
  if (text.length > MAX_REQUEST_CHARS) throw invalid('That message is too long.');
  if (isTooDeep(text)) throw invalid('That message is nested too deeply.');
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

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (CLOSING.has(code)) depth -= 1;
    else if (OPENING.has(code)) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    }
  }
  return false;
}

/** Where the string that begins at `start` ends. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}

const invalid = (message: string): AppError => new AppError('INVALID_INPUT', message);
