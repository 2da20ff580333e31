import { z } from 'zod';
import { Booking } from '../../../shared/domain/booking.ts';
import { BusyBlock } from '../../../shared/domain/busy-block.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { DemoWorld } from './demo-world.ts';
import type { DemoPerson } from './people.ts';
import { type SandboxEvent, sandboxEvents } from './sandbox-event.ts';

const Slot = z.object({ start: z.string(), end: z.string() });
export type Slot = z.infer<typeof Slot>;

const Request = z.object({ service: z.string(), method: z.string(), url: z.string() });
export type Request = z.infer<typeof Request>;

/** What the company's side of the wire knows about a technician at one moment. */
export interface SandboxView {
  readonly bookings: readonly Booking[];
  readonly blocks: readonly BusyBlock[];
  /** By calendar, under the path that the sandbox shows its events at. */
  readonly events: ReadonlyMap<string, readonly SandboxEvent[]>;
  /** What customers are offered. */
  readonly slots: readonly Slot[];
}

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });

const OFFERED_DAYS = 28;
const DAY_MS = 86_400_000;

/** Asks the sandbox and the CalDAV server over HTTP, never the program under demonstration. */
export class SandboxWitness {
  readonly #world: DemoWorld;
  readonly #from: Date;
  /** What the CalDAV server had when it was last asked for what was written, each with its version. */
  #caldavBefore: readonly string[] = [];

  /** @param from the moment from which slots are offered, the same in every view */
  constructor(world: DemoWorld, from: Date) {
    this.#world = world;
    this.#from = from;
  }

  /** A view for each of the people, in their order. */
  async views(): Promise<readonly SandboxView[]> {
    const bookings = listOf(Booking).parse(await this.#control('booking/bookings')).items;
    return Promise.all(this.#world.people.map((person) => this.#view(person, bookings)));
  }

  async #view({ technician, calendars }: DemoPerson, bookings: readonly Booking[]): Promise<SandboxView> {
    const blocks = await this.#control(
      `booking/busy-blocks?technicianId=${encodeURIComponent(technician.id)}`,
    );
    const events = new Map<string, readonly SandboxEvent[]>();
    for (const { provider, eventsPath } of calendars) {
      if (provider === 'caldav') events.set(eventsPath, await this.#caldavEvents());
      else events.set(eventsPath, sandboxEvents(provider, await this.#control(eventsPath)));
    }
    return {
      bookings: bookings.filter(({ technicianIds }) => technicianIds.includes(technician.id)),
      blocks: listOf(BusyBlock).parse(blocks).items,
      events,
      slots: await this.#slots(technician.id),
    };
  }

  /** The requests that changed something since the last call; signing in is no such thing. */
  async takeWrites(): Promise<readonly Request[]> {
    const { items } = listOf(Request).parse(await this.#control('requests'));
    await this.#request(`${this.#world.sandbox.urls().control}/requests`, { method: 'DELETE' });
    const writes = items.filter(
      // A batch is the envelope of requests, each of which is noted by itself.
      ({ method, url }) => method !== 'GET' && !/\/token(\?|$)|\/\$batch(\?|$)/.test(url),
    );
    return [...writes, ...(await this.#takeCaldavWrites())];
  }

  /** A CalDAV server keeps no journal, but gives a new version to whatever is written. */
  async #takeCaldavWrites(): Promise<readonly Request[]> {
    const before = this.#caldavBefore;
    const now = (await this.#caldavEvents()).map(({ id, version }) => `${id} ${version}`);
    this.#caldavBefore = now;
    const write = (method: string) => (url: string) => ({ service: 'caldav', method, url });
    return [
      ...now.filter((event) => !before.includes(event)).map(write('PUT')),
      ...before.filter((event) => !now.includes(event)).map(write('DELETE')),
    ];
  }

  async #caldavEvents(): Promise<readonly SandboxEvent[]> {
    return (await this.#world.caldav?.events()) ?? [];
  }

  async #slots(technicianId: string): Promise<readonly Slot[]> {
    const { BOOKING_API_URL, BOOKING_API_TOKEN } = this.#world.sandbox.env();
    const query = new URLSearchParams({
      technicianId,
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

  async #control(path: string): Promise<unknown> {
    return (await this.#request(`${this.#world.sandbox.urls().control}/${path}`)).json();
  }

  async #request(url: string, init?: RequestInit): Promise<Response> {
    const answer = await this.#world.fetch(url, init);
    if (!answer.ok)
      throw new AppError('INTERNAL', `The sandbox answered ${answer.status} to ${new URL(url).pathname}.`);
    return answer;
  }
}
