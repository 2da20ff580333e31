import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from '../../src/main/app-contract.ts';

/** An app's feeds on a loopback port, and nothing else. */
export async function serveFeeds(
  app: () => App,
): Promise<{ readonly origin: string; readonly server: Server }> {
  const server = createServer(async (request, response) => {
    const token = /^\/ics\/([^/]*)\.ics$/.exec(request.url ?? '')?.[1] ?? '';
    const { method = 'GET', headers } = request;
    const answer = await app().feeds.respond({ method, token, headers });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
