import { describe, expect, it } from 'vitest';
import { discoverCaldav } from '../../src/main/accounts/caldav-accounts.ts';
import { createCaldavProvider } from '../../src/main/providers/caldav/caldav-provider.ts';
import { type Asked, clock, davServer, having, multistatus, xml } from './caldav-answers.ts';

const USER = { username: 'tess@example.com', password: 'canary-password' };

const href = (...addresses: readonly string[]): string =>
  addresses.map((address) => `<d:href>${address}</d:href>`).join('');
const principalIs = (address: string): string =>
  `<d:current-user-principal>${href(address)}</d:current-user-principal>`;
const homesAre = (...addresses: readonly string[]): string =>
  `<c:calendar-home-set>${href(...addresses)}</c:calendar-home-set>`;
const CALENDAR = '<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>';
const components = (...names: readonly string[]): string =>
  `<c:supported-calendar-component-set>${names.map((name) => `<c:comp name="${name}"/>`).join('')}</c:supported-calendar-component-set>`;
const rights = (...names: readonly string[]): string =>
  `<d:current-user-privilege-set>${names.map((name) => `<d:privilege><d:${name}/></d:privilege>`).join('')}</d:current-user-privilege-set>`;

/** What is at an address: properties, several resources, or somewhere else to go. */
type Place = string | readonly string[] | { readonly to: string };

/** Servers by address; whatever has no entry is not there, and whoever does not sign in is not let in. */
function internet(places: Readonly<Record<string, Place>>) {
  return davServer(({ url, authorization }: Asked) => {
    const place = places[url.origin + url.pathname];
    if (place === undefined) return new Response('Not here', { status: 404 });
    if (typeof place === 'object' && 'to' in place) {
      return new Response(null, { status: 301, headers: { location: place.to } });
    }
    if (authorization === null) return new Response(null, { status: 401 });
    return xml(multistatus(...(typeof place === 'string' ? [having(url.pathname, place)] : place)));
  });
}

async function connected(places: Readonly<Record<string, Place>>, url: string) {
  const { fetch, asked } = internet(places);
  const { secret, ...connection } = await discoverCaldav(
    { url, ...USER },
    { log: () => {} },
    () => fetch,
    'Europe/London',
  );
  const found = JSON.parse(secret);
  const authorized: typeof fetch = (input, init) =>
    fetch(input, {
      ...init,
      headers: { ...Object.fromEntries(new Headers(init?.headers)), authorization: 'x' },
    });
  const provider = createCaldavProvider({ ...found, fetch: authorized, clock });
  return { connection, found, asked, calendars: await provider.listCalendars() };
}

