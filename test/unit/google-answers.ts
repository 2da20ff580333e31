import type { Fetch } from '../../src/main/ports.ts';
import { createGoogleProvider } from '../../src/main/providers/google/google-provider.ts';

export const CALENDAR = 'kim@example.com';
export const EVENTS = '/google/calendar/v3/calendars/kim%40example.com/events';

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
  });

export const googleError = (status: number, reason: string, location?: string): Response =>
  json(
    {
      error: {
        code: status,
        message: `Because of ${reason}`,
        errors: [{ domain: 'global', reason, location }],
      },
    },
    status,
  );

export const event = (id: string, more: object = {}): object => ({
  kind: 'calendar#event',
  id,
  etag: '"1"',
  status: 'confirmed',
  summary: id,
  start: { dateTime: '2026-03-10T09:00:00+01:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-03-10T10:00:00+01:00', timeZone: 'Europe/Berlin' },
  ...more,
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A provider whose requests are answered by `answers`, one after the other; the last one repeats. */
export function setUp(...answers: readonly (Response | Error)[]) {
  const sent: Sent[] = [];
  const fetch: Fetch = async (input, init) => {
    const url = new URL(String(input));
    sent.push({
      method: init?.method ?? 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: new Headers(init?.headers),
      body: init?.body ?? null,
    });
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    if (answer === undefined || answer instanceof Error) throw answer;
    return answer.clone();
  };
  const provider = createGoogleProvider({ baseUrl: 'http://127.0.0.1:1/google', fetch, subject: 'sub-1' });
  return { provider, sent };
}
