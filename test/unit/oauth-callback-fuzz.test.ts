import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openLoopbackRedirect } from '../../src/main/auth/loopback-redirect.ts';

/** `security.md` 12 and 19. */

const STATE = 'aGVsbG8gdGhpcyBpcyB0aGUgc3RhdGUgb2YgMzIgYg';

const line = fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((said) => said.replaceAll(/[\r\n]/g, ''));
const value = fc.oneof(
  fc.constantFrom('', STATE.slice(1), `${STATE}%00`, `${STATE}+`, STATE.toLowerCase(), '%', '%zz', '..%2f'),
  line.map(encodeURIComponent),
  line,
);
const query = fc
  .array(fc.tuple(fc.constantFrom('state', 'code', 'error', 'State', 'state[]', 'iss', '__proto__'), value), {
    maxLength: 4,
  })
  .map((pairs) => pairs.map(([name, given]) => `${name}=${given}`).join('&'));
const path = fc.constantFrom(
  ...[
    '/oauth/callback',
    '/oauth/callback/',
    '/oauth/Callback',
    '//oauth/callback',
    '/oauth/./callback',
    '/',
    '*',
  ],
  ...['http://evil.example/oauth/callback', '/oauth%2fcallback', '\\oauth\\callback', '//', 'http://['],
);
const host = fc.constantFrom(
  'HOST',
  'HOST',
  'HOST',
  'localhost:1',
  'evil.example',
  '',
  '[::1]:1',
  'HOST.evil.example',
);
const request = fc
  .tuple(fc.constantFrom('GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'PUT'), path, query, host, line)
  .map(([method, at, asked, name, more]) => ({ head: `${method} ${at}?${asked} HTTP/1.1`, name, more }));

async function send(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end(lines.join('\r\n'), 'latin1');
  // What is no HTTP at all is cut off.
  return text(socket).catch(() => '');
}

it('no request but the one that was waited for ends a sign-in, however it is made', async () => {
  const redirect = await openLoopbackRedirect(STATE);
  const { host: own, port } = new URL(redirect.redirectUri);
  let accepted = 0;
  void redirect.callback.then(() => {
    accepted += 1;
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ head, name, more }) => {
      const asked = [
        head,
        `host: ${name.replace('HOST', own)}`,
        `x-more: ${more}`,
        'connection: close',
        '',
        '',
      ];
      const answer = await send(Number(port), asked);
      expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
      expect(answer).not.toContain(STATE);
    }),
    { seed: 20261201, numRuns: 250 },
  );
  expect(accepted).toBe(0);
  const good = [
    `GET /oauth/callback?code=c&state=${STATE} HTTP/1.1`,
    `host: ${own}`,
    'connection: close',
    '',
    '',
  ];
  expect(await send(Number(port), good)).toMatch(/^HTTP\/1\.1 200 /);
  expect(Object.fromEntries(await redirect.callback)).toEqual({ code: 'c', state: STATE });
  // A second one before the door is closed.
  expect(await send(Number(port), good)).toMatch(/^HTTP\/1\.1 400 /);
  expect(accepted).toBe(1);
  await redirect.close();
});
