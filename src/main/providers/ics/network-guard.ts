import { BlockList, isIP } from 'node:net';
import { isLoopbackHost } from '../../endpoint.ts';
import { plainHttp, privateNetwork, unreachable } from './ics-errors.ts';

/**
 * The addresses of a host name. None where names are resolved elsewhere, by a proxy. Rejects when there is no such
 * host.
 */
export type Lookup = (hostname: string) => Promise<readonly string[]>;

export interface NetworkRules {
  readonly lookup: Lookup;
  /** Feeds in the office's or home's own network are meant. */
  readonly allowPrivateNetwork: boolean;
  /** The person agreed to plain http for this feed. */
  readonly allowPlainHttp: boolean;
}

/** `public` is everybody's network; `private` includes everything that is not: link-local, multicast, reserved. */
export type Reach = 'loopback' | 'private' | 'public';

/**
 * Whether a feed may be fetched from there, before each request and again after each redirect. All addresses of a name
 * count, since the connection may take any of them. The name is looked up once more when the connection is made: a
 * name server that changes its answer in between gets one GET whose answer is dropped unless it is a calendar.
 *
 * @param mayBeLoopback the person's own address may be this computer; a redirect from elsewhere may not
 * @returns where the address leads
 * @throws AppError PERMISSION_DENIED or OFFLINE
 */
export async function assertMayFetch(url: URL, mayBeLoopback: boolean, rules: NetworkRules): Promise<Reach> {
  const { hostname } = url;
  if (url.protocol === 'http:' && !isLoopbackHost(hostname) && !rules.allowPlainHttp)
    throw plainHttp(hostname);
  let reach: Reach = 'public';
  for (const address of await addressesOf(hostname, rules.lookup)) {
    const own = reachOf(address);
    const refused = own === 'private' || (own === 'loopback' && !mayBeLoopback);
    if (refused && !rules.allowPrivateNetwork) throw privateNetwork(hostname, address);
    if (own !== 'public') reach = own;
  }
  return reach;
}

async function addressesOf(hostname: string, lookup: Lookup): Promise<readonly string[]> {
  const literal = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(literal) !== 0) return [literal];
  try {
    return await lookup(hostname);
  } catch (error) {
    throw unreachable(hostname, error);
  }
}

type Family = 'ipv4' | 'ipv6';

function ranges(...list: readonly (readonly [network: string, prefix: number, family: Family])[]): BlockList {
  const block = new BlockList();
  for (const [network, prefix, family] of list) block.addSubnet(network, prefix, family);
  return block;
}

const LOOPBACK = ranges(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6']);

/**
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const NOT_PUBLIC = ranges(
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
);

/** Only 2000::/3 is given out to everybody; these parts of it are not. */
const GLOBAL_IPV6 = ranges(['2000::', 3, 'ipv6']);
const NOT_PUBLIC_IPV6 = ranges(
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
);

/** Networks without IPv4 reach it through these (RFC 6052): the last 32 bits are the address that is meant. */
const TRANSLATED = ranges(['64:ff9b::', 96, 'ipv6']);

/** Where an IP address leads. What is no address at all leads nowhere good. */
export function reachOf(address: string): Reach {
  const plain = address.replace(/%.*$/, '');
  switch (isIP(plain)) {
    case 4:
      return reachOfIpv4(plain);
    case 6:
      return reachOfIpv6(plain);
    default:
      return 'private';
  }
}

function reachOfIpv4(address: string): Reach {
  if (LOOPBACK.check(address, 'ipv4')) return 'loopback';
  return NOT_PUBLIC.check(address, 'ipv4') ? 'private' : 'public';
}

function reachOfIpv6(address: string): Reach {
  if (LOOPBACK.check(address, 'ipv6')) return 'loopback';
  const embedded = embeddedIpv4(address);
  if (embedded !== null) return reachOfIpv4(embedded);
  return GLOBAL_IPV6.check(address, 'ipv6') && !NOT_PUBLIC_IPV6.check(address, 'ipv6') ? 'public' : 'private';
}

const MAPPED = ranges(['::ffff:0:0', 96, 'ipv6']);

function embeddedIpv4(address: string): string | null {
  if (!TRANSLATED.check(address, 'ipv6') && !MAPPED.check(address, 'ipv6')) return null;
  // The URL parser writes an address in its one short form, without dots.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':');
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
