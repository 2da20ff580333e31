/**
 * Takes secrets out of what is logged or handed to support: by the name of a field, and by the look of a text. Email
 * addresses, event ids and sync or page tokens stay, because support needs them and they open nothing.
 */

const MARK = '[redacted]';

/** What a payload may grow to as JSON, in bytes: enough to see what happened, too little to fill the disk. */
const PAYLOAD_BYTES = 4_096;

const MAX_DEPTH = 8;
const MAX_ENTRIES = 100;
/** Longer texts are cut first: it bounds what the patterns below can cost. */
const MAX_TEXT = 2_048;

/** Field names compared without case, `-` and `_`. */
const SECRET_NAMES = new Set([
  'apikey',
  'assertion',
  'auth',
  'authorization',
  'clientassertion',
  'clientstate',
  'codeverifier',
  'cookie',
  'encryptionkey',
  'privatekey',
  'proxyauthorization',
  'setcookie',
]);
const SECRET_ENDINGS = /(?:tokens?|secrets?|passwords?|passwd|passphrase|credentials?)$/;
/** Positions in a listing, and when a token ends: they open nothing. */
const HARMLESS_TOKENS = /(?:sync|page|skip|delta)token$/;

/** Parameters of a URL or form that carry a secret, besides those the field names tell. */
const SECRET_PARAMETERS = new Set(['code', 'key', 'sig', 'signature', 'state', 'pwd']);

/**
 * A copy of `value` as plain JSON data without secrets, at most 4 KB large; what is larger becomes
 * `{ truncated: true, text }`. Never throws: cycles, getters that fail and depths without end are cut.
 */
export function redact(value: unknown): unknown {
  const clean = redactValue(value, '', 0, new Set());
  const json = JSON.stringify(clean) ?? 'null';
  // A character is three bytes at most.
  if (json.length <= PAYLOAD_BYTES / 3) return clean;
  const bytes = Buffer.from(json);
  if (bytes.length <= PAYLOAD_BYTES) return clean;
  // A cut JSON text grows again when it is quoted, so half the room is what surely fits.
  return {
    truncated: true,
    text: bytes
      .subarray(0, PAYLOAD_BYTES / 2)
      .toString()
      .replace(/\uFFFD$/, ''),
  };
}

/**
 * `text` without what looks like a secret, whatever it is part of: a URL, a header, a form, JSON, a message. What is
 * longer than 2,048 characters is cut.
 */