describe('finding somebody’s calendars', () => {
  it('as at iCloud: the home is with another server of the same house', async () => {
    const { connection, found, calendars } = await connected(
      {
        'https://caldav.icloud.com/.well-known/caldav': principalIs('/17/principal/'),
        'https://caldav.icloud.com/17/principal/': homesAre(
          'https://p37-caldav.icloud.com:443/17/calendars/',
        ),
        'https://p37-caldav.icloud.com/17/calendars/': [
          having('/17/calendars/', '<d:resourcetype><d:collection/></d:resourcetype>'),
          having(
            '/17/calendars/office/',
            `${CALENDAR}<d:displayname>Work</d:displayname>${components('VEVENT')}`,
          ),
          having(
            '/17/calendars/tasks/',
            `${CALENDAR}<d:displayname>Tasks</d:displayname>${components('VTODO')}`,
          ),
        ],
      },
      'caldav.icloud.com',
    );
    expect(connection).toMatchObject({
      subject: 'https://caldav.icloud.com/17/principal/',
      email: USER.username,
    });
    expect(found).toMatchObject({ home: 'https://p37-caldav.icloud.com/17/calendars/' });
    expect(calendars).toMatchObject([
      { id: 'https://p37-caldav.icloud.com/17/calendars/office/', name: 'Work' },
    ]);
  });

  it('as at Fastmail: the well-known page sends on, and the principal is elsewhere', async () => {
    const { connection, calendars } = await connected(
      {
        'https://caldav.fastmail.com/.well-known/caldav': { to: '/dav/calendars' },
        'https://caldav.fastmail.com/dav/calendars': { to: 'https://caldav.fastmail.com/dav/calendars/' },
        'https://caldav.fastmail.com/dav/calendars/': principalIs('/dav/principals/user/tess@example.com/'),
        'https://caldav.fastmail.com/dav/principals/user/tess@example.com/': homesAre(
          '/dav/calendars/user/tess%40example.com',
        ),
        'https://caldav.fastmail.com/dav/calendars/user/tess%40example.com/': [
          having('/dav/calendars/user/tess%40example.com/1%20a/', `${CALENDAR}${rights('read', 'write')}`),
          having('/dav/calendars/user/tess%40example.com/100%/', `${CALENDAR}${rights('read')}`),
        ],
      },
      'https://caldav.fastmail.com/',
    );
    expect(connection.subject).toBe('https://caldav.fastmail.com/dav/principals/user/tess@example.com/');
    expect(calendars.map(({ name, writable }) => [name, writable])).toEqual([
      ['1 a', true],
      ['100%', false],
    ]);
  });

  it('as at Nextcloud: the page of a person, whose server says nothing at its well-known one', async () => {
    const { found } = await connected(
      {
        'https://cloud.example.com/remote.php/dav/': principalIs('/remote.php/dav/principals/users/tess/'),
        'https://cloud.example.com/remote.php/dav/principals/users/tess/': homesAre(
          '/remote.php/dav/calendars/tess/',
        ),
        'https://cloud.example.com/remote.php/dav/calendars/tess/': [],
      },
      'https://cloud.example.com/remote.php/dav/',
    );
    expect(found.home).toBe('https://cloud.example.com/remote.php/dav/calendars/tess/');
  });

  it('as at SOGo: the same person, whether the address that one begins with ends with a slash or not', async () => {
    const pages = {
      'https://sogo.example.com/SOGo/dav/tess':
        principalIs('/SOGo/dav/tess') + homesAre('/SOGo/dav/tess/Calendar/'),
      'https://sogo.example.com/SOGo/dav/tess/':
        principalIs('/SOGo/dav/tess/') + homesAre('/SOGo/dav/tess/Calendar/'),
      'https://sogo.example.com/SOGo/dav/tess/Calendar/': [],
    };
    const subjects: string[] = [];
    for (const address of [
      'https://sogo.example.com/SOGo/dav/tess',
      'https://sogo.example.com/SOGo/dav/tess/',
    ])
      subjects.push((await connected(pages, address)).connection.subject);
    expect(new Set(subjects)).toEqual(new Set(['https://sogo.example.com/SOGo/dav/tess/']));
  });

  it('in several places: the calendars of all are offered, once, and one that is closed costs no other', async () => {
    const { found, calendars } = await connected(
      {
        'https://dav.example.com/.well-known/caldav': principalIs('/people/tess/'),
        'https://dav.example.com/people/tess/': homesAre(
          '/tess/',
          '/team/',
          '/closed/',
          'https://evil.example/a/',
        ),
        'https://dav.example.com/tess/': [having('/tess/own/', CALENDAR), having('/shared/', CALENDAR)],
        'https://dav.example.com/team/': [having('/team/rota/', CALENDAR), having('/shared/', CALENDAR)],
      },
      'dav.example.com',
    );
    expect(found.otherHomes).toEqual(['https://dav.example.com/team/', 'https://dav.example.com/closed/']);
    expect(calendars.map(({ name }) => name)).toEqual(['own', 'rota', 'shared']);
  });
});

describe('a password is for the server that it was given for', () => {
  const principal = {
    'https://evil.example/': principalIs('/tess/'),
    'https://evil.example/tess/': homesAre('/tess/'),
  };

  it.each<[string, Readonly<Record<string, Place>>]>([
    ['a redirect', { 'https://dav.example.com/.well-known/caldav': { to: 'https://evil.example/' } }],
    [
      'a redirect to plain http',
      { 'https://dav.example.com/.well-known/caldav': { to: 'http://dav.example.com/' } },
    ],
    [
      'a redirect to another port',
      { 'https://dav.example.com/.well-known/caldav': { to: 'https://dav.example.com:8443/' } },
    ],
    [
      'a principal',
      { 'https://dav.example.com/.well-known/caldav': principalIs('https://evil.example/tess/') },
    ],
    [
      'a home',
      {
        'https://dav.example.com/.well-known/caldav': principalIs('/tess/'),
        'https://dav.example.com/tess/': homesAre('https://evil.example/tess/'),
      },
    ],
    [
      'a home without https',
      {
        'https://dav.example.com/.well-known/caldav': principalIs('/tess/'),
        'https://dav.example.com/tess/': homesAre('http://calendars.example.com/tess/'),
      },
    ],
  ])('and not for another that %s leads to', async (_, places) => {
    const { fetch, asked } = internet({ ...principal, ...places });
    const found = discoverCaldav({ url: 'dav.example.com', ...USER }, { log: () => {} }, () => fetch, 'UTC');
    await expect(found).rejects.toMatchObject({ code: 'PERMISSION_DENIED', detail: 'other-origin' });
    await expect(found).rejects.not.toMatchObject({ message: expect.stringContaining(USER.password) });
    expect(new Set(asked.map(({ url }) => url.origin))).toEqual(new Set(['https://dav.example.com']));
  });
});
