import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/shared/rpc/errors.ts';
import {
  type Asked,
  CALENDAR,
  eventAt,
  eventText,
  having,
  kindOf,
  multistatus,
  ORIGIN,
  refusing,
  setUp,
  state,
  WINDOW,
  xml,
} from './caldav-answers.ts';

type Answers = Readonly<Record<string, (asked: Asked) => Response>>;

const EVENTS = multistatus(
  eventAt('/tess/diary/a.ics'),
  eventAt('/tess/diary/b.ics'),
  eventAt('/tess/diary/c.ics'),
);
const listedAt = (token: string, etags: Readonly<Record<string, number>>): string =>
  multistatus(
    ...Object.entries(etags).map(([name, etag]) =>
      having(`/tess/diary/${name}.ics`, `<d:getetag>"${etag}"</d:getetag>`),
    ),
  ).replace('</d:multistatus>', `<d:sync-token>${token}</d:sync-token></d:multistatus>`);
const LISTED = listedAt('one', { a: 1, b: 1, c: 1 });
const CHANGED = listedAt('two', { a: 2, b: 2 });

/** A calendar with three events, of which two are said to have changed since the first listing. */
const GOOD: Answers = {
  propfind: () => xml(multistatus(state('one'))),
  'calendar-query': () => xml(EVENTS),
  'sync-collection': () => xml(CHANGED),
  'calendar-multiget': ({ body }) =>
    xml(multistatus(...[...body.matchAll(/<d:href>([^<]+)/g)].map(([, href = '']) => eventAt(href)))),
  get: () => new Response(null, { status: 404 }),
};

function server(changes: Answers = {}) {
  const answers: Answers = { ...GOOD, ...changes };
  return setUp((asked) => answers[kindOf(asked)]?.(asked) ?? new Response(null, { status: 405 }));
}

const taggedAs = (tag: string) => () => xml(multistatus(state(tag)));

/** The same after its first listing and, since then, another reading, from which on it tells of changes by token. */
async function afterFirstListing(changes: Answers = {}) {
  const first = await server().pull();
  const second = server({ propfind: taggedAs('one and a half'), 'sync-collection': () => xml(LISTED) });
  const { cursor } = await second.pull(first.cursor);
  return { ...server({ propfind: taggedAs('two'), ...changes }), cursor };
}

const refusedWith = { code: 'PROVIDER_ERROR', message: expect.stringContaining('dav.example.com') };

