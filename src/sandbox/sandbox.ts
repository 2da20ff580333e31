import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { createBookingService } from './booking-api/booking-service.ts';
import type { BookingState } from './booking-api/state.ts';
import { Callbacks } from './callbacks.ts';
import { controlPlugin } from './control.ts';
import { Faults } from './faults.ts';
import { createGoogleService } from './google/google.ts';
import { GOOGLE_SANDBOX_CLIENT } from './google/oauth-routes.ts';
import type { GoogleState } from './google/state.ts';
import { createIcsService } from './ics/ics.ts';
import type { IcsState } from './ics/state.ts';
import { inProcessFetch } from './in-process-fetch.ts';
import { refuseUrl } from './malformed-url.ts';
import { createMicrosoftService } from './microsoft/microsoft.ts';
import { MICROSOFT_SANDBOX_CLIENT } from './microsoft/oauth-routes.ts';
import { MICROSOFT_SANDBOX_TENANT, type MicrosoftState } from './microsoft/state.ts';
import type { SandboxClock, SandboxFetch, SandboxRandom } from './ports.ts';
import { SEEDED_TOKEN, type SeedOptions, seedCompany } from './seed.ts';
import { seedFeeds } from './seed-feeds.ts';
import { seedOutlookCalendars } from './seed-outlook.ts';

/** Where the sandbox is while it does not listen: only its own `fetch` can reach it there. */
const IN_PROCESS_ORIGIN = 'http://127.0.0.1:1';

export interface SandboxOptions {
  readonly clock: SandboxClock;
  readonly random: SandboxRandom;
  /** Starts with a made-up company. Without it the services are empty. */
  readonly seed?: SeedOptions;
  /** The way to callback addresses outside the sandbox. Without it nobody is reached there. */
  readonly outside?: SandboxFetch;
}

export interface Sandbox {
  /** What the booking system remembers. Like the other services and `faults`, another object after a reset. */
  readonly booking: BookingState;
  readonly google: GoogleState;
  readonly microsoft: MicrosoftState;
  readonly ics: IcsState;
  readonly faults: Faults;
  /** Reaches the services without a socket, at the origin they have now or had before they listened. */
  readonly fetch: SandboxFetch;
  /** Opens a loopback port (0: any that is free). */
  listen(port?: number): Promise<{ origin: string }>;
  close(): Promise<void>;
  /** Begins anew at the same address: nothing is remembered, no fault is left, no request was seen. */
  reset(seed?: SeedOptions | null): void;
  /** The environment that points the app at the sandbox. The booking token is that of a seeded company. */
  env(): Record<string, string>;
  /** Where each service is; `ics` is the first feed itself, which is all that there is to know of it. */
  urls(): { booking: string; google: string; microsoft: string; ics: string; control: string };
  /** Where a feed is. @throws RangeError when there is none of that id */
  feedUrl(id: string): string;
}

/** One life of the services, from one reset to the next. */
interface World {
  readonly faults: Faults;
  readonly booking: BookingState;
  readonly google: GoogleState;
  readonly microsoft: MicrosoftState;
  readonly ics: IcsState;
  readonly app: FastifyInstance;
}

/**
 * A booking system and the calendar providers, in memory, behind one server: `/booking/api/v1`, `/google`,
 * `/microsoft`, `/ics`, `/control`. They run on the given clock, so that a week can pass in seconds.
 */
