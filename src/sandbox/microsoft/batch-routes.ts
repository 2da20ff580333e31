import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { GraphError } from './graph-error.ts';

const LARGEST_BATCH = 20;
/** https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits */
const AT_ONCE = 4;

const BatchItem = z.object({
  id: z.string().min(1),
  method: z
    .string()
    .toUpperCase()
    .pipe(z.enum(['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])),
  url: z.string().min(1),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).default([]),
});
type BatchItem = z.infer<typeof BatchItem>;

const Batch = z.object({ requests: z.array(z.unknown()) });

interface BatchAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const SHOWN_HEADERS = ['cache-control', 'content-type', 'location', 'preference-applied', 'retry-after'];

/**
 * Many requests in one: each is answered as if it had come alone, up to four at once, in the order in which they are
 * done.
 *
 * https://learn.microsoft.com/en-us/graph/json-batching
 */
export const batchRoutes: FastifyPluginAsync = async (app) => {
  app.post('/$batch', async (request) => {
    const items = readBatch(request.body);
    const answers = new Map(
      items.map(({ id }) => [id.toLowerCase(), Promise.withResolvers<BatchAnswer>()] as const),
    );
    const responses: BatchAnswer[] = [];
    const queue = items.values();
    // What one depends on comes before it, so it has been drawn.
    const serve = async (): Promise<void> => {
      for (const item of queue) {
        const before = await Promise.all(item.dependsOn.map((id) => answers.get(id.toLowerCase())?.promise));
        const failed = before.some((answer) => (answer?.status ?? 500) >= 400);
        const answer = failed ? failedDependency(item) : await answerTo(app, request, item);
        answers.get(item.id.toLowerCase())?.resolve(answer);
        responses.push(answer);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, serve));
    return { responses };
  });
};

/** @throws GraphError 400 when the batch as a whole makes no sense */
function readBatch(body: unknown): readonly BatchItem[] {
  const batch = Batch.safeParse(body);
  if (!batch.success) throw new GraphError(400, 'BadRequest', 'Invalid batch payload format.');
  const { requests } = batch.data;
  if (requests.length > LARGEST_BATCH) {
    const message = `Number of batch request steps exceeds the maximum value of ${LARGEST_BATCH}.`;
    throw new GraphError(400, 'BadRequest', message);
  }
  const seen = new Set<string>();
  return requests.map((given) => {
    const item = BatchItem.safeParse(given);
    if (!item.success) throw new GraphError(400, 'BadRequest', 'Invalid batch payload format.');
    assertSound(item.data, seen);
    seen.add(item.data.id.toLowerCase());
    return item.data;
  });
}

function assertSound({ id, method, headers, body, dependsOn }: BatchItem, seen: ReadonlySet<string>): void {
  const refuse = (message: string): never => {
    throw new GraphError(400, 'BadRequest', message);
  };
  if (seen.has(id.toLowerCase())) refuse(`Request Id '${id}' is not unique in the batch.`);
  if (dependsOn.some((other) => !seen.has(other.toLowerCase()))) {
    refuse(`Request Id '${id}' depends on a request that does not come before it.`);
  }
  const writes = method === 'POST' || method === 'PATCH' || method === 'PUT';
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  if (writes && (body === undefined || !hasType)) {
    refuse(`Write request id : ${id} does not contain Content-Type header or body.`);
  }
}

function failedDependency({ id }: BatchItem): BatchAnswer {
  const error = { code: 'FailedDependency', message: 'A request that this one depends on has failed.' };
  return { id, status: 424, headers: { 'Content-Type': 'application/json' }, body: { error } };
}

async function answerTo(app: FastifyInstance, batch: FastifyRequest, item: BatchItem): Promise<BatchAnswer> {
  const { authorization, host } = batch.headers;
  try {
    const answer = await app.inject({
      method: item.method,
      url: `${app.prefix}/${item.url.replace(/^\//, '')}`,
      headers: { ...(authorization && { authorization }), ...(host && { host }), ...item.headers },
      ...(item.body !== undefined && { payload: JSON.stringify(item.body) }),
    });
    const headers = Object.entries(answer.headers).filter(([name]) => SHOWN_HEADERS.includes(name));
    return {
      id: item.id,
      status: answer.statusCode,
      headers: Object.fromEntries(headers.map(([name, value]) => [titled(name), String(value)])),
      ...bodyOf(answer.body),
    };
  } catch {
    // Its connection was cut. Whoever sent the batch is still there and has to be told something.
    const error = { code: 'UnknownError', message: 'The request did not get an answer.' };
    return { id: item.id, status: 504, headers: { 'Content-Type': 'application/json' }, body: { error } };
  }
}

/** `content-type` as `Content-Type`: that is how Graph writes the headers of a batch. */
const titled = (name: string): string => name.replace(/(^|-)\w/g, (start) => start.toUpperCase());

function bodyOf(text: string): { readonly body?: unknown } {
  if (text === '') return {};
  try {
    return { body: JSON.parse(text) };
  } catch {
    return { body: text };
  }
}
