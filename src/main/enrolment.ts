import { z } from 'zod';
import { Capabilities, Technician } from '../shared/domain/booking.ts';
import { AppError, elaborated } from '../shared/rpc/errors.ts';
import type { AppPorts } from './app-contract.ts';
import { BOOKING_API_OWNER, type Vault } from './auth/vault.ts';
import type { BookingApi } from './booking/booking-port.ts';
import type { EventSource } from './booking/event-stream.ts';
import { textPrint } from './engine/planner/fingerprint.ts';
import { firstContact } from './first-contact.ts';
import type { HttpOptions } from './schedule/http.ts';
import type { Store } from './store/store.ts';

const ENROLMENT = 'enrolment';
const TOKEN = 'token';
const DAY_MS = 86_400_000;
/** How soon to ask again who we are when that could not be asked. */
const ASK_AGAIN_MS = 10 * 60_000;

/** Who this device is to the booking system. The token is in the vault. */
const Enrolled = z.object({
  url: z.string(),
  technician: Technician,
  capabilities: Capabilities,
  /** When the booking system last said so: UTC instant. */
  askedAt: z.string(),
  /** Fingerprint of the token where it comes from the environment, so that another one is asked about again. */
  environmentToken: z.string().nullable(),
});
type Enrolled = z.infer<typeof Enrolled>;

/** What a caller may watch of the requests to the booking system. */
export type RequestWatch = Pick<HttpOptions, 'onRequest' | 'onRetry' | 'giveUp'> &
  Partial<Pick<HttpOptions, 'fetch'>>;

/** The connection to the central booking system: enrolled once, or given by the environment. */
export class Enrolment {
  readonly #ports: AppPorts;
  readonly #store: Store;
  readonly #vault: Vault;
  /** When it was last asked in vain who this device is: milliseconds since the epoch. */
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(ports: AppPorts, store: Store, vault: Vault) {
    this.#ports = ports;
    this.#store = store;
    this.#vault = vault;
  }

  isEnrolled(): boolean {
    return this.#vault.has(BOOKING_API_OWNER, TOKEN) || this.#environment() !== null;
  }

  /** Who this device is, as far as it is known without asking. */
  known(): Technician | null {
    return this.#stored()?.technician ?? null;
  }

  /** Scheme, host and port of the booking system, as far as it is known without asking. */
  knownOrigin(): string | null {
    const url = this.#stored()?.url ?? this.#environment()?.url;
    return url === undefined ? null : (URL.parse(url)?.origin ?? null);
  }

  /** Host name of the booking system, as far as it is known without asking. */
  knownHost(): string | null {
    const url = this.#stored()?.url ?? this.#environment()?.url;
    return url === undefined ? null : (URL.parse(url)?.hostname ?? null);
  }