describe('a listing that is not what it seems', () => {
  it('is whole when it is', async () => {
    expect(await server().pull()).toMatchObject({ ids: ['a.ics', 'b.ics', 'c.ics'] });
    const { pull, cursor } = await afterFirstListing();
    expect(await pull(cursor)).toMatchObject({ ids: ['a.ics', 'b.ics'], removed: [] });
  });

  it('is refused wherever it breaks off', async () => {
    for (let length = 0; length < EVENTS.length; length += 7) {
      const { pull } = server({ 'calendar-query': () => xml(EVENTS.slice(0, length)) });
      await expect(pull(), EVENTS.slice(0, length)).rejects.toMatchObject(refusedWith);
    }
  });

  it.each<[string, () => Response]>([
    ['a web page', () => new Response('<html><body>Sign in</body></html>', { status: 200 })],
    ['a web page that says it is XML', () => xml('<html><body>Sign in</body></html>')],
    ['an error in the middle', () => xml(`${EVENTS.slice(0, 500)}<br/>Fatal error: out of memory`)],
    ['nothing', () => new Response('', { status: 207, headers: { 'content-type': 'text/xml' } })],
    ['JSON', () => new Response('{"multistatus":[]}', { status: 207 })],
    [
      'entities within entities',
      () => xml(`<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>${EVENTS.replace('a.ics', '&b;')}`),
    ],
    ['a hundred thousand levels', () => xml(`${'<a>'.repeat(1e5)}${'</a>'.repeat(1e5)}${EVENTS}`)],
    [
      'cut short by its own word',
      () => xml(EVENTS.replace('</d:multis', `${refusing(507, '/tess/diary/')}</d:multis`)),
    ],
    [
      'failed for one of them',
      () => xml(EVENTS.replace('</d:multis', `${refusing(500, '/tess/diary/d.ics')}</d:multis`)),
    ],
  ])('is refused when it is %s', async (_, answer) => {
    await expect(server({ 'calendar-query': answer }).pull()).rejects.toMatchObject(refusedWith);
  });

  it.each<[string, (data: string) => string]>([
    ['as it is', (data) => data],
    ['with entities', (data) => data.replace('Boiler', '&#66;oiler')],
    ['in a section', (data) => `<![CDATA[${data}]]>`],
    ['with a section in it', (data) => data.replace('Boiler', '<![CDATA[Boiler]]>')],
    ['with a comment in it', (data) => data.replace('Boiler', `Boi<!-- <b>${'x'.repeat(200)}</b> -->ler`)],
    ['behind an attribute that looks like its end', (data) => `<!-- a="> -->${data}`],
  ])('has its long texts %s', async (_, written) => {
    const data = eventText('a').replace(
      'END:VEVENT',
      `SUMMARY:Boiler\r\nX-NOTE:${'y'.repeat(200)}\r\nEND:VEVENT`,
    );
    const text = `<c:calendar-data a="&lt;>${'z'.repeat(200)}">${written(data)}</c:calendar-data>`;
    const { provider } = server({
      'calendar-query': () =>
        xml(multistatus(having('/tess/diary/a.ics', `<d:getetag>"1"</d:getetag>${text}`))),
    });
    const page = await provider.pull(CALENDAR, null, WINDOW)[Symbol.asyncIterator]().next();
    expect(page.value).toMatchObject({ changes: [{ event: { id: 'a.ics', title: 'Boiler' } }] });
  });

  it('may be empty', async () => {
    const { pull } = server({ 'calendar-query': () => xml('<multistatus xmlns="DAV:"/> <!-- none -->\n') });
    expect(await pull()).toMatchObject({ ids: [], removed: [] });
  });
});

describe('the first change after the first listing', () => {
  it('is told by etags, those that change next by token', async () => {
    const { cursor } = await server().pull();
    const changed = listedAt('two', { b: 2, c: 1 });
    const gone = ({ body }: Asked) =>
      xml(multistatus(eventAt('/tess/diary/b.ics'), refusing(404, /[^>]*a\.ics/.exec(body)?.[0] ?? '')));
    const first = server({
      propfind: taggedAs('two'),
      'sync-collection': () => xml(changed),
      'calendar-multiget': gone,
    });
    const second = await first.pull(cursor);
    expect(second).toMatchObject({ ids: ['b.ics'], removed: ['a.ics'] });
    const { pull, asked } = server({
      propfind: taggedAs('three'),
      'sync-collection': () => xml(listedAt('three', {})),
    });
    expect(await pull(second.cursor)).toMatchObject({ ids: [], removed: [] });
    expect(asked.at(-1)?.body).toContain('<d:sync-token>two</d:sync-token>');
  });

  it('is told by etags for ever where the server has no tokens', async () => {
    const { cursor } = await server().pull();
    const { pull, asked } = server({
      propfind: ({ body }) =>
        xml(body.includes('getctag') ? multistatus(state('two')) : listedAt('none', { a: 1, b: 2, c: 1 })),
      'sync-collection': () => new Response(null, { status: 501 }),
    });
    const second = await pull(cursor);
    expect(second).toMatchObject({ ids: ['b.ics'], removed: [] });
    expect(await pull(second.cursor)).toMatchObject({ ids: [], removed: [] });
    expect(asked.at(-1)?.body).toContain('getctag');
  });
});

