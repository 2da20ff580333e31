import type { Fetch } from '../../src/main/ports.ts';
import { createMicrosoftProvider } from '../../src/main/providers/microsoft/microsoft-provider.ts';
import type { PullPage } from '../../src/main/providers/provider.ts';

export const CALENDAR = 'AQMk=';
export const GRAPH = 'http://127.0.0.1:1/microsoft/v1.0';
export const EVENTS = '/microsoft/v1.0/me/calendars/AQMk%3D/events';
export const DELTA = '/microsoft/v1.0/me/calendars/AQMk%3D/calendarView/delta';
export const WINDOW = { from: '2026-02-01T00:00:00.000Z', to: '2026-08-30T00:00:00.000Z' };

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; odata.metadata=minimal', ...headers },
  });

export const graphError = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  json(
    { error: { code, message: `Because of ${code}`, innerError: { 'request-id': 'r-1' } } },
    status,
    headers,
  );

/** An event as Graph shows it, with the nulls it writes where there is nothing. */
export const event = (id: string, more: object = {}): object => ({
  '@odata.etag': `W/"${id}-1"`,
  id,
  type: 'singleInstance',
  seriesMasterId: null,
  transactionId: null,
  iCalUId: `uid-${id}`,
  subject: id,
  bodyPreview: '',
  body: { contentType: 'html', content: '' },
  location: { displayName: '' },
  isAllDay: false,
  isCancelled: false,
  isOrganizer: true,
  showAs: 'busy',
  sensitivity: 'normal',
  responseStatus: { response: 'organizer', time: '0001-01-01T00:00:00Z' },
  start: { dateTime: '2026-03-10T08:00:00.0000000', timeZone: 'UTC' },
  end: { dateTime: '2026-03-10T09:00:00.0000000', timeZone: 'UTC' },
  originalStartTimeZone: 'W. Europe Standard Time',
  recurrence: null,
  ...more,
});

/** As a delta listing shows an occurrence. */
export const occurrence = (id: string, seriesMasterId: string, day: string): object => ({
  '@odata.etag': `W/"${id}-1"`,
  id,
  type: 'occurrence',
  seriesMasterId,
  start: { dateTime: `${day}T08:00:00.0000000`, timeZone: 'UTC' },
  end: { dateTime: `${day}T09:00:00.0000000`, timeZone: 'UTC' },
});

export const page = (value: readonly object[], more: object): Response => json({ value, ...more });
export const next = (token: string): object => ({ '@odata.nextLink': `${GRAPH}/next?$skiptoken=${token}` });
export const last = (token: string): object => ({
  '@odata.deltaLink': `${GRAPH}/delta?$deltatoken=${token}`,
});

interface Sent {
  readonly method: string;
  readonly url: string;
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
      url: String(input),
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: new Headers(init?.headers),
      body: init?.body ?? null,
    });
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    if (answer === undefined || answer instanceof Error) throw answer;
    return answer.clone();
  };
  const provider = createMicrosoftProvider({ baseUrl: 'http://127.0.0.1:1/microsoft', fetch });
  return { provider, sent };
}

export async function collect(pages: AsyncIterable<PullPage>): Promise<PullPage[]> {
  const all: PullPage[] = [];
  for await (const one of pages) all.push(one);
  return all;
}

export const ids = (pages: readonly PullPage[]): string[] =>
  pages.flatMap((one) =>
    one.kind === 'page'
      ? one.changes.map((change) => (change.kind === 'event' ? change.event.id : `-${change.id}`))
      : [],
  );
