import type { FastifyPluginAsync } from 'fastify';
import type { Callbacks } from '../callbacks.ts';
import type { ErrorFormat, Faults } from '../faults.ts';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { controlRoutes } from './control-routes.ts';
import { GraphError } from './graph-error.ts';
import { callerOf, graphRoutes } from './graph-routes.ts';
import { MailboxConcurrency } from './mailbox-concurrency.ts';
import { EntraError } from './oauth-error.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { MicrosoftState } from './state.ts';

export interface MicrosoftServiceOptions {
  readonly clock: SandboxClock;
  readonly random: SandboxRandom;
  readonly faults: Faults;
  readonly callbacks: Callbacks;
  /** The server's origin, once it listens; without a slash at the end. */
  readonly origin: () => string;
}

export interface MicrosoftService {
  readonly state: MicrosoftState;
  /** Graph under `/v1.0`, the identity platform under `/login`. */
  readonly plugin: FastifyPluginAsync;
  /** What people do, see `control-routes.ts`. */
  readonly controlPlugin: FastifyPluginAsync;
}

const oauthPath = /\/oauth2\/v2\.0\//;
const batchPath = /\/\$batch(\?|$)/;

/**
 * Microsoft as the sandbox plays it: accounts, sign-in and the calendars of Graph v1.0, all in memory. Its faults and
 * hooks go by the service name `microsoft`; hooks: `repeat-page`, `endless-pages`, `empty-page`, `empty-listing`,
 * `stale-read`, `expire-delta-tokens`, `lose-notification`, `repeat-notification`. Each request of a batch is one of
 * its own.
 */
export function createMicrosoftService(options: MicrosoftServiceOptions): MicrosoftService {
  const { clock, random, faults, callbacks, origin } = options;
  const state = new MicrosoftState(clock, random, callbacks);

  const errorFormat: ErrorFormat = ({ status, reason }, { url }) => {
    const trace = { at: clock.now(), requestId: random.uuid(), clientRequestId: random.uuid() };
    const body = oauthPath.test(url)
      ? new EntraError(
          reason ?? 'temporarily_unavailable',
          90033,
          'The sandbox was told to answer this.',
        ).body(trace)
      : new GraphError(status, reason).body(trace);
    return { contentType: 'application/json; charset=utf-8', body };
  };

  const concurrency = new MailboxConcurrency((request) => {
    // A batch opens no mailbox; the requests in it do.
    if (batchPath.test(request.url)) return null;
    const caller = callerOf(state, request);
    return caller === null ? null : `${caller.clientId} ${caller.account.email}`;
  });

  return {
    state,
    plugin: async (app) => {
      concurrency.count(app);
      faults.attach(app, 'microsoft', errorFormat);
      concurrency.enforce(app);
      const authority = (): string => `${origin()}${app.prefix}/login`;
      await app.register(oauthRoutes({ state, clock, random, authority }), { prefix: '/login' });
      await app.register(graphRoutes({ state, clock, random, faults, origin }), { prefix: '/v1.0' });
    },
    controlPlugin: controlRoutes(state),
  };
}
