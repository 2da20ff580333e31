import { z } from 'zod';
import type { GraphAnswer } from './graph-answer.ts';
import { type GraphClient, PREFER } from './graph-client.ts';
import { accepted, isTransient, read } from './microsoft-errors.ts';

/** https://learn.microsoft.com/en-us/graph/json-batching */
const REQUESTS_PER_BATCH = 20;

const BatchAnswer = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.int(),
      headers: z.record(z.string(), z.string()).nullish(),
      body: z.unknown(),
    }),
  ),
});

/**
 * Reads many resources in few requests and answers in the order of `paths`, each with its own status. What a batch
 * leaves out, or was told to ask for again later, is read by itself, so that it waits as every request does.
 * @param paths what follows `/v1.0`, encoded
 */
export async function readMany(
  client: GraphClient,
  paths: readonly string[],
): Promise<readonly GraphAnswer[]> {
  const answers: GraphAnswer[] = [];
  for (let from = 0; from < paths.length; from += REQUESTS_PER_BATCH) {
    const some = paths.slice(from, from + REQUESTS_PER_BATCH);
    const batched = some.length === 1 ? new Map<string, GraphAnswer>() : await readBatch(client, some);
    for (const [index, target] of some.entries()) {
      const answer = batched.get(String(index));
      const settled = answer !== undefined && !isTransient(answer);
      answers.push(settled ? answer : await client.send({ method: 'GET', target }));
    }
  }
  return answers;
}

async function readBatch(
  client: GraphClient,
  paths: readonly string[],
): Promise<ReadonlyMap<string, GraphAnswer>> {
  const requests = paths.map((url, index) => ({
    id: String(index),
    method: 'GET',
    url,
    headers: { prefer: PREFER },
  }));
  const body = accepted(
    await client.send({ method: 'POST', target: '/$batch', body: JSON.stringify({ requests }) }),
  );
  const { responses } = read(BatchAnswer, body, 'batch');
  return new Map(
    responses.map(({ id, status, headers, body: item }) => [
      id,
      { status, headers: new Headers(headers ?? {}), body: item },
    ]),
  );
}
