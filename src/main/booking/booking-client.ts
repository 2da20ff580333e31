import { hash } from 'node:crypto';
import createClient, { type Client } from 'openapi-fetch';
import { z } from 'zod';
import { Booking, BookingChange, Capabilities, Project, Technician } from '../../shared/domain/booking.ts';
import { BusyBlock } from '../../shared/domain/busy-block.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import { isPathSegment, pathSegment } from '../path-segment.ts';
import type { Fetch } from '../ports.ts';
import type { paths } from './booking-api.generated.ts';
import { bookingBaseUrl } from './booking-base-url.ts';
import { ofBookingSystem, refusal, retryAfter, unintelligible, unreachable } from './booking-error.ts';
import type { BlockBatchItem, BookingApi, BookingPage, RescheduleResult } from './booking-port.ts';

export interface BookingApiOptions {
  /** Address of the API, `/api/v1` included. */
  readonly baseUrl: string;
  readonly token: string;
  /** Retries, limits and time-outs are its business. Gets bodies as strings, so that it can send them again. */
  readonly fetch: Fetch;
  /** `calendar-sync/VERSION (host; platform)` */
  readonly userAgent: string;
}

const PAGE_SIZE = 200;
/** Nobody has so many bookings; a server that goes on for longer is going in circles. */
const PAGE_LIMIT = 10_000;

const Me = z.object({ technician: Technician, serverTime: z.string(), capabilities: Capabilities });
const Enrolment = z.object({ token: z.string().min(1), technicianId: z.string().min(1) });
const BookingList = z.object({
  items: z.array(Booking),
  nextPageToken: z.string().nullish(),
  cursor: z.string().nullish(),
});
const ChangeList = z.object({
  items: z.array(BookingChange),
  nextCursor: z.string().min(1),
  hasMore: z.boolean(),
});
const BlockList = z.object({ items: z.array(BusyBlock), nextPageToken: z.string().nullish() });
const BatchAnswer = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      status: z.number().int(),
      code: z.string().nullish(),
      detail: z.string().nullish(),
    }),
  ),
});
const HostedFeed = z.object({ url: z.url({ protocol: /^https?$/ }) });
const OpenedRelay = z.object({
  id: z.string().min(1).refine(isPathSegment, 'cannot be part of a URL'),
  callbackUrl: z.url({ protocol: /^https?$/ }),
  expiresAt: z.iso.datetime({ offset: true }).nullish(),
});
const Stale = z.object({ current: Booking });
const Detail = z
  .object({ detail: z.string().min(1) })
  .catch({ detail: 'The booking system gives no reason.' });

/** RFC 6750 section 2.1. What no header can carry would look like a network that is down. */
function bearer(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
  throw new AppError(
    'INVALID_INPUT',
    'The token for the booking system is not one line of letters, digits and signs. Copy it again.',
  );
}

/**
 * A client of the central booking API, version 1.
 * @throws AppError INVALID_INPUT when the address is not one that a token may be sent to, or the token is none
 */