export function redactText(text: string): string {
  if (text.length > MAX_TEXT) {
    // Between words: half a secret would not look like one any more.
    const end = text.slice(0, MAX_TEXT).search(/\s\S*$/);
    return `${redactText(text.slice(0, Math.max(end, 0)))}… (${text.length} characters)`;
  }
  // Nothing below can match without one of these, and most texts have none.
  if (
    !/[=/]|["']\s*:|-----BEGIN|eyJ|ya29|GOCSPX|bearer|basic|dpop|authorization|cookie|channel-token/i.test(
      text,
    )
  ) {
    return text;
  }
  return redactFields(
    text
      .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MARK)
      .replace(
        /\b((?:proxy-)?authorization|(?:set-)?cookie|x-goog-channel-token)(\s*:\s*)[^\s"'][^\r\n"']*/gi,
        `$1$2${MARK}`,
      )
      // The secret of a feed is in its address.
      .replace(/((?:feeds|ics)\/)[\w-]{43}(?![\w-])/g, `$1${MARK}`)
      .replace(/\b(bearer|dpop)(\s+)[\w.~+/-]{8,}=*/gi, `$1$2${MARK}`)
      .replace(/\b(basic)(\s+)[\w+/-]{16,}=*/gi, `$1$2${MARK}`)
      .replace(/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*/g, MARK)
      // Google's access tokens, client secrets and refresh tokens.
      .replace(/\bya29\.[\w.-]{8,}|\bGOCSPX-[\w-]{8,}|(?<![\w/:])1\/\/[\w-]{16,}/g, MARK)
      // The address of a calendar feed is itself the key to it.
      .replace(/\b((?:https?|webcals?):\/\/)([^\s/"'<>?#]+)\/[^\s"'<>?#]*\.ics\b/gi, `$1$2/${MARK}.ics`)
      .replace(/(\/ics\/)[^\s/"'<>?#[]+/gi, `$1${MARK}.ics`)
      .replace(/(\/feeds\/)[\w-]{32,}/g, `$1${MARK}`)
      .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/"'<>?#@]+@/gi, `$1${MARK}@`)
      .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s"'<>#]+#)[^\s"'<>]+/gi, `$1${MARK}`)
      .replace(/(^|[?&;\s"'])([\w$.%-]{1,64})=([^&;\s"'<>#]+)/g, (whole, before: string, name: string) =>
        isSecretName(name) || SECRET_PARAMETERS.has(plainName(name)) ? `${before}${name}=${MARK}` : whole,
      ),
  );
}

/** Redacts fields of JSON that stands in a text, also when it was quoted once or more: `{\"token\":\"…\"}`. */
function redactFields(text: string): string {
  // The name is looked up backwards from its quote: a pattern that began with it would try at every letter.
  const field = /(\\*["'])\s*:\s*\1/g;
  let clean = '';
  let from = 0;
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    const [, quote = ''] = match;
    const [name = ''] = /[\w-]*$/.exec(text.slice(Math.max(0, match.index - 64), match.index)) ?? [];
    if (name === '') continue;
    const start = field.lastIndex;
    const end = endOfString(text, start, quote);
    if (!isSecretField(name, text.slice(start, end))) continue;
    clean += text.slice(from, start) + MARK;
    from = end;
    field.lastIndex = end;
  }
  return clean + text.slice(from);
}

/** Where the closing quote stands: one with as many backslashes as the opening one. */
function endOfString(text: string, start: number, quote: string): number {
  let end = text.indexOf(quote, start);
  while (end > start && text[end - 1] === '\\') end = text.indexOf(quote, end + quote.length);
  return end < 0 ? text.length : end;
}

function redactValue(value: unknown, name: string, depth: number, ancestors: Set<object>): unknown {
  if (value === null || value === undefined) return value;
  if (isSecretField(name, value)) return MARK;
  switch (typeof value) {
    case 'string':
      return redactText(value);
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString();
    case 'symbol':
    case 'function':
      return `[${typeof value}]`;
    default:
      return redactObject(value, depth, ancestors);
  }
}

function redactObject(value: object, depth: number, ancestors: Set<object>): unknown {
  if (ancestors.has(value)) return '[circular]';
  if (depth >= MAX_DEPTH) return '[too deep]';
  ancestors.add(value);
  try {
    return redactEntries(value, depth + 1, ancestors);
  } catch {
    return '[unreadable]';
  } finally {
    ancestors.delete(value);
  }
}

function redactEntries(value: object, depth: number, ancestors: Set<object>): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (value instanceof URLSearchParams) return redactText(value.toString());
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value) || value instanceof Set) {
    const items = [...value];
    const kept = items.slice(0, MAX_ENTRIES).map((item) => redactValue(item, '', depth, ancestors));
    return items.length > MAX_ENTRIES ? [...kept, `[${items.length - MAX_ENTRIES} more]`] : kept;
  }
  // Object.fromEntries defines properties of its own, so that a field called __proto__ stays a field.
  return Object.fromEntries(
    entriesOf(value)
      .slice(0, MAX_ENTRIES)
      .map(([name, item]) => [redactText(name), redactValue(item, name, depth, ancestors)]),
  );
}

function entriesOf(value: object): [string, unknown][] {
  if (value instanceof Error) {
    // An Error's own message and cause are not enumerable; its stack names the person's directories.
    const { name, message, cause } = value;
    const own = Object.entries(value).filter(([key]) => key !== 'stack');
    return [
      ['name', name],
      ['message', message],
      ...own,
      ...(cause === undefined ? [] : [['cause', cause] as [string, unknown]]),
    ];
  }
  if (value instanceof Map || value instanceof Headers || value instanceof FormData) {
    return [...value].map(([key, item]): [string, unknown] => [String(key), item]);
  }
  return Object.entries(value);
}

type NameVerdict = 'secret' | 'code' | 'harmless';

/** Verdicts on names seen before: payloads have the same few over and over. */
const verdicts = new Map<string, NameVerdict>();
const MAX_VERDICTS = 1_000;

function verdictOn(name: string): NameVerdict {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const verdict = judge(plainName(name));
  if (verdicts.size < MAX_VERDICTS) verdicts.set(name, verdict);
  return verdict;
}

function judge(plain: string): NameVerdict {
  if (plain === 'code') return 'code';
  if (SECRET_NAMES.has(plain)) return 'secret';
  return SECRET_ENDINGS.test(plain) && !HARMLESS_TOKENS.test(plain) ? 'secret' : 'harmless';
}

const isSecretName = (name: string): boolean => verdictOn(name) === 'secret';

function isSecretField(name: string, value: unknown): boolean {
  const verdict = verdictOn(name);
  return verdict === 'secret' || (verdict === 'code' && !isErrorCode(value));
}

const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * A field called `code` is either a failure's code, which support needs, or a one-time code for signing in, which
 * nobody may see. Failures are named in words (`slot_unavailable`, `AUTH_EXPIRED`) or numbered as HTTP does.
 */
function isErrorCode(value: unknown): boolean {
  if (typeof value === 'number') return true;
  return typeof value === 'string' && /^(?:[A-Za-z]{2,32}(?:_[A-Za-z]{2,32}){0,6}|[1-5]\d\d|)$/.test(value);
}
