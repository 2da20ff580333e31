import { z } from 'zod';
import { Booking } from '../../../shared/domain/booking.ts';
import { BusyBlock } from '../../../shared/domain/busy-block.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { DemoWorld } from './demo-world.ts';

const EventTime = z.object({ date: z.string().optional(), dateTime: z.string().optional() });

/** As Google's API shows it. */
const SandboxEvent = z.object({
  id: z.string(),
  etag: z.string(),
  summary: z.string().default(''),
  start: EventTime,
  end: EventTime,
});
export type SandboxEvent = z.infer<typeof SandboxEvent>;

const Slot = z.object({ start: z.string(), end: z.string() });
export type Slot = z.infer<typeof Slot>;

const Request = z.object({ service: z.string(), method: z.string(), url: z.string() });
export type Request = z.infer<typeof Request>;

/** What the company's side of the wire knows about the technician at one moment. */
export interface SandboxView {
  readonly bookings: readonly Booking[];
  readonly blocks: readonly BusyBlock[];
  /** By calendar id. */
  readonly events: ReadonlyMap<string, readonly SandboxEvent[]>;
  /** What customers are offered. */
  readonly slots: readonly Slot[];
}

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });

const OFFERED_DAYS = 28;
const DAY_MS = 86_400_000;

/** Asks the sandbox over HTTP, never the program under demonstration. */
export class SandboxWitness {
  readonly #world: DemoWorld;
  readonly #from: Date;

  /** @param from the moment from which slots are offered, the same in every view */
  constructor(world: DemoWorld, from: Date) {
    this.#world = world;
    this.#from = from;
  }

  async view(): Promise<SandboxView> {
    const { technician, calendars } = this.#world;
    const technicianId = encodeURIComponent(technician.id);
    const bookings = await this.#control('booking/bookings', listOf(Booking));
    const blocks = await this.#control(`booking/busy-blocks?technicianId=${technicianId}`, listOf(BusyBlock));
    const events = new Map<string, readonly SandboxEvent[]>();
    for (const { id } of calendars) {
      const path = `google/calendars/${encodeURIComponent(id)}/events`;
      events.set(id, (await this.#control(path, listOf(SandboxEvent))).items);
    }
    return {
      bookings: bookings.items.filter(({ technicianIds }) => technicianIds.includes(technician.id)),
      blocks: blocks.items,
      events,
      slots: await this.#slots(),
    };
  }

  /** The requests that changed something since the last call; signing in is no such thing. */
  async takeWrites(): Promise<readonly Request[]> {
    const { items } = await this.#control('requests', listOf(Request));
    await this.#request(`${this.#world.sandbox.urls().control}/requests`, { method: 'DELETE' });
    return items.filter(({ method, url }) => method !== 'GET' && !/\/token(\?|$)/.test(url));
  }

  async #slots(): Promise<readonly Slot[]> {
    const { sandbox, technician } = this.#world;
    const { BOOKING_API_URL, BOOKING_API_TOKEN } = sandbox.env();
    const query = new URLSearchParams({
      technicianId: technician.id,
      from: this.#from.toISOString(),
      to: new Date(this.#from.getTime() + OFFERED_DAYS * DAY_MS).toISOString(),
      durationMinutes: '60',
      stepMinutes: '30',
    });
    const answer = await this.#request(`${BOOKING_API_URL}/availability?${query}`, {
      headers: { authorization: `Bearer ${BOOKING_API_TOKEN}` },
    });
    return z.object({ slots: z.array(Slot) }).parse(await answer.json()).slots;
  }

  async #control<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> {
    const answer = await this.#request(`${this.#world.sandbox.urls().control}/${path}`);
    return schema.parse(await answer.json());
  }

  async #request(url: string, init?: RequestInit): Promise<Response> {
    const answer = await this.#world.fetch(url, init);
    if (!answer.ok)
      throw new AppError('INTERNAL', `The sandbox answered ${answer.status} to ${new URL(url).pathname}.`);
    return answer;
  }
}