export function createBookingApi(options: BookingApiOptions): BookingApi {
  const token = options.token.trim();
  const { DELETE, GET, PATCH, POST, PUT } = connect(
    options,
    { 'user-agent': options.userAgent, authorization: bearer(token) },
    token,
  );

  return {
    me: () => read(Me, GET('/me', unread)),
    technicians: async () =>
      (await read(z.object({ items: z.array(Technician) }), GET('/technicians', unread))).items,
    projects: async () => (await read(z.object({ items: z.array(Project) }), GET('/projects', unread))).items,

    async *list(selection): AsyncGenerator<BookingPage> {
      for (const pages = new PageTrail(); ; ) {
        const query = { ...selection, ...pages.query() };
        const page = await read(BookingList, GET('/bookings', { params: { query }, ...unread }));
        if (!page.nextPageToken) {
          if (!page.cursor) throw unintelligible('the last page of the bookings has no cursor');
          yield { kind: 'page', items: page.items, nextCursor: page.cursor };
          return;
        }
        yield { kind: 'page', items: page.items, nextCursor: null };
        pages.follow(page.nextPageToken);
      }
    },

    async *changes(cursor): AsyncGenerator<BookingPage> {
      for (const pages = new PageTrail(cursor); ; ) {
        const query = { cursor: pages.here ?? cursor, pageSize: PAGE_SIZE };
        const answer = await settle(GET('/bookings/changes', { params: { query }, ...unread }));
        if (answer.response.status === 410) {
          yield { kind: 'cursor-expired' };
          return;
        }
        const page = await read(ChangeList, answer);
        yield { kind: 'page', items: page.items, nextCursor: page.hasMore ? null : page.nextCursor };
        if (!page.hasMore) return;
        pages.follow(page.nextCursor);
      }
    },

    async get(id) {
      if (!isPathSegment(id)) return 'unaddressable';
      const answer = await settle(GET('/bookings/{id}', { params: { path: { id } }, ...unread }));
      return answer.response.status === 404 ? 'missing' : read(Booking, answer);
    },

    async patch(id, version, body, idempotencyKey): Promise<RescheduleResult> {
      const header = { 'If-Match': `"${version}"`, 'Idempotency-Key': idempotencyKey };
      const path = { id: pathSegment(id, 'booking') };
      const answer = await settle(
        PATCH('/bookings/{id}', { params: { path, header }, ...exactly(body), ...unread }),
      );
      switch (answer.response.status) {
        case 403:
          return { kind: 'not-allowed', ...Detail.parse(answer.error) };
        case 404:
          return { kind: 'missing' };
        case 409:
          return { kind: 'slot-unavailable', ...Detail.parse(answer.error) };
        case 412:
          return { kind: 'stale', ...check(Stale, answer.error) };
        default:
          return { kind: 'ok', booking: await read(Booking, answer) };
      }
    },

    async writeBlocks(body, idempotencyKey): Promise<readonly BlockBatchItem[]> {
      const header = { 'Idempotency-Key': idempotencyKey };
      const answer = await settle(
        POST('/busy-blocks:batch', { params: { header }, ...exactly(body), ...unread }),
      );
      const { results } = await read(BatchAnswer, answer);
      const retryAfterSeconds = retryAfter(answer.response.headers);
      return results.map(({ id, status, code, detail }) => ({
        id,
        status,
        code: code ?? null,
        detail: detail?.replaceAll(token, MARK) ?? null,
        retryAfterSeconds: status === 429 ? retryAfterSeconds : null,
      }));
    },

    async setCalendarHealth(id, health) {
      const path = { id: pathSegment(id, 'technician') };
      const answer = await settle(
        PUT('/technicians/{id}/calendar-health', {
          params: { path, header: { 'Idempotency-Key': keyOf([id, health]) } },
          body: health,
          ...unread,
        }),
      );
      if (!answer.response.ok) throw refusal(answer.response, answer.error);
    },

    async *blocks(technicianId): AsyncGenerator<readonly BusyBlock[]> {
      for (const pages = new PageTrail(); ; ) {
        const query = { technicianId, ...pages.query() };
        const page = await read(BlockList, GET('/busy-blocks', { params: { query }, ...unread }));
        yield page.items;
        if (!page.nextPageToken) return;
        pages.follow(page.nextPageToken);
      }
    },

    putFeed: (token, ics, idempotencyKey) =>
      read(
        HostedFeed,
        PUT('/feeds/{token}', {
          params: { path: { token }, header: { 'Idempotency-Key': idempotencyKey } },
          headers: { 'content-type': 'text/calendar; charset=utf-8' },
          body: ics,
          bodySerializer: (text) => text,
          ...unread,
        }),
      ),

    async openRelay(provider, idempotencyKey) {
      const header = { 'Idempotency-Key': idempotencyKey };
      const { id, callbackUrl, expiresAt } = await read(
        OpenedRelay,
        POST('/webhook-relays', { params: { header }, body: { provider }, ...unread }),
      );
      return { id, callbackUrl, expiresAt: expiresAt ?? null };
    },

    async closeRelay(id, idempotencyKey): Promise<void> {
      const header = { 'Idempotency-Key': idempotencyKey };
      const { response, error } = await settle(
        DELETE('/webhook-relays/{id}', { params: { path: { id }, header }, ...unread }),
      );
      if (!response.ok && response.status !== 404) throw refusal(response, error);
    },

    async deleteFeed(token, idempotencyKey): Promise<void> {
      const header = { 'Idempotency-Key': idempotencyKey };
      const { response, error } = await settle(
        DELETE('/feeds/{token}', { params: { path: { token }, header }, ...unread }),
      );
      if (!response.ok && response.status !== 404) throw refusal(response, error);
    },
  };
}

export interface EnrolOptions {
  readonly baseUrl: string;
  /** As dispatch gave it to the technician; good for one use. */
  readonly code: string;
  /** What dispatch sees this device called. */
  readonly deviceName: string;
  /** Another one for each time that a person asks for it, so that an earlier refusal is not repeated. */
  readonly attempt: string;
  readonly fetch: Fetch;
  readonly userAgent: string;
}