describe('a list of changes that is not what it seems', () => {
  it.each<[string, string]>([
    ['without a token to go on from', CHANGED.replace('<d:sync-token>two</d:sync-token>', '')],
    ['with an empty one', CHANGED.replace('>two<', '><')],
    [
      'that is cut off and goes no further',
      CHANGED.replace('<d:sync', `${refusing(507, '/tess/diary/')}<d:sync`).replace('>two<', '>one<'),
    ],
  ])('is refused: %s', async (_, answer) => {
    const { pull, cursor } = await afterFirstListing({ 'sync-collection': () => xml(answer) });
    await expect(pull(cursor)).rejects.toMatchObject(refusedWith);
  });

  it('comes to an end when it is cut short for ever', async () => {
    let part = 0;
    const { pull, cursor, asked } = await afterFirstListing({
      'sync-collection': () => {
        part += 1;
        const cut = refusing(507, '/tess/diary/');
        return xml(CHANGED.replace('<d:sync', `${cut}<d:sync`).replace('>two<', `>part-${part}<`));
      },
    });
    await expect(pull(cursor)).rejects.toMatchObject(refusedWith);
    expect(asked.length).toBeLessThan(1100);
  });

  it('removes what it says is gone, several in one breath', async () => {
    const gone = refusing(404, '/tess/diary/a.ics', '/tess/diary/b.ics');
    const { pull, cursor } = await afterFirstListing({
      'sync-collection': () => xml(CHANGED.replace(/<d:response>.*<\/d:response>/, gone)),
    });
    expect(await pull(cursor)).toMatchObject({ ids: [], removed: ['a.ics', 'b.ics'] });
  });
});

describe('a calendar that does not fit into one answer', () => {
  const tooLarge = (): never => {
    throw new AppError('PROVIDER_ERROR', 'It is too large.', { detail: 'too-large' });
  };
  const large: Answers = {
    'calendar-query': tooLarge,
    'sync-collection': () => xml(LISTED),
    'calendar-multiget': (asked) =>
      asked.body.split('<d:href>').length > 2
        ? tooLarge()
        : (GOOD['calendar-multiget']?.(asked) ?? new Response(null, { status: 405 })),
  };

  it('is read in parts', async () => {
    const { ids, cursor } = await server(large).pull();
    expect(ids).toEqual(['a.ics', 'b.ics', 'c.ics']);
    const second = listedAt('two', { a: 2, b: 2, c: 1 });
    const later = server({ ...large, propfind: taggedAs('two'), 'sync-collection': () => xml(second) });
    expect(await later.pull(cursor)).toMatchObject({ ids: ['a.ics', 'b.ics'], removed: [] });
  });

  it.each<[string, Answers]>([
    [
      'one part fails',
      { get: () => new Response(null, { status: 500 }), 'calendar-multiget': () => xml(multistatus()) },
    ],
    ['its names do not fit either', { 'sync-collection': tooLarge }],
    ['a single event does not fit', { 'calendar-multiget': tooLarge }],
  ])('is not taken for whole when %s', async (_, answers) => {
    await expect(server({ ...large, ...answers }).pull()).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
  });

  it('is read in parts as well when it is too long on its way', async () => {
    const slow = (): never => {
      throw Object.assign(new TypeError('No answer within 60000 ms'), { name: 'TimeoutError' });
    };
    const { ids } = await server({ ...large, 'calendar-query': slow }).pull();
    expect(ids).toEqual(['a.ics', 'b.ics', 'c.ics']);
  });
});

