import { z } from 'zod';
import { type GraphClient, Link } from './graph-client.ts';
import { accepted, isCursorRefused, read, unreadable } from './microsoft-errors.ts';

/** No calendar is that large; a listing that goes on for longer does not end. */
const MAX_PAGES = 1000;

/** A page of a listing. `value` is required: an answer without it is not an empty calendar. */
const Page = z.object({
  value: z.array(z.unknown()),
  '@odata.nextLink': z.url().optional(),
  '@odata.deltaLink': z.url().optional(),
});

export interface GraphPage {
  readonly value: readonly unknown[];
  /** There is another page. */
  readonly more: boolean;
  /** Where to go on next time; on the last page of a delta listing. */
  readonly deltaLink: string | null;
}

/** The listing cannot go on from the cursor of an earlier one, and has to begin anew. */
export class CursorRefused extends Error {
  override readonly name = 'CursorRefused';
}

/**
 * Follows the links of a listing, and refuses to go round in circles.
 * @param first where to begin: what follows `/v1.0`, or the cursor of an earlier listing
 * @throws CursorRefused when that is no longer good; AppError PROVIDER_ERROR when the listing does not end or cannot
 *   be read
 */
export async function* pages(client: GraphClient, first: string | Link): AsyncGenerator<GraphPage> {
  const seen = new Set<string>();
  for (let target = first; ; ) {
    const answer = await client.send({ method: 'GET', target });
    // A link that Graph gave us cannot be a bad request: it has forgotten what it meant by it.
    const isForgotten = isCursorRefused(answer) || (target === first && answer.status === 400);
    if (first instanceof Link && isForgotten) throw new CursorRefused();
    const page = read(Page, accepted(answer), 'listing');
    const next = page['@odata.nextLink'];
    yield { value: page.value, more: next !== undefined, deltaLink: page['@odata.deltaLink'] ?? null };
    if (next === undefined) return;
    if (seen.has(next) || seen.size >= MAX_PAGES - 1) throw unreadable('the listing does not end');
    seen.add(next);
    target = new Link(next);
  }
}
