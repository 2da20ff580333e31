import type { Clock, Fetch, Random } from '../../ports.ts';
import { answersIn, type BatchItem, batchBody, LARGEST_BATCH } from './batch-message.ts';

/** What is asked within so long of each other is asked at the same moment. */
const GATHERING_MS = 2;

/** Requests about one event, or to create one: as small as their answers. Pages of a listing are neither. */
const ABOUT_ONE_EVENT = /\/events(\/[^/?]+)?(\?|$)/;

export interface BatchedFetchOptions {
  /** What precedes `/v1.0`, without a slash at its end. */
  readonly baseUrl: string;
  /** Sends one request; is neither to retry nor to authorize. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * A mailbox serves four requests at once, and Graph serves that many of a batch at once. So one exchange with it is
 * under way at a time, and what is asked of single events meanwhile goes into the next one as a batch, reading and
 * writing alike. Whoever asks sees none of that: each request gets an answer of its own, with its own status and its
 * own Retry-After, so that what is above retries and settles each by itself. What a whole batch meets with, each of its
 * requests meets with.
 *
 * https://learn.microsoft.com/en-us/graph/json-batching
 * https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits
 *
 * @returns a fetch for URLs and bodies that are strings, to stand below `createHttp`
 */
export function batchedFetch({ baseUrl, fetch, clock, random }: BatchedFetchOptions): Fetch {
  const root = `${baseUrl}/v1.0`;
  const waiting = new Set<Call>();
  let isBusy = false;

  /** Serves who waits, in order of arrival, until nobody does. */
  async function serve(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      if (first.isBatchable) await clock.sleep(GATHERING_MS);
      const calls = nextOf(waiting);
      for (const call of calls) waiting.delete(call);
      await (calls.length > 1 ? together(calls) : oneByOne(calls));
    }
    isBusy = false;
  }

  async function oneByOne(calls: readonly Call[]): Promise<void> {
    for (const call of calls) {
      if (call.isOver) continue;
      fetch(call.url, call.init).then(call.answer, call.fail);
      await call.over;
    }
  }

  /** Ends when each has its answer, or nobody waits for one any more. */
  async function together(calls: readonly Call[]): Promise<void> {
    const left = new AbortController();
    const over = Promise.all(calls.map((call) => call.over));
    await Promise.race([over, carry(calls, left.signal)]);
    left.abort();
    await over;
  }

  async function carry(calls: readonly Call[], signal: AbortSignal): Promise<void> {
    try {
      const items = calls.map(({ item }) => item);
      const headers = { 'content-type': 'application/json', ...authorizationOf(items) };
      const init = { method: 'POST', headers, body: batchBody(items), redirect: 'manual', signal } as const;
      const received = await fetch(`${root}/$batch`, init);
      const text = await received.text();
      if (isRefusedAsWhole(received.status)) return await oneByOne(calls);
      const answers = received.ok ? answersIn(text, items) : items.map(() => copyOf(received, text));
      for (const [index, answer] of answers.entries()) calls[index]?.answer(answer);
    } catch (reason) {
      for (const call of calls) call.fail(reason);
    }
  }

  return (input, init = {}) => {
    const url = String(input);
    // Not Graph's, so not the mailbox's.
    if (!url.startsWith(`${root}/`)) return fetch(url, init);
    const call = new Call(url, init, { ...itemOf(url.slice(root.length), init), id: random.uuid() });
    call.signal?.addEventListener('abort', () => {
      waiting.delete(call);
      call.fail(call.signal?.reason);
    });
    waiting.add(call);
    void serve();
    return call.answered;
  };
}

/** A request that waits for its turn, or for its answer. */
class Call {
  readonly url: string;
  readonly init: RequestInit;
  readonly item: BatchItem;
  readonly isBatchable: boolean;
  isOver = false;
  readonly #answered = Promise.withResolvers<Response>();
  readonly #over = Promise.withResolvers<void>();

  constructor(url: string, init: RequestInit, item: BatchItem) {
    this.url = url;
    this.init = init;
    this.item = item;
    this.isBatchable = ABOUT_ONE_EVENT.test(item.path);
  }

  /** Aborts when nobody waits for the answer any more. */
  get signal(): AbortSignal | null {
    return this.init.signal ?? null;
  }

  get answered(): Promise<Response> {
    return this.#answered.promise;
  }

  /** Resolves once it has its answer, or nobody waits for one any more. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  readonly answer = (response: Response): void => {
    this.#answered.resolve(response);
    this.#end();
  };

  readonly fail = (reason: unknown): void => {
    this.#answered.reject(reason);
    this.#end();
  };

  #end(): void {
    this.isOver = true;
    this.#over.resolve();
  }
}

/** What goes next: whoever waits longest, with all who fit into a batch with it, on behalf of the same token. */
function nextOf(waiting: ReadonlySet<Call>): readonly Call[] {
  const [first] = waiting;
  if (first === undefined || !first.isBatchable) return first === undefined ? [] : [first];
  const token = first.item.headers.get('authorization');
  return [...waiting]
    .filter(({ isBatchable, item }) => isBatchable && item.headers.get('authorization') === token)
    .slice(0, LARGEST_BATCH);
}

function itemOf(path: string, { method = 'GET', headers, body }: RequestInit): Omit<BatchItem, 'id'> {
  return { method, path, headers: new Headers(headers), body: typeof body === 'string' ? body : null };
}

function authorizationOf([first]: readonly BatchItem[]): { readonly authorization?: string } {
  const authorization = first?.headers.get('authorization') ?? null;
  return authorization === null ? {} : { authorization };
}

const copyOf = ({ status, headers }: Response, text: string): Response =>
  new Response(text === '' ? null : text, { status, headers });

/**
 * None of it was done, for a reason that may concern one of them only, or batches as such. Meant is not what is to be
 * asked again later, or on behalf of another token.
 */
const isRefusedAsWhole = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429;
