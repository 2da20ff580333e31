import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Stands before a server on a port of its own and notes what passes. */
export interface CountingProxy {
  readonly origin: string;
  /** Methods of the requests that have arrived since `clear`, before they are passed on. */
  readonly methods: () => readonly string[];
  clear(): void;
  /**
   * Passes requests of a method on as ever, but gives the answers to only so many of them; the others wait for what
   * this answers with to be called.
   */
  holdAnswers(method: string, after: number): () => void;
  close(): Promise<void>;
}

/** Requests that have arrived in full are passed on, also when whoever sent them is gone by then. */
export async function startProxy(target: string): Promise<CountingProxy> {
  let methods: string[] = [];
  let answered = (_method: string): Promise<void> => Promise.resolve();

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    const body = await buffer(request);
    methods.push(method);
    const mayAnswer = answered(method);
    const { host: _host, connection: _connection, 'content-length': _length, ...passed } = headers;
    const answer = await fetch(`${target}${url}`, {
      method,
      headers: Object.entries(passed).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value] as [string, string]] : [],
      ),
      body: body.length === 0 ? null : body,
      redirect: 'manual',
    });
    const { 'content-encoding': _encoding, ...told } = Object.fromEntries(answer.headers);
    const text = Buffer.from(await answer.arrayBuffer());
    await mayAnswer;
    response.writeHead(answer.status, { ...told, 'content-length': text.length }).end(text);
  }

  // Whoever is killed while sending leaves half a request behind, which is nobody's failure.
  const server = createServer((request, response) => pass(request, response).catch(() => response.destroy()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    methods: () => methods,
    clear: () => {
      methods = [];
    },
    holdAnswers(held, after) {
      const released = Promise.withResolvers<void>();
      let left = after;
      answered = async (method) => {
        if (method !== held) return;
        left -= 1;
        if (left < 0) await released.promise;
      };
      return released.resolve;
    },
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
