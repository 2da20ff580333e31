import { describe, expect, it } from 'vitest';
import type { Clock, Fetch } from '../../src/main/ports.ts';
import { feedId, feedUrl, parseFeedAddress, sourceName } from '../../src/main/providers/ics/feed-address.ts';
import { type Download, type DownloadPorts, download } from '../../src/main/providers/ics/feed-download.ts';
import { reachOf } from '../../src/main/providers/ics/network-guard.ts';
import { systemLookup } from '../../src/main/providers/ics/system-access.ts';
import { calendar } from './ics-text.ts';

/** Time that stands still, until it is said that the time is over. */
function stopwatch(): Clock & { readonly ring: () => void } {
  let ring = (): void => undefined;
  return {
    now: () => new Date(0),
    sleep: (_, signal) =>
      new Promise((resolve, reject) => {
        ring = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    ring: () => ring(),
  };
}

interface Internet {
  readonly ports: DownloadPorts;
  /** Addresses that were asked, in order. */
  readonly asked: readonly string[];
}

/** Hosts by name, with their addresses; each answers with a calendar, or sends on to somewhere else. */
function internet(
  hosts: Readonly<Record<string, readonly string[]>>,
  redirects: Readonly<Record<string, string>> = {},
  changes: Partial<DownloadPorts> = {},
): Internet {
  const asked: string[] = [];
  const fetch: Fetch = async (input) => {
    const url = String(input);
    asked.push(url);
    const location = redirects[url];
    if (location !== undefined) return new Response(null, { status: 302, headers: { location } });
    return new Response(calendar());
  };
  const ports: DownloadPorts = {
    fetch,
    clock: stopwatch(),
    lookup: async (name) => {
      const addresses = hosts[name];
      if (addresses === undefined) throw new Error(`getaddrinfo ENOTFOUND ${name}`);
      return addresses;
    },
    readFile: async () => new Uint8Array(),
    allowPrivateNetwork: false,
    allowPlainHttp: false,
    headers: {},
    ...changes,
  };
  return { ports, asked };
}

const get = ({ ports }: Internet, url: string): Promise<Download> =>
  download(parseFeedAddress(url), null, ports);

describe("a feed's address", () => {
  it.each([
    ['https://example.com/a.ics', 'https://example.com/a.ics', 'example.com'],
    ['webcal://example.com/a.ics', 'https://example.com/a.ics', 'example.com'],
    ['WEBCALS://example.com/a.ics', 'https://example.com/a.ics', 'example.com'],
    [' https://tess:secret@example.com/a.ics?k=1#top ', 'https://example.com/a.ics?k=1', 'example.com'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/', '127.0.0.1'],
    ['file:///home/tess/my%20jobs.ics', 'file:///home/tess/my%20jobs.ics', 'my jobs.ics'],
    ['file://localhost/tmp/%zz.ics', 'file:///tmp/%zz.ics', '%zz.ics'],
  ])('%s is known as %s, from %s', (text, id, source) => {
    const address = parseFeedAddress(text);
    expect([feedUrl(address), sourceName(address)]).toEqual([id, source]);
  });

  it('is known by a name that is always the same and does not tell it', () => {
    const id = (text: string): string => feedId(parseFeedAddress(text));
    expect(id('https://tess:secret@example.com/a.ics')).toBe(id('webcal://example.com/a.ics'));
    expect(id('https://example.com/a.ics?k=1')).not.toBe(id('https://example.com/a.ics?k=2'));
    expect(id('https://example.com/a.ics')).toMatch(/^feed_[\w-]{22}$/);
  });

  it.each([
    '',
    'example.com/a.ics',
    'ftp://example.com/a.ics',
    'javascript:alert(1)',
    'file://server/share.ics',
    'https://',
  ])('is not %j', (text) => {
    expect(() => parseFeedAddress(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe('the reach of an address', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.9.9.9', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.169.254', 'private'],
    ['100.64.0.1', 'private'],
    ['0.0.0.0', 'private'],
    ['224.0.0.1', 'private'],
    ['255.255.255.255', 'private'],
    ['198.18.0.1', 'private'],
    ['::', 'private'],
    ['fd00::1', 'private'],
    ['fe80::1%eth0', 'private'],
    ['ff02::1', 'private'],
    ['::ffff:192.168.1.1', 'private'],
    ['::ffff:c0a8:101', 'private'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::', 'private'],
    ['64:ff9b:1::1', 'private'],
    ['2002:a00:1::', 'private'],
    ['2001:db8::1', 'private'],
    ['2001::1', 'private'],
    ['nonsense', 'private'],
    ['', 'private'],
    ['93.184.216.34', 'public'],
    ['172.32.0.1', 'public'],
    ['100.128.0.1', 'public'],
    ['2606:4700::1111', 'public'],
    ['2a00:1450:4001::1', 'public'],
    ['::ffff:93.184.216.34', 'public'],
    ['64:ff9b::93.184.216.34', 'public'],
  ])('%s is %s', (address, reach) => {
    expect(reachOf(address)).toBe(reach);
  });
});

describe('a feed in a private network', () => {
  const office = { 'office.example': ['93.184.216.34', '10.0.0.5'] };

  it.each([
    'https://10.0.0.5/a.ics',
    'https://[fd00::5]/a.ics',
    'https://0x0a000005/a.ics',
    'https://167772165/a.ics',
    'https://[::ffff:10.0.0.5]/a.ics',
    'https://office.example/a.ics',
    'webcal://169.254.169.254/latest',
  ])('is not fetched: %s', async (url) => {
    const net = internet(office);
    await expect(get(net, url)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      detail: 'private-network',
    });
    expect(net.asked).toEqual([]);
  });

  it('is fetched where that is allowed', async () => {
    const net = internet(office, {}, { allowPrivateNetwork: true });
    expect((await get(net, 'https://office.example/a.ics')).kind).toBe('body');
    expect((await get(net, 'https://192.168.1.1/a.ics')).kind).toBe('body');
  });

  it('is not fetched by a redirect either', async () => {
    const hosts = { ...office, 'public.example': ['93.184.216.34'] };
    const net = internet(hosts, { 'https://public.example/a.ics': 'https://office.example/b.ics' });
    await expect(get(net, 'https://public.example/a.ics')).rejects.toMatchObject({
      detail: 'private-network',
    });
    expect(net.asked).toEqual(['https://public.example/a.ics']);
  });

  it('may be this computer, but not by a redirect from elsewhere', async () => {
    const hosts = { 'public.example': ['93.184.216.34'], 'mine.example': ['127.0.0.1'] };
    const redirects = {
      'https://public.example/a.ics': 'http://127.0.0.1:631/',
      'https://public.example/b.ics': 'https://mine.example/',
      'http://127.0.0.1/a.ics': 'http://[::1]/b.ics',
    };
    expect((await get(internet(hosts, redirects), 'http://127.0.0.1/a.ics')).kind).toBe('body');
    expect((await get(internet(hosts), 'https://mine.example/')).kind).toBe('body');
    for (const path of ['a', 'b']) {
      const net = internet(hosts, redirects);
      await expect(get(net, `https://public.example/${path}.ics`)).rejects.toMatchObject({
        detail: 'private-network',
      });
      expect(net.asked).toHaveLength(1);
    }
  });
});

describe('a feed by plain http', () => {
  const hosts = { 'public.example': ['93.184.216.34'] };

  it('needs consent, as does a redirect to it', async () => {
    const redirects = { 'https://public.example/a.ics': 'http://public.example/a.ics' };
    for (const url of ['http://public.example/a.ics', 'https://public.example/a.ics']) {
      await expect(get(internet(hosts, redirects), url)).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        detail: 'plain-http',
      });
      expect((await get(internet(hosts, redirects, { allowPlainHttp: true }), url)).kind).toBe('body');
    }
  });
});

describe('a download', () => {
  it('fails as offline where the name leads nowhere, unless a proxy resolves names', async () => {
    await expect(get(internet({}), 'https://nowhere.example/')).rejects.toMatchObject({ code: 'OFFLINE' });
    const net = internet({ 'nowhere.example': [] });
    expect((await get(net, 'https://nowhere.example/')).kind).toBe('body');
    // Too long for a name, so that nobody is asked for it.
    const nowhere = 'x'.repeat(300);
    expect(await systemLookup({ https_proxy: 'http://proxy.example:3128' })(nowhere)).toEqual([]);
    await expect(systemLookup({})(nowhere)).rejects.toThrow('getaddrinfo');
    expect(await systemLookup({})('127.0.0.1')).toEqual(['127.0.0.1']);
  });

  it.each<[string, Fetch]>([
    ['headers that never come', () => new Promise(() => undefined)],
    [
      'a body that never ends',
      async () =>
        new Response(new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from('BEGIN')) })),
    ],
  ])('does not wait for longer than 30 seconds for %s', async (_, fetch) => {
    const clock = stopwatch();
    const net = internet({ 'public.example': ['93.184.216.34'] }, {}, { fetch, clock });
    const failed = expect(get(net, 'https://public.example/')).rejects.toMatchObject({
      code: 'OFFLINE',
      message: expect.stringContaining('30 seconds'),
    });
    await new Promise((resolve) => setImmediate(resolve));
    clock.ring();
    await failed;
  });

  it('stops reading a body that is too large', async () => {
    let sent = 0;
    const fetch: Fetch = async () =>
      new Response(
        new ReadableStream({
          pull: (stream) => {
            sent += 1;
            stream.enqueue(new Uint8Array(1024 * 1024));
          },
        }),
      );
    const net = internet({ 'public.example': ['93.184.216.34'] }, {}, { fetch });
    await expect(get(net, 'https://public.example/')).rejects.toMatchObject({ detail: 'too-large' });
    expect(sent).toBeLessThan(30);
  });
});
