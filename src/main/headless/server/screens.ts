import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const MISSING = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Calendar Sync</title></head>
<body><h1>Calendar Sync is running</h1>
<p>Its screens are not part of this build. In a checkout, run <code>npm run build</code> and reload this page.</p>
</body></html>`;

/** The built screens. Their names carry their content, save for the page itself. */
export async function serveScreens(app: FastifyInstance, directory: string): Promise<void> {
  const page = join(directory, 'index.html');
  await app.register(fastifyStatic, {
    root: directory,
    serve: false,
    wildcard: false,
    dotfiles: 'deny',
    cacheControl: false,
  });
  app.get('/*', async (request, reply) => {
    if (!existsSync(page)) return reply.type('text/html; charset=utf-8').code(503).send(MISSING);
    const path = (request.params as { '*': string })['*'];
    const isPage = path === '' || path === 'index.html';
    void reply.header('cache-control', isPage ? 'no-cache' : 'public, max-age=31536000, immutable');
    // Looks only below its root, and answers 403 to a path that leads out of it.
    return reply.sendFile(isPage ? 'index.html' : path);
  });
}
