import { z } from 'zod';

/** https://learn.microsoft.com/en-us/graph/json-batching#batch-size-limitations */
export const LARGEST_BATCH = 20;

/** One request of a batch. */
export interface BatchItem {
  /** Unique for ever, so that no answer to another batch can pass for the one to this. */
  readonly id: string;
  readonly method: string;
  /** What follows `/v1.0`, encoded. */
  readonly path: string;
  /** Its own: a batch hands nothing down but who asks. */
  readonly headers: Headers;
  /** JSON, which goes into the batch byte for byte. */
  readonly body: string | null;
}

/** The body of the request that carries them all. */
export function batchBody(items: readonly BatchItem[]): string {
  return `{"requests":[${items.map(itemText).join(',')}]}`;
}

function itemText({ id, method, path, headers, body }: BatchItem): string {
  const own = [...headers].filter(([name]) => name !== 'authorization');
  const described = {
    id,
    method,
    url: path,
    headers: { ...Object.fromEntries(own), 'client-request-id': id },
  };
  const text = JSON.stringify(described);
  return body === null ? text : `${text.slice(0, -1)},"body":${body}}`;
}

const BatchAnswer = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.int().min(200).max(599),
      headers: z.record(z.string(), z.string()).nullish(),
      body: z.unknown().optional(),
    }),
  ),
});

/**
 * What each request of a batch was answered, as if it had been sent alone. A batch whose answer cannot be read, or
 * which names what was not asked or something twice, is an answer to none of them, and one that is left out has none:
 * either may have taken effect, which is what a bad gateway says.
 * @param text the body of an answer that says that the batch was carried out
 * @returns in the order of `items`
 */
export function answersIn(text: string, items: readonly BatchItem[]): readonly Response[] {
  const answers = readAnswers(text, new Set(items.map(({ id }) => id)));
  if (answers === null) return items.map(() => badGateway('batchUnreadable'));
  return items.map(({ id }) => answers.get(id) ?? badGateway('batchIncomplete'));
}

function readAnswers(text: string, asked: ReadonlySet<string>): ReadonlyMap<string, Response> | null {
  try {
    const { responses } = BatchAnswer.parse(JSON.parse(text));
    const answers = new Map(responses.map((item) => [item.id, responseOf(item)]));
    const isOurs = answers.size === responses.length && responses.every(({ id }) => asked.has(id));
    return isOurs ? answers : null;
  } catch {
    return null;
  }
}

function responseOf({ status, headers, body }: z.infer<typeof BatchAnswer>['responses'][number]): Response {
  const isEmpty = body === undefined || body === null || status === 204 || status === 205 || status === 304;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Response(isEmpty ? null : text, { status, headers: headers ?? {} });
}

function badGateway(code: string): Response {
  const message = 'The answer to the batch says nothing of this request.';
  return Response.json({ error: { code, message } }, { status: 502 });
}