/**
 * Trades an enrolment code for a token.
 * @throws AppError PERMISSION_DENIED when the code is wrong or has been used
 */
export async function enrol(
  options: EnrolOptions,
): Promise<{ readonly token: string; readonly technicianId: string }> {
  const { code, deviceName } = options;
  const { POST } = connect(options, { 'user-agent': options.userAgent }, code);
  // A code is good for one use: should the answer be lost, the same key gets it again.
  const header = { 'Idempotency-Key': keyOf([code, deviceName, options.attempt]) };
  const answer = await settle(
    POST('/devices/enrol', { params: { header }, body: { code, deviceName }, ...unread }),
  );
  if (answer.response.status === 403) {
    throw new AppError(
      'PERMISSION_DENIED',
      'This enrolment code is wrong or has been used. Ask dispatch for a new one.',
      { detail: 'bad_enrolment_code' },
    );
  }
  return read(Enrolment, answer);
}

/** The same for the same thing said again, and tells nothing of it. */
const keyOf = (said: unknown): string => hash('sha256', JSON.stringify(said), 'base64url');

/** The answer's body is left for `read`, which judges it. */
const unread = { parseAs: 'stream' } as const;

/** A body that is already JSON: a retry must be, byte for byte, what the journal remembers. */
const exactly = (json: string): { readonly body: object; readonly bodySerializer: () => string } => ({
  body: {},
  bodySerializer: () => json,
});

/** @param secret what is sent to open the door; it is taken out of a refusal that repeats it, since refusals are logged */
function connect(
  { baseUrl, fetch }: Pick<BookingApiOptions, 'baseUrl' | 'fetch'>,
  headers: Record<string, string>,
  secret: string,
): Client<paths> {
  return createClient<paths>({
    baseUrl: bookingBaseUrl(baseUrl),
    headers,
    fetch: async (request) => {
      const answer = await fetch(request.url, {
        method: request.method,
        headers: request.headers,
        // The token is for this server only, wherever it would like to send us.
        redirect: 'manual',
        ...(request.body !== null && { body: await request.text() }),
      });
      return answer.ok || answer.body === null ? answer : without(secret, answer);
    },
  });
}

const MARK = '[redacted]';

async function without(secret: string, answer: Response): Promise<Response> {
  const text = await answer.text();
  const { status, statusText, headers } = answer;
  return new Response(text.replaceAll(secret, MARK), { status, statusText, headers });
}

interface Answer {
  readonly response: Response;
  /** The parsed body of a refusal. */
  readonly error?: unknown;
}

/** Waits for an answer of whatever status. */
async function settle(answer: Answer | Promise<Answer>): Promise<Answer> {
  let arrived: Answer;
  try {
    arrived = await answer;
  } catch (error) {
    throw error instanceof AppError ? ofBookingSystem(error) : unreachable(error);
  }
  const { response } = arrived;
  // A sign-in page of some network between us: nothing was done, whatever its status.
  if (response.ok && response.headers.get('content-type')?.startsWith('text/html')) {
    throw unintelligible('it is a web page');
  }
  return arrived;
}

/** The body of a successful answer, once it has been found to be what the contract says. */
async function read<Schema extends z.ZodType>(
  schema: Schema,
  pending: Answer | Promise<Answer>,
): Promise<z.infer<Schema>> {
  const { response, error } = await settle(pending);
  if (!response.ok) throw refusal(response, error);
  const text = await response.text().catch((cause: unknown) => {
    throw unreachable(cause);
  });
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw unintelligible('it is not JSON, or was cut off', cause);
  }
  return check(schema, body);
}

function check<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unintelligible(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'malformed'}`, result.error);
}

/** The pages already read, so that a server that sends us round in circles is found out. */
class PageTrail {
  here: string | null;
  readonly #seen = new Set<string>();

  constructor(start: string | null = null) {
    this.here = start;
    if (start !== null) this.#seen.add(start);
  }

  query(): { pageSize: number; pageToken?: string } {
    return { pageSize: PAGE_SIZE, ...(this.here !== null && { pageToken: this.here }) };
  }

  /** @throws AppError PROVIDER_ERROR when `next` leads back to a page already read */
  follow(next: string): void {
    if (this.#seen.has(next)) throw unintelligible('its pages go round in circles');
    if (this.#seen.size >= PAGE_LIMIT) throw unintelligible('its pages have no end');
    this.#seen.add(next);
    this.here = next;
  }
}
