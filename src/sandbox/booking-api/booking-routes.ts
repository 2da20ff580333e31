import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Booking } from '../../shared/domain/booking.ts';
import type { Faults } from '../faults.ts';
import { instantOf } from '../wall-time.ts';
import { assertSees, type DeviceOf, sightOf } from './access.ts';
import { BookingDraft, BookingPatch } from './bookings.ts';
import type { Device } from './devices.ts';
import {
  cursorExpired,
  decodeCursor,
  decodePageToken,
  encodeCursor,
  encodePageToken,
  PageSize,
} from './paging.ts';
import { Problem, parse } from './problem.ts';
import type { BookingState } from './state.ts';

const DateOrTime = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

const ListQuery = z.object({
  technicianId: z.string().optional(),
  projectId: z.string().optional(),
  from: DateOrTime.optional(),
  to: DateOrTime.optional(),
  pageSize: PageSize,
  pageToken: z.string().optional(),
});

const ChangesQuery = z.object({ cursor: z.string(), pageSize: PageSize });

type ById = { Params: { id: string } };

/**
 * Bookings. Hooks that can be injected here: `empty-listing`, `repeat-page`, `endless-pages` (all on listing and
 * change feed), `expire-cursor`, and `stale-read` on `GET /bookings/{id}`.
 */
export function bookingRoutes(
  app: FastifyInstance,
  state: BookingState,
  faults: Faults,
  deviceOf: DeviceOf,
): void {
  const { bookings } = state;
  let serial = 0;

  app.get('/bookings', async (request) => {
    const query = parse(ListQuery, request.query);
    const device = deviceOf(request);
    if (query.technicianId !== undefined) assertSees(device, query.technicianId);
    // The cursor is dated from the first page: a booking that changes behind the reader's back is in the feed.
    const here =
      query.pageToken === undefined
        ? { after: '', since: bookings.changeCount, serial: 0 }
        : decodePageToken(query.pageToken);
    const cursor = encodeCursor(state.cursorAt(here.since));
    if (faults.takeHook('booking', 'empty-listing', request) !== null) return { items: [], cursor };
    const { items, more } = bookings.list(
      {
        technicianId: query.technicianId ?? null,
        projectId: query.projectId ?? null,
        from: query.from === undefined ? Number.NEGATIVE_INFINITY : instantOf(query.from, 'UTC'),
        to: query.to === undefined ? Number.POSITIVE_INFINITY : instantOf(query.to, 'UTC'),
      },
      sightOf(device),
      here.after,
      query.pageSize,
    );
    if (faults.takeHook('booking', 'endless-pages', request) !== null) {
      return { items, nextPageToken: query.pageToken ?? encodePageToken(here) };
    }
    serial += 1;
    if (faults.takeHook('booking', 'repeat-page', request) !== null) {
      return { items, nextPageToken: encodePageToken({ ...here, serial }) };
    }
    if (!more) return { items, cursor };
    return { items, nextPageToken: encodePageToken({ ...here, after: items.at(-1)?.id ?? '', serial }) };
  });

  app.get('/bookings/changes', async (request) => {
    const query = parse(ChangesQuery, request.query);
    if (faults.takeHook('booking', 'expire-cursor', request) !== null) throw cursorExpired();
    const seen = state.seenBy(decodeCursor(query.cursor));
    const page = bookings.changes(seen, sightOf(deviceOf(request)), query.pageSize);
    if (faults.takeHook('booking', 'endless-pages', request) !== null) {
      return { items: page.items, nextCursor: query.cursor, hasMore: true };
    }
    return { items: page.items, nextCursor: encodeCursor(state.cursorAt(page.seen)), hasMore: page.more };
  });

  app.get<ById>('/bookings/:id', async (request, reply) => {
    const booking = visible(state, deviceOf(request), request.params.id);
    const stale = faults.takeHook('booking', 'stale-read', request) !== null;
    return answer(reply, stale ? (bookings.previous(booking.id) ?? booking) : booking);
  });

  app.post('/bookings', async (request, reply) => {
    const draft = parse(BookingDraft, request.body);
    if (!sightOf(deviceOf(request))(draft.technicianIds)) {
      throw new Problem(
        403,
        'not_allowed',
        'This device may only create bookings of technicians it may see.',
      );
    }
    assertTechnicians(state, draft.technicianIds);
    const booking = bookings.create(draft);
    reply.code(201).header('location', `${request.url}/${encodeURIComponent(booking.id)}`);
    return answer(reply, booking);
  });

  app.patch<ById>('/bookings/:id', async (request, reply) => {
    const current = visible(state, deviceOf(request), request.params.id);
    const patch = parse(BookingPatch, request.body);
    assertTechnicians(state, patch.technicianIds ?? []);
    assertCurrent(request.headers['if-match'], current);
    if (moves(current, patch)) {
      assertMovable(state, current);
      const obstacle = bookings.obstacle(current.id, patch);
      if (obstacle !== null) {
        throw new Problem(
          409,
          'slot_unavailable',
          'Another confirmed booking of the technician is in this slot.',
        );
      }
    }
    return answer(reply, bookings.patch(current.id, patch));
  });
}

function answer(reply: FastifyReply, booking: Booking): FastifyReply {
  return reply.header('etag', `"${booking.version}"`).send(booking);
}

function visible(state: BookingState, device: Device, id: string): Booking {
  const booking = state.bookings.get(id);
  if (booking !== undefined && sightOf(device)(booking.technicianIds)) return booking;
  throw new Problem(404, 'not_found', `There is no booking ${id} that this device may see.`);
}

function assertTechnicians(state: BookingState, technicianIds: readonly string[]): void {
  const unknown = technicianIds.find((id) => !state.technicians.has(id));
  if (unknown !== undefined) throw new Problem(422, 'invalid_request', `There is no technician ${unknown}.`);
}

/** RFC 9110 section 13.1.1: strong comparison against each entity tag of the list, or `*`. */
function assertCurrent(ifMatch: string | undefined, current: Booking): void {
  if (ifMatch === undefined) {
    throw new Problem(428, 'precondition_required', 'Send If-Match with the version that you have seen.');
  }
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes(`"${current.version}"`)) return;
  throw new Problem(412, 'version_mismatch', 'The booking has changed since.', { current });
}

function moves(current: Booking, patch: BookingPatch): boolean {
  const { start = current.start, end = current.end, timeZone = current.timeZone } = patch;
  return (
    start.length !== current.start.length ||
    instantOf(start, timeZone) !== instantOf(current.start, current.timeZone) ||
    instantOf(end, timeZone) !== instantOf(current.end, current.timeZone)
  );
}

function assertMovable(state: BookingState, { id, status }: Booking): void {
  if (!state.capabilities.reschedule) {
    throw new Problem(403, 'not_allowed', 'Bookings of this company cannot be moved by technicians.');
  }
  if (!state.bookings.isMovable(id)) {
    throw new Problem(403, 'not_allowed', 'This appointment is fixed. Ask dispatch to move it.');
  }
  if (status === 'cancelled') {
    throw new Problem(403, 'not_allowed', 'This booking is cancelled and cannot be moved.');
  }
}
