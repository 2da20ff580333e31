import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { ErrorFormat, Faults } from '../faults.ts';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { controlRoutes } from './control-routes.ts';
import { IcsState, type PublishedFeed } from './state.ts';

const SERVICE = 'ics';

/** One more than anybody has to accept. */
const HUGE_BYTES = 20 * 1024 * 1024 + 1;

const SIGN_IN_PAGE =
  '<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in to see this calendar</h1></body></html>';

export interface IcsServiceOptions {
  readonly clock: SandboxClock;
  readonly random: SandboxRandom;
  readonly faults: Faults;
}

export interface IcsService {
  readonly state: IcsState;
  /** Feeds under `/calendars/ID/private-TOKEN/basic.ics`. */
  readonly plugin: FastifyPluginAsync;
  /** What publishers do, see `control-routes.ts`. */
  readonly controlPlugin: FastifyPluginAsync;
}

const errorFormat: ErrorFormat = ({ status }) => ({
  contentType: 'text/html; charset=utf-8',
  body: `<html><body><h1>${status}</h1></body></html>`,
});

/** What a feed's server does instead of sending the feed, by the name of its hook. */
type Misbehaviour = (
  text: string,
  request: FastifyRequest,
) => { readonly type: string; readonly body: string };

const MISBEHAVIOURS: Readonly<Record<string, Misbehaviour>> = {
  html: () => ({ type: 'text/html; charset=utf-8', body: SIGN_IN_PAGE }),
  empty: () => ({ type: 'text/calendar; charset=utf-8', body: '' }),
  huge: (text) => ({ type: 'text/calendar; charset=utf-8', body: padded(text, HUGE_BYTES) }),
};

/**
 * Servers that publish calendars as feeds (RFC 5545), as the sandbox plays them: conditional requests by ETag and
 * Last-Modified, and an address that is itself the key. Faults and hooks go by the service name `ics`; hooks: `html`,
 * `empty`, `huge` (20 MB and one byte), `redirect-loop`.
 */
export function createIcsService({ clock, random, faults }: IcsServiceOptions): IcsService {
  const state = new IcsState(clock, random);
  return {
    state,
    plugin: async (app) => {
      faults.attach(app, SERVICE, errorFormat);
      app.get<{ Params: { id: string; token: string } }>(
        '/calendars/:id/private-:token/basic.ics',
        async (request, reply) => {
          if (faults.takeHook(SERVICE, 'redirect-loop', request) !== null) {
            return reply.redirect(`${request.url.replace(/\?.*/, '')}?again=${random.uuid()}`, 302);
          }
          const feed = state.published(request.params.id, request.params.token);
          if (feed === null) return reply.code(404).type('text/plain').send('Not found');
          for (const [name, misbehave] of Object.entries(MISBEHAVIOURS)) {
            if (faults.takeHook(SERVICE, name, request) === null) continue;
            const { type, body } = misbehave(feed.text, request);
            return reply.type(type).send(body);
          }
          reply.header('etag', feed.etag).header('last-modified', feed.lastModified.toUTCString());
          if (isKnown(request, feed)) return reply.code(304).send();
          return reply.type('text/calendar; charset=utf-8').send(feed.text);
        },
      );
    },
    controlPlugin: controlRoutes(state),
  };
}

/** RFC 9110 section 13.2.2: a date counts only where no tag was sent. */
function isKnown({ headers }: FastifyRequest, { etag, lastModified }: PublishedFeed): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) return tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return lastModified.getTime() <= since;
}

/** The same calendar with so much said in it that it is as long as that. */
function padded(text: string, bytes: number): string {
  const line = `X-PADDING:${'x'.repeat(60)}\r\n`;
  const end = 'END:VCALENDAR\r\n';
  const start = text.slice(0, text.lastIndexOf('END:VCALENDAR'));
  const missing = bytes - Buffer.byteLength(start) - end.length;
  return start + line.repeat(Math.ceil(missing / line.length)) + end;
}
