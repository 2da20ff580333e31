import type { Fetch } from '../../src/main/ports.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';

/** A server that answers with the right status and the wrong thing. */
export interface HostileNetwork {
  readonly fetch: Fetch;
  /** How many answers were spoilt since it was switched on. */
  readonly spoilt: () => number;
  /** Spoils about one answer in three from now on, always the same for the same seed; null leaves all as they are. */
  spoil(how: { readonly seed: number; readonly shape: Shape } | null): void;
}

/**
 * `malformed`: no contract allows it, so that it has to be refused as a whole. `anything`: what is well formed and
 * absurd as well, which may have to be believed.
 */
export type Shape = 'malformed' | 'anything';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const DEEP = 20_000;

/** Stands between the app and the servers and rewrites the JSON that comes back. */
export function hostileNetwork(direct: Fetch): HostileNetwork {
  let spoilt = 0;
  let random: (() => number) | null = null;
  let shape: Shape = 'malformed';
  return {
    spoilt: () => spoilt,
    spoil(how) {
      spoilt = 0;
      random = how === null ? null : seededRandom(how.seed).unit;
      shape = how?.shape ?? 'malformed';
    },
    async fetch(input, init) {
      const response = await direct(input, init);
      const text = await response.text();
      const { status, headers } = response;
      const body =
        random !== null && response.ok && text !== '' && random() < 1 / 3 ? spoil(text, shape, random) : text;
      if (body !== text) spoilt += 1;
      return new Response(status === 204 ? null : body, { status, headers });
    },
  };
}

function spoil(text: string, shape: Shape, random: () => number): string {
  const whole = [
    () => text.slice(0, Math.floor(text.length * random())),
    () => '<!doctype html><html><body>Please sign in to the hotel network</body></html>',
    () => 'null',
    () => '[]',
    () => '"ok"',
    () => `${text}${text}`,
    () => '{"a":'.repeat(DEEP),
    () => `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
    () => '{"__proto__":{"items":[]}}',
  ];
  if (random() < 0.3) return pick(whole, random)();
  const body = JSON.parse(text) as Json;
  const places = placesIn(body).filter(({ value }) => shape === 'anything' || isRequired(value));
  if (places.length === 0) return pick(whole, random)();
  const { owner, key, value } = pick(places, random);
  set(owner, key, pick(shape === 'anything' ? ABSURD : wrongFor(value), random));
  return JSON.stringify(body);
}

interface Place {
  readonly owner: Json[] | { [key: string]: Json };
  readonly key: string | number;
  readonly value: { readonly name: string | number; readonly is: Json };
}

function placesIn(json: Json): readonly Place[] {
  if (json === null || typeof json !== 'object') return [];
  const entries = Array.isArray(json) ? [...json.entries()] : Object.entries(json);
  return entries.flatMap(([key, is]) => [{ owner: json, key, value: { name: key, is } }, ...placesIn(is)]);
}

function set(owner: Place['owner'], key: string | number, value: Json): void {
  if (Array.isArray(owner)) owner[Number(key)] = value;
  else owner[key] = value;
}

/** Names that both contracts use for what must be there in one type only. */
const REQUIRED = new Set([
  'items',
  'value',
  'responses',
  'id',
  'version',
  'start',
  'end',
  'technicianIds',
  'nextCursor',
  'results',
  'status',
]);

const isRequired = ({ name }: Place['value']): boolean => REQUIRED.has(String(name));

const wrongFor = ({ is }: Place['value']): readonly Json[] =>
  typeof is === 'string' ? [17, true, {}, [], nested(), ''] : ['text', 17, nested()];

const nested = (): Json => {
  let json: Json = 'deep';
  for (let depth = 0; depth < 500; depth += 1) json = depth % 2 === 0 ? [json] : { a: json };
  return json;
};

const ABSURD: readonly Json[] = [
  null,
  -1,
  1e308,
  '',
  'x'.repeat(200_000),
  '\u0000\u001b[2J\u202e',
  '../../etc/passwd',
  "'; DROP TABLE event_mapping; --",
  '9999-12-31',
  '9999-99-99T99:99:99Z',
  '0000-00-00',
  '-271821-04-20T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '2026-11-24T25:61:61+99:99',
  'Mars/Olympus_Mons',
  'cancelled',
  [],
  {},
  nested(),
];

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}
