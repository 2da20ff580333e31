import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxClock } from '../ports.ts';
import { instantOf } from '../wall-time.ts';
import { assertSees, type DeviceOf } from './access.ts';
import { freeSlots } from './availability.ts';
import { Problem, parse } from './problem.ts';
import { type BookingState, CalendarHealth, type SandboxTechnician } from './state.ts';

const MINUTE_MS = 60_000;
const LONGEST_SEARCH_MS = 366 * 24 * 60 * MINUTE_MS;

/** A date means its first moment, where the technician is. */
const DateOrTime = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);
const Minutes = z.coerce
  .number()
  .int()
  .min(5)
  .max(24 * 60);

const AvailabilityQuery = z.object({
  technicianId: z.string(),
  from: DateOrTime,
  to: DateOrTime,
  durationMinutes: Minutes.default(60),
  stepMinutes: Minutes.optional(),
});

const Enrolment = z.object({ code: z.string(), deviceName: z.string().min(1).max(200) });

/** `POST /devices/enrol`: the one route that needs no token. */
export function enrolmentRoutes(app: FastifyInstance, state: BookingState): void {
  app.post('/devices/enrol', async (request, reply) => {
    const { code, deviceName } = parse(Enrolment, request.body);
    const enrolled = state.devices.enrol(code, deviceName);
    if (enrolled === null) {
      throw new Problem(403, 'bad_enrolment_code', 'This enrolment code is wrong or has been used.');
    }
    return reply.code(201).send(enrolled);
  });
}

/** Who is asking, who works here, when they are free, and whether that can be trusted. */
export function companyRoutes(
  app: FastifyInstance,
  state: BookingState,
  clock: SandboxClock,
  deviceOf: DeviceOf,
): void {
  app.get('/me', async (request) => {
    const technician = existing(state, deviceOf(request).technicianId);
    return {
      technician: listed(technician),
      serverTime: clock.now().toISOString(),
      capabilities: state.capabilities,
    };
  });

  app.get('/technicians', async (request) => {
    const { sees } = deviceOf(request);
    return { items: [...state.technicians.values()].filter(({ id }) => sees.has(id)).map(listed) };
  });

  app.get('/projects', async () => ({ items: [...state.projects.values()] }));

  app.get('/availability', async (request) => {
    const query = parse(AvailabilityQuery, request.query);
    assertSees(deviceOf(request), query.technicianId);
    const technician = existing(state, query.technicianId);
    const startMs = instantOf(query.from, technician.timeZone);
    const endMs = instantOf(query.to, technician.timeZone);
    if (startMs >= endMs || endMs - startMs > LONGEST_SEARCH_MS) {
      throw new Problem(422, 'invalid_request', 'to must be after from, by a year at most.');
    }
    const blocks = state.blocks.all(technician.id).map((block) => {
      const timeZone = block.timeZone ?? technician.timeZone;
      return { startMs: instantOf(block.start, timeZone), endMs: instantOf(block.end, timeZone) };
    });
    const bookings = state.bookings.confirmed(technician.id, startMs, endMs);
    const durationMs = query.durationMinutes * MINUTE_MS;
    const stepMs = (query.stepMinutes ?? query.durationMinutes) * MINUTE_MS;
    const slots = freeSlots({ startMs, endMs, durationMs, stepMs }, technician, [...bookings, ...blocks]);
    return {
      slots: slots.map((slot) => ({
        start: new Date(slot.startMs).toISOString(),
        end: new Date(slot.endMs).toISOString(),
      })),
    };
  });

  app.put<{ Params: { id: string } }>('/technicians/:id/calendar-health', async (request) => {
    assertSees(deviceOf(request), request.params.id);
    const technician = existing(state, request.params.id);
    const health = parse(CalendarHealth, request.body);
    state.health.set(technician.id, health);
    return { technicianId: technician.id, ...health };
  });
}

const listed = ({ id, name, timeZone }: SandboxTechnician): object => ({ id, name, timeZone });

function existing(state: BookingState, technicianId: string): SandboxTechnician {
  const technician = state.technicians.get(technicianId);
  if (technician !== undefined) return technician;
  throw new Problem(404, 'not_found', `There is no technician ${technicianId}.`);
}
