import type { SandboxClock, SandboxRandom } from '../ports.ts';
import type { Device } from './devices.ts';
import type { EventLog } from './event-log.ts';

/** A public address whose visitors' posts come out of one device's `/events`. */
export interface Relay {
  readonly id: string;
  /** What its address ends with, known to the provider alone. */
  readonly key: string;
  readonly provider: string;
  readonly device: Device;
  /** Milliseconds since the epoch; null: until it is closed. */
  readonly expiresAt: number | null;
}

/** What a relay was sent. */
export interface Posted {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The webhook relays that are open. */
export class Relays {
  /** How long a relay lives that is opened from now on; null: until it is closed. */
  lifetimeMs: number | null = null;
  readonly #clock: SandboxClock;
  readonly #random: SandboxRandom;
  readonly #events: EventLog;
  readonly #relays = new Map<string, Relay>();

  constructor(clock: SandboxClock, random: SandboxRandom, events: EventLog) {
    this.#clock = clock;
    this.#random = random;
    this.#events = events;
  }

  open(provider: string, device: Device): Relay {
    const relay: Relay = {
      id: `relay_${this.#random.uuid()}`,
      key: Buffer.from(this.#random.bytes(24)).toString('base64url'),
      provider,
      device,
      expiresAt: this.lifetimeMs === null ? null : this.#clock.now().getTime() + this.lifetimeMs,
    };
    this.#relays.set(relay.id, relay);
    return relay;
  }

  /** Closes a relay of this device; false when it has none of that id. */
  close(id: string, device: Device): boolean {
    const relay = this.all().find((open) => open.id === id && open.device === device);
    return relay !== undefined && this.#relays.delete(relay.id);
  }

  /** The relays that are open now. */
  all(): readonly Relay[] {
    const now = this.#clock.now().getTime();
    for (const { id, expiresAt } of [...this.#relays.values()]) {
      if (expiresAt !== null && expiresAt <= now) this.#relays.delete(id);
    }
    return [...this.#relays.values()];
  }

  byKey(key: string): Relay | null {
    return this.all().find((relay) => relay.key === key) ?? null;
  }

  /** Passes on what was posted, to nobody but the device that opened the relay. */
  pass({ id, provider, device }: Relay, { headers, body }: Posted): void {
    const receivedAt = this.#clock.now().toISOString();
    this.#events.push('webhook', { relayId: id, provider, headers, body, receivedAt }, [], device);
  }
}
