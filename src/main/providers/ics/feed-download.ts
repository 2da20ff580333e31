import { AppError } from '../../../shared/rpc/errors.ts';
import type { Clock, Fetch } from '../../ports.ts';
import { type FeedAddress, sourceName, withoutCredentials } from './feed-address.ts';
import { assertSize, decodedText, MAX_BODY_BYTES, readBody, unpacked } from './feed-body.ts';
import type { Validators } from './ics-cursor.ts';
import { badRedirect, refused, tooManyRedirects, tooSlow, unreachable } from './ics-errors.ts';
import { assertMayFetch, type NetworkRules } from './network-guard.ts';

/**
 * Reads a file. One that is longer than `maxBytes` need not be read: whatever comes back for it is longer than that.
 * @throws AppError NOT_FOUND, PERMISSION_DENIED or PROVIDER_ERROR
 */
export type ReadFile = (url: URL, maxBytes: number) => Promise<Uint8Array>;

export interface DownloadPorts extends NetworkRules {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly readFile: ReadFile;
  /** Sent to the feed's own origin only. */
  readonly headers: Readonly<Record<string, string>>;
}

export type Download =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'body';
      readonly bytes: Uint8Array;
      readonly text: string;
      readonly validators: Validators;
    };

/** For all of a download: redirects, headers and body. */
const DOWNLOAD_SECONDS = 30;
const MAX_REDIRECTS = 5;

const NO_VALIDATORS: Validators = { etag: null, lastModified: null };
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches a feed within the limits of time and size.
 * @param known what the server gave last time: it may then answer that nothing has changed
 * @throws AppError mapped by `ics-errors.ts`
 */
export async function download(
  address: FeedAddress,
  known: Validators | null,
  ports: DownloadPorts,
): Promise<Download> {
  if (address.kind === 'file') return fileBody(address.url, sourceName(address), ports);
  const source = sourceName(address);
  try {
    return await withinLimit(ports.clock, source, async (signal) => {
      const response = await follow(address, known, ports, signal);
      if (response.status === 304 && known !== null) return { kind: 'unchanged' };
      if (response.status !== 200) throw refused(source, response);
      return await webBody(response, source);
    });
  } catch (error) {
    throw error instanceof AppError ? error : unreachable(source, error);
  }
}

async function fileBody(url: URL, source: string, { readFile }: DownloadPorts): Promise<Download> {
  const file = await readFile(url, MAX_BODY_BYTES);
  assertSize(file.byteLength, source);
  const bytes = await unpacked(file, source);
  return { kind: 'body', bytes, text: decodedText(bytes, null), validators: NO_VALIDATORS };
}

async function webBody(response: Response, source: string): Promise<Download> {
  const { headers } = response;
  const bytes = await unpacked(await readBody(response, source), source);
  const charset = /charset="?([\w:.-]+)/i.exec(headers.get('content-type') ?? '')?.[1] ?? null;
  return {
    kind: 'body',
    bytes,
    text: decodedText(bytes, charset),
    validators: { etag: headers.get('etag'), lastModified: headers.get('last-modified') },
  };
}

/** The answer at the end of the redirects. What identifies us stays behind at the first other origin, for good. */
async function follow(
  address: Extract<FeedAddress, { kind: 'web' }>,
  known: Validators | null,
  ports: DownloadPorts,
  signal: AbortSignal,
): Promise<Response> {
  const source = sourceName(address);
  const common = new Headers({ accept: 'text/calendar, */*;q=0.1' });
  if (known?.etag) common.set('if-none-match', known.etag);
  if (known?.lastModified) common.set('if-modified-since', known.lastModified);
  let headers = new Headers([...common, ...Object.entries(ports.headers)]);
  if (address.authorization !== null) headers.set('authorization', address.authorization);

  let { url } = address;
  let mayBeLoopback = true;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const reach = await assertMayFetch(url, mayBeLoopback, ports);
    mayBeLoopback &&= reach === 'loopback';
    const response = await ports.fetch(url, { headers, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) return response;
    await response.body?.cancel();
    const next = redirectTarget(location, url, source);
    if (next.origin !== url.origin) headers = common;
    url = next;
  }
  throw tooManyRedirects(source, MAX_REDIRECTS);
}

function redirectTarget(location: string, from: URL, source: string): URL {
  const url = URL.parse(location.replace(/^webcals?:/i, 'https:'), from.href);
  if (url === null || !/^https?:$/.test(url.protocol)) throw badRedirect(source);
  return withoutCredentials(url).url;
}

/** Runs `work` for as long as a download may take, also when it ignores its signal. */
async function withinLimit<T>(
  clock: Clock,
  source: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const settled = new AbortController();
  const timer = clock.sleep(DOWNLOAD_SECONDS * 1000, settled.signal).then(
    () => limit.abort(tooSlow(source, DOWNLOAD_SECONDS)),
    () => undefined,
  );
  const late = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(limit.signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(limit.signal), late]);
  } finally {
    settled.abort();
    await timer;
    // What is still on its way is not wanted any more.
    limit.abort();
  }
}
