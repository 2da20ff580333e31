/** A multistatus of the stand-in, cut up as text: what is in it is escaped, so that no tag is hidden in another. */
const RESPONSE = /<d:response>.*?<\/d:response>/gs;

export const responsesIn = (document: string): readonly string[] => document.match(RESPONSE) ?? [];

/** The document with other responses. */
export function withResponses(document: string, responses: readonly string[]): string {
  const [first] = document.match(RESPONSE) ?? [];
  if (first === undefined) return document;
  const at = document.indexOf(first);
  const rest = document.slice(at).replace(RESPONSE, '');
  return document.slice(0, at) + responses.join('') + rest;
}

/** The sync token of a request or an answer; null for none, and for that of the beginning. */
export const tokenIn = (document: string): string | null =>
  /<d:sync-token>([^<]+)<\/d:sync-token>/.exec(document)?.[1] ?? null;
