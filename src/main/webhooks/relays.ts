import { z } from 'zod';
import { BOOKING_API_OWNER, type Vault } from '../auth/vault.ts';
import type { BookingApi } from '../booking/booking-port.ts';
import type { Clock, Random } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { NotifyingProvider } from './notification.ts';

export interface RelayPorts {
  readonly store: Pick<Store, 'meta'>;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  readonly booking: () => Promise<BookingApi>;
  /** Which booking system it is. */
  readonly host: () => string;
}

/** What is known of a relay beside its address, which is in the vault: whoever knows it can post there. */
const Relay = z.object({ id: z.string(), host: z.string(), expiresAt: z.string().nullable() });

/** A relay that ends sooner is not worth a channel. */
const LEFT_MS = 12 * 3_600_000;

/** The addresses at which the booking system takes notifications in for this device, one for each provider. */
export class Relays {
  readonly #ports: RelayPorts;

  constructor(ports: RelayPorts) {
    this.#ports = ports;
  }

  /** Whether a relay is one of ours. */
  isOwn(id: string, provider: NotifyingProvider): boolean {
    return this.#known(provider)?.id === id;
  }

  /** The address of a provider's relay, which is opened where there is none. @throws AppError */
  async callbackUrl(provider: NotifyingProvider): Promise<string> {
    const { store, vault, random, booking, host } = this.#ports;
    const known = this.#known(provider);
    const address = known === null ? null : await vault.get(BOOKING_API_OWNER, purpose(provider));
    if (address !== null) return address;
    const opened = await (await booking()).openRelay(provider, random.uuid());
    await vault.put(BOOKING_API_OWNER, purpose(provider), opened.callbackUrl);
    store.meta.setJson(purpose(provider), { id: opened.id, host: host(), expiresAt: opened.expiresAt });
    return opened.callbackUrl;
  }

  /** Closes a provider's relay, as far as the booking system can be reached. @throws AppError */
  async close(provider: NotifyingProvider): Promise<void> {
    const { booking, random } = this.#ports;
    const stored = this.#ports.store.meta.get(purpose(provider));
    const known = stored === null ? null : this.#known(provider);
    this.forget(provider);
    if (known !== null) await (await booking()).closeRelay(known.id, random.uuid());
  }

  /** What was opened belongs to another device now. */
  forget(provider: NotifyingProvider): void {
    this.#ports.vault.delete(BOOKING_API_OWNER, purpose(provider));
    this.#ports.store.meta.delete(purpose(provider));
  }

  #known(provider: NotifyingProvider): z.infer<typeof Relay> | null {
    const { store, clock, host } = this.#ports;
    const known = store.meta.getJson(purpose(provider), Relay);
    if (known === null || known.host !== host()) return null;
    const left =
      known.expiresAt === null
        ? Number.POSITIVE_INFINITY
        : Date.parse(known.expiresAt) - clock.now().getTime();
    return left > LEFT_MS ? known : null;
  }
}

const purpose = (provider: NotifyingProvider): string => `relay:${provider}`;
