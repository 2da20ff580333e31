import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { SandboxClock } from '../ports.ts';
import { type DeviceOf, sightOf } from './access.ts';
import type { Device } from './devices.ts';
import type { EventLog, PushEvent } from './event-log.ts';
import { Problem } from './problem.ts';
import type { BookingState } from './state.ts';

const COMMENT_EVERY_MS = 15_000;

/** `GET /events`: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function eventRoutes(
  app: FastifyInstance,
  state: BookingState,
  clock: SandboxClock,
  deviceOf: DeviceOf,
): void {
  app.get('/events', (request, reply) => {
    if (!state.capabilities.events) {
      throw new Problem(501, 'not_supported', 'This booking system pushes no events. See capabilities.');
    }
    const { events } = state;
    const gone = new AbortController();
    const last = request.headers['last-event-id'];
    const frames = Readable.from(
      framesOf(events, {
        clock,
        device: deviceOf(request),
        from: events.positionOf(typeof last === 'string' ? last : undefined),
        every: state.commentEveryMs ?? COMMENT_EVERY_MS,
        signal: gone.signal,
      }),
    );
    const forget = events.opened(() => reply.raw.destroy());
    reply.raw.once('close', () => {
      forget();
      gone.abort();
    });
    return reply.type('text/event-stream').header('cache-control', 'no-store').send(frames);
  });
}

interface Listener {
  readonly clock: SandboxClock;
  readonly device: Device;
  /** The position that the device has heard of. */
  readonly from: number;
  /** Milliseconds between comments. */
  readonly every: number;
  readonly signal: AbortSignal;
}

/** What one device is told: its events, and a comment every so often so that both ends know the other is there. */
async function* framesOf(events: EventLog, listener: Listener): AsyncGenerator<string> {
  const { clock, device, every, signal } = listener;
  const now = (): number => clock.now().getTime();
  let position = listener.from;
  let commentAt = now();
  while (!signal.aborted) {
    for (const entry of events.after(position)) {
      position = entry.position;
      const { id, name, data } = entry.event;
      if (isFor(device, entry.event)) yield `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`;
    }
    if (now() >= commentAt) {
      commentAt = now() + every;
      yield ':\n\n';
    }
    if (events.end === position) await nextEvent(events, clock, commentAt - now(), signal);
  }
}

function isFor(device: Device, event: PushEvent): boolean {
  return event.device === null ? sightOf(device)(event.technicianIds) : event.device === device;
}

/** Waits for an event, or for so long. */
async function nextEvent(
  events: EventLog,
  clock: SandboxClock,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  const woken = new AbortController();
  const leave = events.onNext(() => woken.abort());
  try {
    await clock.sleep(milliseconds, AbortSignal.any([woken.signal, signal]));
  } catch {
    // Woken early, or left alone: either way there is something to look at.
  } finally {
    leave();
  }
}
