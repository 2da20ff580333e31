import type { FastifyPluginAsync } from 'fastify';
import type { Faults } from '../faults.ts';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { requireToken } from './access.ts';
import { blockRoutes } from './block-routes.ts';
import { bookingControlRoutes } from './booking-control.ts';
import { bookingRoutes } from './booking-routes.ts';
import { companyRoutes, enrolmentRoutes } from './company-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { feedRoutes, hostedFeedRoutes } from './feed-routes.ts';
import { IdempotentAnswers, keepRawBodies } from './idempotency.ts';
import { answerProblems } from './problem.ts';
import { openRelayRoutes, relayRoutes } from './relay-routes.ts';
import { BookingState } from './state.ts';

export interface BookingService {
  readonly state: BookingState;
  /** The routes below the API's base path. */
  readonly plugin: FastifyPluginAsync;
  /** Edits by human hand, for the control endpoint. */
  readonly controlPlugin: FastifyPluginAsync;
}

export interface BookingServiceOptions {
  readonly clock: SandboxClock;
  readonly random: SandboxRandom;
  readonly faults: Faults;
  /** Where the sandbox is now. */
  readonly origin: () => string;
}

/** The central booking API, version 1. */
export function createBookingService({
  clock,
  random,
  faults,
  origin,
}: BookingServiceOptions): BookingService {
  const state = new BookingState(clock, random);
  const answers = new IdempotentAnswers(clock);

  const plugin: FastifyPluginAsync = async (app) => {
    answerProblems(app);
    const rawBody = keepRawBodies(app);
    answers.attach(app, rawBody);
    faults.attach(app, 'booking');
    enrolmentRoutes(app, state);
    await app.register(async (guarded) => {
      const deviceOf = requireToken(guarded, state);
      companyRoutes(guarded, state, clock, deviceOf);
      bookingRoutes(guarded, state, faults, deviceOf);
      blockRoutes(guarded, state, faults, deviceOf);
      eventRoutes(guarded, state, clock, deviceOf);
      feedRoutes(guarded, state, origin);
      relayRoutes(guarded, state, deviceOf, origin);
    });
    hostedFeedRoutes(app, state);
    await app.register(async (open) => openRelayRoutes(open, state));
  };

  return {
    state,
    plugin,
    controlPlugin: async (app) => bookingControlRoutes(app, state),
  };
}
