import { Agent, fetch } from 'undici';
import type { Fetch } from '../../src/main/ports.ts';

/** With connections of its own: left alone it would use those of the fetch inside Node, and fail as that does. */
const agent = new Agent();

/** Fetch as the headless program has it; see `src/main/headless/network.ts`. */
export const realFetch: Fetch = async (input, init) => {
  // The types of undici and of Node have the same things under different names.
  const answer: unknown = await fetch(String(input), { ...(init as object), dispatcher: agent });
  return answer as Response;
};

/** The answer read to its end, so that nothing of it is under way any more. */
export async function inWhole(answer: Response): Promise<Response> {
  const { status, headers } = answer;
  const body = await answer.arrayBuffer();
  return new Response(body.byteLength === 0 ? null : body, { status, headers });
}