describe('an object that is asked for and not shown', () => {
  const only = eventAt('/tess/diary/a.ics');

  it.each([500, 503, 507])('because the server fails with %d: the position stays', async (status) => {
    const { pull, cursor } = await afterFirstListing({
      'calendar-multiget': () => xml(multistatus(only, refusing(status, '/tess/diary/b.ics'))),
    });
    await expect(pull(cursor)).rejects.toMatchObject(refusedWith);
  });

  it.each<[string, Response, object]>([
    ['is there', new Response(eventText('b')), { ids: ['a.ics', 'b.ics'], removed: [] }],
    ['is gone', new Response(null, { status: 404 }), { ids: ['a.ics'], removed: ['b.ics'] }],
  ])('because the answer leaves it out: it is asked for again, and %s', async (_, answer, outcome) => {
    const { pull, cursor } = await afterFirstListing({
      'calendar-multiget': () => xml(multistatus(only)),
      get: () => answer.clone(),
    });
    expect(await pull(cursor)).toMatchObject(outcome);
  });

  it('is missing only when the server says so', async () => {
    const lookUp = (answers: Answers) => server(answers).provider.get(CALENDAR, 'a.ics');
    const nothing = { 'calendar-multiget': () => xml(multistatus()) };
    expect(await lookUp(nothing)).toEqual({ kind: 'missing' });
    expect(
      await lookUp({ 'calendar-multiget': () => xml(multistatus(refusing(404, '/tess/diary/a.ics'))) }),
    ).toEqual({ kind: 'missing' });
    expect(await lookUp({ ...nothing, get: () => new Response(eventText('a')) })).toMatchObject({
      kind: 'found',
    });
    const failures: [Answers, string][] = [
      [{ ...nothing, get: () => new Response('Sign in', { status: 200 }) }, 'PROVIDER_ERROR'],
      [{ ...nothing, get: () => new Response(null, { status: 503 }) }, 'PROVIDER_ERROR'],
      [
        { 'calendar-multiget': () => xml(multistatus(refusing(403, '/tess/diary/a.ics'))) },
        'PERMISSION_DENIED',
      ],
      [{ 'calendar-multiget': () => new Response('<html>', { status: 200 }) }, 'PROVIDER_ERROR'],
    ];
    for (const [answers, code] of failures) await expect(lookUp(answers)).rejects.toMatchObject({ code });
  });
});

describe('an answer that names other places', () => {
  const places = [
    'https://evil.example/tess/diary/a.ics',
    '//evil.example/b.ics',
    '../../../etc/c.ics',
    '/tess/diary/%2e%2e%2fd.ics',
    '/tess/diary/%2E%2E/e.ics',
    'javascript:alert(1)',
    'file:///etc/passwd',
  ];

  it('leads no request and no event there', async () => {
    const listed = multistatus(...places.map((href) => having(href, '<d:getetag>"1"</d:getetag>')));
    const { pull, asked, provider } = server({ 'calendar-query': () => xml(listed) });
    const { ids } = await pull();
    for (const id of ids) {
      await provider.get(CALENDAR, id);
      await provider.delete(CALENDAR, id, null).catch(() => {});
    }
    expect(new Set(asked.map(({ url }) => url.origin))).toEqual(new Set([ORIGIN]));
    const single = asked.filter(({ method }) => method === 'DELETE').map(({ url }) => url.pathname);
    expect(single.every((path) => /^\/tess\/diary\/[^/]+$/.test(path))).toBe(true);
    expect(single).toContain('/tess/diary/..%2Fd.ics');
  });

  it('offers no calendar of another server', async () => {
    const collection = '<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>';
    const answer = multistatus(having('https://evil.example/tess/diary/', collection));
    const { provider } = server({ propfind: () => xml(answer) });
    expect(await provider.listCalendars()).toMatchObject([{ id: CALENDAR }]);
  });
});

describe('whatever is answered', () => {
  const mutated = fc
    .tuple(
      fc.constantFrom(EVENTS, CHANGED, multistatus(state('one'))),
      fc.nat(),
      fc.nat(60),
      fc.oneof(
        fc.string(),
        fc.constantFrom('<', '>', '&', '<a>', ']]>', '<!--', '\u0000', 'HTTP/1.1 599', '"'),
      ),
    )
    .map(([text, at, length, by]) => {
      const from = at % text.length;
      return text.slice(0, from) + by + text.slice(from + length);
    });

  it('is a listing or one of our errors', async () => {
    const { cursor } = await server().pull();
    await fc.assert(
      fc.asyncProperty(
        mutated,
        fc.boolean(),
        fc.constantFrom(...Object.keys(GOOD)),
        async (text, first, kind) => {
          const { pull } = server({
            propfind: () => xml(multistatus(state('two'))),
            [kind]: () => xml(text),
          });
          const outcome = await pull(first ? null : cursor).catch((error: unknown) => error);
          const isKnown =
            !(outcome instanceof Error) || (outcome instanceof AppError && outcome.code !== 'INTERNAL');
          expect(isKnown, String(outcome)).toBe(true);
        },
      ),
      { seed: 20261210, numRuns: 500 },
    );
  });
});
