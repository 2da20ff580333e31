import type { FastifyPluginAsync } from 'fastify';
import type { Callbacks } from '../callbacks.ts';
import type { ErrorFormat, Faults } from '../faults.ts';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { calendarRoutes } from './calendar-routes.ts';
import { controlRoutes } from './control-routes.ts';
import { googleErrorBody } from './google-error.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { GoogleState } from './state.ts';

export interface GoogleServiceOptions {
  readonly clock: SandboxClock;
  readonly random: SandboxRandom;
  readonly faults: Faults;
  readonly callbacks: Callbacks;
  /** The server's origin, once it listens; without a slash at the end. */
  readonly origin: () => string;
}

export interface GoogleService {
  readonly state: GoogleState;
  /** Google's OAuth endpoints and, under `/calendar/v3`, its Calendar API. */
  readonly plugin: FastifyPluginAsync;
  /** What people do, see `control-routes.ts`. */
  readonly controlPlugin: FastifyPluginAsync;
}

const oauthPath = /\/(token|revoke)(\?|$)/;

const errorFormat: ErrorFormat = ({ status, reason }, { url }) => ({
  contentType: 'application/json; charset=utf-8',
  body: oauthPath.test(url)
    ? { error: reason ?? 'internal_failure', error_description: 'The sandbox was told to answer this.' }
    : googleErrorBody(status, reason),
});

/**
 * Google as the sandbox plays it: accounts, OAuth and the Calendar API v3, all in memory. Its faults and hooks go by
 * the service name `google`; hooks: `repeat-page`, `endless-pages`, `empty-listing`, `stale-read`,
 * `expire-sync-tokens`, `lose-notification`, `repeat-notification`.
 */
export function createGoogleService(options: GoogleServiceOptions): GoogleService {
  const { clock, random, faults, callbacks, origin } = options;
  const state = new GoogleState(clock, random, callbacks);
  return {
    state,
    plugin: async (app) => {
      faults.attach(app, 'google', errorFormat);
      const baseUrl = (): string => `${origin()}${app.prefix}`;
      await app.register(oauthRoutes({ state, clock, baseUrl }));
      await app.register(calendarRoutes({ state, clock, faults }), { prefix: '/calendar/v3' });
    },
    controlPlugin: controlRoutes(state),
  };
}
