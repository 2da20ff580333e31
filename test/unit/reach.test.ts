import { describe, expect, it } from 'vitest';
import { reachAll } from '../../src/main/accounts/reach.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const target = (host: string) => ({ name: host, origin: `https://${host}` });
const failure = (code: string, more: object = {}): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code, ...more }) });

/** Tries hosts on a network where each does what is given. */
async function tried(behaviour: Readonly<Record<string, () => Promise<Response>>>, proxy: URL | null = null) {
  const clock = new VirtualClock();
  return reachAll(
    Object.keys(behaviour).map(target),
    {
      clock,
      fetch: (input, init) => {
        const { host } = new URL(String(input));
        const answer = behaviour[host]?.() ?? Promise.reject(failure('ENOTFOUND'));
        const cut = new Promise<never>((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
        });
        return Promise.race([answer, cut]);
      },
    },
    proxy,
  );
}

describe('trying the way to a host', () => {
  it('takes any answer for one, a refusal too', async () => {
    expect(await tried({ 'api.example': async () => new Response(null, { status: 401 }) })).toEqual([
      { name: 'api.example', host: 'api.example', ok: true, milliseconds: 0, message: '' },
    ]);
  });

  it('says of each host by itself what is in the way and what to do', async () => {
    const reached = await tried(
      {
        'fine.example': async () => new Response(),
        'unknown.example': () => Promise.reject(failure('ENOTFOUND', { hostname: 'unknown.example' })),
        'closed.example': () => Promise.reject(failure('ECONNREFUSED', { address: '192.0.2.9', port: 443 })),
        'behind.example': () => Promise.reject(failure('ECONNREFUSED', { address: '192.0.2.1', port: 8080 })),
        'spied.example': () => Promise.reject(failure('SELF_SIGNED_CERT_IN_CHAIN')),
      },
      new URL('http://192.0.2.1:8080'),
    );
    expect(reached.map(({ ok }) => ok)).toEqual([true, false, false, false, false]);
    const said = reached.map(({ message }) => message);
    expect(said[1]).toMatch(/^No address was found for unknown\.example\. Check/);
    expect(said[2]).toMatch(/^closed\.example takes no connection\. Check/);
    expect(said[3]).toMatch(/^The proxy 192\.0\.2\.1:8080 does not let through to behind\.example\. Check/);
    expect(said[4]).toMatch(/^The certificate of spied\.example is not trusted.*network settings/);
  });

  it('does not wait for ever', async () => {
    const [reached] = await tried({ 'silent.example': () => new Promise(() => undefined) });
    expect(reached).toMatchObject({ ok: false, milliseconds: null });
    expect(reached?.message).toContain('did not answer within 10 seconds');
  });
});
