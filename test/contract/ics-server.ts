import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface FeedServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** What it was asked, oldest first. */
  readonly requests: readonly IncomingMessage[];
  /** Answers everything in that way from now on. */
  answer(how: Answer): void;
  stop(): Promise<void>;
}

/** A web server on a free port of this computer that has one feed, or whatever else it is told to answer. */
export async function startFeedServer(first: Answer): Promise<FeedServer> {
  const requests: IncomingMessage[] = [];
  let answer = first;
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (how) => {
      answer = how;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Answers with a feed, and with 304 to whoever has it already. */
export function feed(text: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer {
  return (request, response) => {
    const same = headers.etag !== undefined && request.headers['if-none-match'] === headers.etag;
    const asOld =
      headers['last-modified'] !== undefined &&
      request.headers['if-modified-since'] === headers['last-modified'];
    response.writeHead(same || asOld ? 304 : 200, { 'content-type': 'text/calendar', ...headers });
    response.end(same || asOld ? undefined : text);
  };
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}, body = ''): Answer {
  return (_, response) => {
    response.writeHead(code, headers);
    response.end(body);
  };
}