  /**
   * Enrols with a code, or with a token that was handed over. Nothing is stored before the booking system has said
   * who this device is.
   * @throws AppError PERMISSION_DENIED for a wrong or used code; AUTH_EXPIRED for a token that is not accepted
   */
  async enrol(
    input: { readonly url: string } & ({ readonly code: string } | { readonly token: string }),
  ): Promise<Technician> {
    const { bookingBaseUrl } = await import('./booking/booking-base-url.ts');
    const url = bookingBaseUrl(input.url);
    // A code is good for one use: make sure the token can be kept before the code is spent.
    await this.#vault.put(BOOKING_API_OWNER, 'probe', 'probe');
    this.#vault.delete(BOOKING_API_OWNER, 'probe');
    const { token, technician, capabilities } = await firstContact(async () => {
      const token = 'token' in input ? input.token : await this.#trade(url, input.code);
      return { token, ...(await (await this.#client(url, token)).me()) };
    }).catch((error: unknown) => {
      throw atFirst(error, 'token' in input ? 'token' : 'code');
    });
    await this.#vault.put(BOOKING_API_OWNER, TOKEN, token);
    this.#remember({ url, technician, capabilities, environmentToken: null });
    // Another booking system knows nothing of the cursor of the last one.
    this.#store.bookings.clearCursor();
    this.#store.feedBookings.clearPosition();
    return technician;
  }

  /** A client with the enrolled device's token. */
  async api(watch: RequestWatch = {}): Promise<BookingApi> {
    const { url, token } = await this.#credentials();
    return this.#client(url, token, watch);
  }

  /**
   * Host name of the booking system.
   * @throws AppError PRECONDITION_FAILED, detail `not-ready`
   */
  host(): string {
    const url = this.#vault.has(BOOKING_API_OWNER, TOKEN)
      ? this.#store.meta.getJson(ENROLMENT, Enrolled)?.url
      : this.#environment()?.url;
    if (url === undefined) throw notEnrolled();
    return new URL(url).hostname;
  }

  /**
   * Who this device is and what the booking system can do; asked once a day. Where it cannot say, the last answer
   * stands: what really needs the booking system will meet the same failure.
   * @param watch whoever waits for nobody gives a way out that keeps to the pauses that the booking system asks for
   */
  async identity(
    watch: RequestWatch = {},
  ): Promise<{ readonly technician: Technician; readonly capabilities: Capabilities }> {
    const stored = this.#stored();
    const now = this.#ports.clock.now().getTime();
    if (stored !== null && now - Date.parse(stored.askedAt) < DAY_MS && now >= Date.parse(stored.askedAt))
      return stored;
    if (stored !== null && Math.abs(now - this.#failedAt) < ASK_AGAIN_MS) return stored;
    const { url, token, fromEnvironment } = await this.#credentials();
    try {
      const { technician, capabilities } = await (await this.#client(url, token, watch)).me();
      this.#remember({
        url,
        technician,
        capabilities,
        environmentToken: fromEnvironment ? textPrint(token) : null,
      });
      return { technician, capabilities };
    } catch (error) {
      if (stored === null) throw error;
      this.#failedAt = now;
      this.#ports.log('warn', 'booking', 'The booking system does not say who this device is', {
        error: String(error),
      });
      return stored;
    }
  }

  /** Where the booking system pushes events from; null where it does not, or while nobody is enrolled. */
  async eventSource(watch: RequestWatch): Promise<EventSource | null> {
    if (!this.isEnrolled()) return null;
    const { capabilities } = await this.identity(watch);
    if (!capabilities.events) return null;
    const [{ url, token }, { bookingBaseUrl }] = await Promise.all([
      this.#credentials(),
      import('./booking/booking-base-url.ts'),
    ]);
    return { url: `${bookingBaseUrl(url)}/events`, token, userAgent: this.#ports.userAgent };
  }

  #remember(enrolled: Omit<Enrolled, 'askedAt'>): void {
    this.#store.meta.setJson(ENROLMENT, { ...enrolled, askedAt: this.#ports.clock.now().toISOString() });
  }

  /** What is remembered, unless the environment now names another booking system or token. */
  #stored(): Enrolled | null {
    const stored = this.#store.meta.getJson(ENROLMENT, Enrolled);
    if (stored === null) return null;
    if (this.#vault.has(BOOKING_API_OWNER, TOKEN)) return stored.environmentToken === null ? stored : null;
    const given = this.#environment();
    if (given === null) return null;
    return stored.url === given.url && stored.environmentToken === textPrint(given.token) ? stored : null;
  }

  #environment(): { readonly url: string; readonly token: string } | null {
    const { BOOKING_API_URL: url, BOOKING_API_TOKEN: token } = this.#ports.environment;
    return url && token ? { url, token } : null;
  }

  async #credentials(): Promise<{ url: string; token: string; fromEnvironment: boolean }> {
    const token = await this.#vault.get(BOOKING_API_OWNER, TOKEN);
    const url = this.#store.meta.getJson(ENROLMENT, Enrolled)?.url;
    if (token !== null && url !== undefined) return { url, token, fromEnvironment: false };
    const given = this.#environment();
    if (given === null) throw notEnrolled();
    return { ...given, fromEnvironment: true };
  }

  async #trade(baseUrl: string, code: string): Promise<string> {
    const { enrol } = await import('./booking/booking-client.ts');
    const { userAgent, deviceName } = this.#ports;
    const attempt = this.#ports.random.uuid();
    const fetch = await this.#http({});
    const { token } = await enrol({ baseUrl, code, deviceName, attempt, userAgent, fetch });
    return token;
  }

  async #client(baseUrl: string, token: string, watch: RequestWatch = {}): Promise<BookingApi> {
    const { createBookingApi } = await import('./booking/booking-client.ts');
    return createBookingApi({
      baseUrl,
      token,
      fetch: await this.#http(watch),
      userAgent: this.#ports.userAgent,
    });
  }

  async #http(watch: RequestWatch): Promise<AppPorts['fetch']> {
    const { createHttp } = await import('./schedule/http.ts');
    const { fetch, clock, random, log } = this.#ports;
    return createHttp({ fetch, clock, random, log, ...watch });
  }
}

/** What was refused is what has just been given, a code or a token, and not what has worked before. */
function atFirst(error: unknown, given: 'code' | 'token'): unknown {
  if (!(error instanceof AppError)) return error;
  const said = (sentence: string): AppError => elaborated(error, { cause: error }, sentence);
  switch (error.code) {
    case 'AUTH_EXPIRED':
      return said(
        `The booking system does not accept this ${given}. Copy it again, whole, or ask dispatch for another.`,
      );
    case 'NOT_FOUND':
      return said(
        'There is no booking system at this address. Copy it again, whole: it usually ends in “/api/v1”.',
      );
    default:
      return error;
  }
}

const notEnrolled = (): AppError =>
  new AppError(
    'PRECONDITION_FAILED',
    'This device is not enrolled yet. Enrol it with the code from dispatch.',
    { detail: 'not-ready', command: '“calendar-sync enrol --url URL --code CODE” does that.' },
  );
