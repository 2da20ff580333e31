import type { Client, Context, Middleware } from '@microsoft/microsoft-graph-client';
import { toAppError } from '../../../shared/rpc/errors.ts';
import type { Fetch } from '../../ports.ts';
import type { GraphAnswer } from './graph-answer.ts';
import { foreignLink, unanswered } from './microsoft-errors.ts';

/**
 * Ids that stay while an item is moved about its mailbox, and times in UTC: without them the same event would answer
 * to two ids, and to times that depend on who asks.
 *
 * https://learn.microsoft.com/en-us/graph/outlook-immutable-id
 */
export const PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=500';

export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** What follows `/v1.0`, encoded, or a link from an answer, which is followed as it is. */
  readonly target: string | Link;
  /** JSON, sent byte for byte. */
  readonly body?: string;
  /** Write only over this version. */
  readonly etag?: string | null;
}

export interface GraphClient {
  /**
   * Sends one request and answers with whatever status it got.
   * @throws AppError OFFLINE when there was no answer, PROVIDER_ERROR for a link to another host
   */
  send(request: GraphRequest): Promise<GraphAnswer>;
  /** Whether a link leads to the configured host, which is the only one that is given our token. */
  reaches(link: Link): boolean;
}

/** A `@odata.nextLink` or `@odata.deltaLink`: absolute and opaque. Also the option by which the client is told of it. */
export class Link {
  readonly href: string;

  constructor(href: string) {
    this.href = href;
  }
}

/**
 * The official client as a maker of requests and nothing else: one middleware of our own instead of its chain, since
 * that sends no Authorization and does not retry on our clock, and answers as they are, since its errors lose causes.
 * The injected fetch authorizes, so that it is only ever given URLs of the configured host.
 * @param baseUrl what precedes `/v1.0`
 */
export function createGraphClient(baseUrl: string, fetch: Fetch): GraphClient {
  let loading: Promise<(request: GraphRequest) => Promise<Response>> | null = null;

  /** On first use: most commands have no need of it. */
  async function load(): Promise<(request: GraphRequest) => Promise<Response>> {
    const { Client, GraphClientError, ResponseType } = await import('@microsoft/microsoft-graph-client');
    // The one kind of error that the client passes on as it is.
    const passOn = (cause: unknown): Error => {
      const error = new GraphClientError();
      error.customError = cause;
      return error;
    };
    const client = Client.initWithMiddleware({ baseUrl, middleware: transport(baseUrl, fetch, passOn) });
    return async (request) => {
      try {
        return await execute(client, request, ResponseType.RAW);
      } catch (thrown) {
        throw thrown instanceof GraphClientError ? unanswered(thrown.customError) : toAppError(thrown);
      }
    };
  }

  return {
    reaches: ({ href }) => isAt(baseUrl, href),

    async send(request) {
      loading ??= load();
      const respond = await loading;
      let response = await respond(request);
      // Reading has no precondition: it is the mailbox being moved, and over at once.
      if (response.status === 412 && request.method === 'GET') response = await respond(request);
      const { status, headers } = response;
      return { status, headers, body: parsed(await text(response)) };
    },
  };
}

function transport(baseUrl: string, fetch: Fetch, passOn: (cause: unknown) => Error): Middleware {
  return {
    async execute(context: Context) {
      const link = context.middlewareControl?.getMiddlewareOptions(Link);
      // The client takes absolute URLs apart and puts them together otherwise, and those with http not at all.
      const url = link instanceof Link ? link.href : String(context.request);
      if (!isAt(baseUrl, url)) throw passOn(foreignLink(url));
      const { method = 'GET', headers = {}, body = null } = context.options ?? {};
      try {
        context.response = await fetch(url, { method, headers, body, redirect: 'manual' });
      } catch (cause) {
        throw passOn(cause);
      }
    },
  };
}

const isAt = (baseUrl: string, url: string): boolean => URL.parse(url)?.origin === new URL(baseUrl).origin;

function execute(
  client: Client,
  { method, target, body, etag = null }: GraphRequest,
  responseType: NonNullable<Parameters<ReturnType<Client['api']>['responseType']>[0]>,
): Promise<Response> {
  const request = client
    .api(typeof target === 'string' ? target : '/')
    .responseType(responseType)
    .header('prefer', PREFER);
  if (typeof target !== 'string') request.middlewareOptions([target]);
  if (etag !== null) request.header('if-match', etag);
  switch (method) {
    case 'GET':
      return request.get();
    case 'POST':
      return request.post(body);
    case 'PATCH':
      return request.patch(body);
    case 'DELETE':
      return request.delete();
  }
}

async function text(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    throw unanswered(cause);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
