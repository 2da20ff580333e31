import { expect, it } from 'vitest';
import { createDavClient } from '../../src/main/providers/caldav/dav-client.ts';
import { type Asked, davServer, multistatus, state, xml } from './caldav-answers.ts';

it.each([
  { server: 'http://127.0.0.1:5232', encoding: 'identity' },
  { server: 'http://localhost:37358', encoding: 'identity' },
  { server: 'https://dav.example.com', encoding: null },
])('asks $server for answers packed as $encoding', async ({ server, encoding }) => {
  const answer = ({ method }: Asked): Response =>
    method === 'PROPFIND' ? xml(multistatus(state('one'))) : new Response(null, { status: 204 });
  const { fetch, asked } = davServer(answer);
  const client = createDavClient(fetch);
  const calendar = new URL('/tess/diary/', server);
  await client.query(calendar, { method: 'PROPFIND', depth: '0', body: { propfind: {} } });
  await client.send(new URL('a.ics', calendar), { method: 'DELETE', headers: { 'if-match': '"1"' } });
  expect(asked.map((request) => request.encoding)).toEqual([encoding, encoding]);
});