export function createSandbox({ clock, random, seed, outside }: SandboxOptions): Sandbox {
  let origin = IN_PROCESS_ORIGIN;
  const ownOrigins = (): readonly string[] => [origin, IN_PROCESS_ORIGIN];
  const ownFetch = inProcessFetch(() => world.app, ownOrigins);
  let world = createWorld(seed ?? null);

  /** Callbacks go to the sandbox's own relay, or to a client somewhere else. */
  async function callBack(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const url = new URL(input instanceof Request ? input.url : input);
    const isOwn = outside === undefined || ownOrigins().includes(url.origin);
    return isOwn ? ownFetch(input, init) : outside(input, init);
  }

  function createWorld(next: SeedOptions | null): World {
    const faults = new Faults(clock);
    const callbacks = new Callbacks({ fetch: callBack, clock, faults });
    const booking = createBookingService({ clock, random, faults, origin: () => origin });
    const google = createGoogleService({ clock, random, faults, callbacks, origin: () => origin });
    const microsoft = createMicrosoftService({ clock, random, faults, callbacks, origin: () => origin });
    const ics = createIcsService({ clock, random, faults });
    if (next !== null) {
      seedCompany(next, booking.state, google.state, clock.now());
      seedOutlookCalendars(next, microsoft.state, clock.now());
      seedFeeds(next, ics.state, clock.now());
    }

    const app = createApp(clock, random);
    app.register(booking.plugin, { prefix: '/booking/api/v1' });
    app.register(google.plugin, { prefix: '/google' });
    app.register(microsoft.plugin, { prefix: '/microsoft' });
    app.register(ics.plugin, { prefix: '/ics' });
    const services = {
      booking: booking.controlPlugin,
      google: google.controlPlugin,
      microsoft: microsoft.controlPlugin,
      ics: ics.controlPlugin,
    };
    app.register(controlPlugin({ faults, services, reset }), { prefix: '/control' });
    return {
      faults,
      booking: booking.state,
      google: google.state,
      microsoft: microsoft.state,
      ics: ics.state,
      app,
    };
  }

  function reset(next: SeedOptions | null = null): void {
    world = createWorld(next);
  }

  // The server outlives its worlds: the address stays, and so do the connections of whoever asked for the reset.
  const server = createServer(async (request, response) => {
    const { app } = world;
    await app.ready();
    app.routing(request, response);
  });

  const feedUrl = (id: string): string => `${origin}/ics${world.ics.path(id)}`;

  const firstFeed = (): string => {
    const [id] = world.ics.feeds();
    return id === undefined ? `${origin}/ics` : feedUrl(id);
  };

  const urls = () => ({
    booking: `${origin}/booking/api/v1`,
    google: `${origin}/google`,
    microsoft: `${origin}/microsoft`,
    ics: firstFeed(),
    control: `${origin}/control`,
  });

  return {
    get booking() {
      return world.booking;
    },
    get google() {
      return world.google;
    },
    get microsoft() {
      return world.microsoft;
    },
    get ics() {
      return world.ics;
    },
    get faults() {
      return world.faults;
    },
    fetch: ownFetch,
    listen: async (port = 0) => {
      await once(server.listen(port, '127.0.0.1'), 'listening');
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return { origin };
    },
    close: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
    reset,
    env: () => ({
      BOOKING_API_URL: urls().booking,
      BOOKING_API_TOKEN: SEEDED_TOKEN,
      GOOGLE_API_BASE_URL: urls().google,
      GOOGLE_AUTH_URL: `${urls().google}/o/oauth2/v2/auth`,
      GOOGLE_TOKEN_URL: `${urls().google}/token`,
      GOOGLE_REVOKE_URL: `${urls().google}/revoke`,
      GOOGLE_CLIENT_ID: GOOGLE_SANDBOX_CLIENT.id,
      GOOGLE_CLIENT_SECRET: GOOGLE_SANDBOX_CLIENT.secret,
      MICROSOFT_GRAPH_BASE_URL: urls().microsoft,
      MICROSOFT_AUTHORITY_URL: `${urls().microsoft}/login`,
      MICROSOFT_CLIENT_ID: MICROSOFT_SANDBOX_CLIENT.id,
      MICROSOFT_CLIENT_SECRET: MICROSOFT_SANDBOX_CLIENT.secret,
      MICROSOFT_TENANT: MICROSOFT_SANDBOX_TENANT,
      // Not for the app, which is told of each feed by “connect ics”, but for whoever types that.
      ICS_FEED_URL: urls().ics,
    }),
    urls,
    feedUrl,
  };
}

function createApp(clock: SandboxClock, random: SandboxRandom): FastifyInstance {
  // Google's event ids may be 1,024 characters long.
  const app = fastify({
    routerOptions: { maxParamLength: 4096 },
    frameworkErrors: ({ statusCode = 400 }, request, reply) =>
      refuseUrl({ clock, random }, statusCode, request, reply),
  });
  // Node would date its answers by the machine's clock; whoever reads them lives by the sandbox's.
  app.addHook('onSend', async (_request, reply, payload) => {
    reply.header('date', clock.now().toUTCString());
    return payload;
  });
  return app;
}
