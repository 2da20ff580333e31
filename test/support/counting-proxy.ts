import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Stands before a server on a port of its own and notes what passes. */
export interface CountingProxy {
  readonly origin: string;
  /** Methods of the requests that have arrived since `clear`, before they are passed on. */
  readonly methods: () => readonly string[];
  clear(): void;
  close(): Promise<void>;
}

/** Requests that have arrived in full are passed on, also when whoever sent them is gone by then. */
export async function startProxy(target: string): Promise<CountingProxy> {
  let methods: string[] = [];
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const body = await buffer(request);
    methods.push(method);
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
    response.writeHead(answer.status, { ...told, 'content-length': text.length }).end(text);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    methods: () => methods,
    clear: () => {
      methods = [];
    },
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
