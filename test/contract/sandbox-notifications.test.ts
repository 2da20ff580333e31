import type { Client } from '@microsoft/microsoft-graph-client';
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { officialClient as googleClient, refusal as googleRefusal } from './sandbox-google-fixture.ts';
import { officialClient as graphClient, refusal as graphRefusal } from './sandbox-microsoft-fixture.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const ADDRESS = 'https://agent.example/hook';
const ANNA = 'anna@example.com';
const OUTLOOK = 'AAMkAGAnna=';

/** A request that the sandbox made of an address outside. */
interface Call {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

let clock: VirtualClock;
let sandbox: Sandbox;
let calls: Call[];
/** How the address answers Graph's handshake. */
let answerHandshake: (token: string) => Promise<Response>;

beforeEach(() => {
  clock = new VirtualClock();
  calls = [];
  answerHandshake = async (token) => new Response(token, { headers: { 'content-type': 'text/plain' } });
  sandbox = createSandbox({
    clock,
    random: seededRandom(3),
    outside: async (input, init) => {
      const url = new URL(String(input));
      const token = url.searchParams.get('validationToken');
      if (token !== null) return answerHandshake(token);
      calls.push({ url: url.href, headers: new Headers(init?.headers), body: String(init?.body ?? '') });
      return new Response(null, { status: 202 });
    },
  });
  const timeZone = 'Europe/London';
  sandbox.google.addAccount({
    email: ANNA,
    sub: '1001',
    name: 'Anna',
    calendars: [{ id: ANNA, summary: 'Anna', timeZone, primary: true, accessRole: 'owner' }],
  });
  sandbox.microsoft.addAccount({
    email: ANNA,
    name: 'Anna',
    oid: 'oid-anna',
    timeZone,
    calendars: [{ id: OUTLOOK, name: 'Calendar', isDefault: true }],
  });
});
afterEach(() => sandbox.close());

const pass = (milliseconds: number): Promise<void> => clock.sleep(milliseconds);

const pathsOf = (): readonly string[] => calls.map(({ url }) => new URL(url).pathname);

describe('Google’s channels', () => {
  let client: calendar_v3.Calendar;
  beforeEach(async () => {
    client = await googleClient({ sandbox, baseUrl: sandbox.urls().google }, ANNA);
  });

  const add = (summary: string): string =>
    sandbox.google.addEvent(ANNA, {
      summary,
      start: { dateTime: '2026-11-25T09:00:00Z' },
      end: { dateTime: '2026-11-25T10:00:00Z' },
    }).id;
  const watch = async (fields: calendar_v3.Schema$Channel = {}): Promise<calendar_v3.Schema$Channel> =>
    (
      await client.events.watch({
        calendarId: 'primary',
        requestBody: { id: 'channel-1', type: 'web_hook', address: ADDRESS, token: 'secret', ...fields },
      })
    ).data;
  const told = (): readonly (readonly (string | null)[])[] =>
    calls.map(({ headers }) =>
      ['id', 'token', 'message-number']
        .map((name) => headers.get(name === 'message-number' ? `x-goog-${name}` : `x-goog-channel-${name}`))
        .concat(headers.get('x-goog-resource-state')),
    );

  it('say hello, then tell of every change, without a word of what it is', async () => {
    const channel = await watch();
    await pass(SECOND);
    const id = add('Dentist');
    sandbox.google.editEvent(ANNA, id, { summary: 'Doctor' });
    await client.events.delete({ calendarId: 'primary', eventId: id });
    await pass(SECOND);
    expect(told()).toEqual([
      ['channel-1', 'secret', '1', 'sync'],
      ['channel-1', 'secret', '2', 'exists'],
      ['channel-1', 'secret', '3', 'exists'],
      ['channel-1', 'secret', '4', 'exists'],
    ]);
    expect(new Set(calls.map(({ headers }) => headers.get('x-goog-resource-id')))).toEqual(
      new Set([channel.resourceId]),
    );
    expect(calls.map(({ body }) => body).join('')).toBe('');
    expect(channel).toMatchObject({ kind: 'api#channel', id: 'channel-1', token: 'secret' });
  });

  it('live a week, or as long as the client asks, and are silent afterwards', async () => {
    const standard = await watch({ id: 'standard' });
    const short = await watch({ id: 'short', params: { ttl: '3600' } });
    const lives = ({ expiration }: calendar_v3.Schema$Channel): number =>
      Number(expiration) - Date.parse('2026-11-23T08:00:00Z');
    expect([lives(standard), lives(short)]).toEqual([7 * DAY, 60 * MINUTE]);
    await pass(60 * MINUTE);
    calls = [];
    add('After an hour');
    await pass(SECOND);
    expect(told().map(([id]) => id)).toEqual(['standard']);
    await pass(7 * DAY);
    calls = [];
    add('After a week');
    await pass(SECOND);
    expect(calls).toEqual([]);
  });

  it('end when they are stopped, which takes both of their ids', async () => {
    const { resourceId = null } = await watch();
    const stop = (id: string, resource: string | null) =>
      client.channels.stop({ requestBody: { id, resourceId: resource } });
    expect(await googleRefusal(stop('channel-1', 'another'))).toBe('404 notFound');
    expect(await googleRefusal(stop('channel-2', resourceId))).toBe('404 notFound');
    expect((await stop('channel-1', resourceId)).status).toBe(204);
    await pass(SECOND);
    calls = [];
    add('Unheard');
    await pass(SECOND);
    expect(calls).toEqual([]);
    expect(await googleRefusal(watch())).toBe('400 channelIdNotUnique');
  });

  it('lead to https, or to this computer', async () => {
    expect(await googleRefusal(watch({ address: 'http://agent.example/hook' }))).toBe(
      '400 push.webhookUrlNotHttps',
    );
    expect(await googleRefusal(watch({ id: 'local', address: 'http://127.0.0.1:4271/hook' }))).toBe(
      'was not refused',
    );
    expect(await googleRefusal(watch({ id: 'no spaces please' }))).toBe('400 required');
  });

  it('lose and repeat notifications when told to', async () => {
    await watch();
    await pass(SECOND);
    sandbox.faults.add({
      service: 'google',
      times: 2,
      effect: { kind: 'hook', name: 'lose-notification' },
    });
    add('Lost');
    add('Lost too');
    sandbox.faults.clear();
    sandbox.faults.add({
      service: 'google',
      effect: { kind: 'hook', name: 'repeat-notification', argument: 3 },
    });
    calls = [];
    add('Told four times');
    add('Told once');
    await pass(SECOND);
    expect(told().map(([, , number]) => number)).toEqual(['4', '4', '4', '4', '5']);
  });
});

describe('Graph’s subscriptions', () => {
  let client: Client;
  beforeEach(async () => {
    const { MICROSOFT_TENANT: tenant = '', MICROSOFT_CLIENT_ID: clientId = '' } = sandbox.env();
    const { microsoft, faults } = sandbox;
    const baseUrl = sandbox.urls().microsoft;
    client = await graphClient({ sandbox, microsoft, faults, clock, tenant, clientId, baseUrl }, ANNA);
  });

  const add = (subject: string): string =>
    sandbox.microsoft.addEvent(OUTLOOK, {
      subject,
      start: { dateTime: '2026-11-25T09:00:00', timeZone: 'UTC' },
      end: { dateTime: '2026-11-25T10:00:00', timeZone: 'UTC' },
    }).id;
  const inMinutes = (minutes: number): string =>
    new Date(clock.now().getTime() + minutes * MINUTE).toISOString();
  const subscribe = (fields: object = {}): Promise<{ readonly id: string }> =>
    client
      .api('/subscriptions')
      .header('prefer', 'IdType="ImmutableId"')
      .post({
        changeType: 'created,updated,deleted',
        notificationUrl: ADDRESS,
        lifecycleNotificationUrl: `${ADDRESS}/lifecycle`,
        resource: `/me/calendars/${OUTLOOK}/events`,
        expirationDateTime: inMinutes(4_230),
        clientState: 'secret',
        ...fields,
      });
  const told = () =>
    calls.flatMap(({ body }) => JSON.parse(body).value as readonly Record<string, unknown>[]);

  it('ask whether they are wanted, and tell of every change', async () => {
    const { id: subscriptionId } = await subscribe();
    const id = add('Dentist');
    sandbox.microsoft.editEvent(OUTLOOK, id, { subject: 'Doctor' });
    sandbox.microsoft.deleteEvent(OUTLOOK, id);
    await pass(SECOND);
    const about = { subscriptionId, clientState: 'secret', resourceData: { id } };
    expect(told()).toMatchObject([
      { ...about, changeType: 'created' },
      { ...about, changeType: 'updated' },
      { ...about, changeType: 'deleted' },
    ]);
    expect(pathsOf()).toEqual(['/hook', '/hook', '/hook']);
  });

  it('are refused to who does not answer as it should, or not in time', async () => {
    const refused = '400 ValidationError';
    answerHandshake = async () =>
      new Response('something else', { headers: { 'content-type': 'text/plain' } });
    expect(await graphRefusal(subscribe())).toBe(refused);
    answerHandshake = async (token) => new Response(token, { headers: { 'content-type': 'text/html' } });
    expect(await graphRefusal(subscribe())).toBe(refused);
    answerHandshake = async (token) => {
      await pass(11 * SECOND);
      return new Response(token, { headers: { 'content-type': 'text/plain' } });
    };
    expect(await graphRefusal(subscribe())).toBe(refused);
    answerHandshake = async () => {
      throw new TypeError('fetch failed');
    };
    expect(await graphRefusal(subscribe())).toBe(refused);
    expect(sandbox.microsoft.subscriptions.open()).toEqual([]);
  });

  it('are only to the events of a calendar that there is', async () => {
    expect(await graphRefusal(subscribe({ resource: '/me/messages' }))).toMatch(/^400 /);
    expect(await graphRefusal(subscribe({ resource: '/me/calendars/%zz/events' }))).toMatch(/^400 /);
    expect(await graphRefusal(subscribe({ resource: '/me/calendars/other/events' }))).toMatch(/^404 /);
  });

  it('live at most 4,230 minutes, unless they are renewed', async () => {
    expect(await graphRefusal(subscribe({ expirationDateTime: inMinutes(4_231) }))).toBe(
      '400 ExtensionError',
    );
    const { id } = await subscribe({ expirationDateTime: inMinutes(30) });
    const { id: other } = await subscribe({ expirationDateTime: inMinutes(30) });
    await pass(29 * MINUTE);
    await client.api(`/subscriptions/${id}`).patch({ expirationDateTime: inMinutes(30) });
    await pass(2 * MINUTE);
    add('Heard once');
    await pass(SECOND);
    expect(told().map(({ subscriptionId }) => subscriptionId)).toEqual([id]);
    expect(
      await graphRefusal(client.api(`/subscriptions/${other}`).patch({ expirationDateTime: inMinutes(30) })),
    ).toBe('404 ResourceNotFound');
    await client.api(`/subscriptions/${id}`).delete();
    add('Unheard');
    await pass(SECOND);
    expect(told()).toHaveLength(1);
  });

  it('tell of themselves to the address for that', async () => {
    const { id } = await subscribe();
    sandbox.microsoft.subscriptions.tell(id, 'missed');
    sandbox.microsoft.subscriptions.tell(id, 'reauthorizationRequired');
    sandbox.microsoft.subscriptions.tell(id, 'subscriptionRemoved');
    add('Unheard');
    await pass(SECOND);
    expect(told().map(({ lifecycleEvent }) => lifecycleEvent)).toEqual([
      'missed',
      'reauthorizationRequired',
      'subscriptionRemoved',
    ]);
    expect(new Set(pathsOf())).toEqual(new Set(['/hook/lifecycle']));
  });
});

describe('the booking system’s relay', () => {
  const ask = (method: string, path: string, token: string, body?: object): Promise<Response> =>
    sandbox.fetch(`${sandbox.urls().booking}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const webhooks = () =>
    sandbox.booking.events
      .after(0)
      .filter(({ event }) => event.name === 'webhook')
      .map(({ event }) => JSON.parse(event.data));
  let device: string;
  beforeEach(() => {
    sandbox.booking.addTechnician({ id: 'tech_a', name: 'Anna' });
    device = sandbox.booking.devices.addToken({ technicianId: 'tech_a' });
  });
  const open = async (provider: string): Promise<{ readonly id: string; readonly callbackUrl: string }> =>
    (await ask('POST', '/webhook-relays', device, { provider })).json() as Promise<{
      readonly id: string;
      readonly callbackUrl: string;
    }>;

  it('passes on what a provider posts, until it is closed', async () => {
    const { id, callbackUrl } = await open('google');
    const client = await googleClient({ sandbox, baseUrl: sandbox.urls().google }, ANNA);
    const requestBody = { id: 'channel-1', type: 'web_hook', address: callbackUrl, token: 'secret' };
    await client.events.watch({ calendarId: 'primary', requestBody });
    await pass(SECOND);
    expect(webhooks()).toEqual([
      {
        relayId: id,
        provider: 'google',
        headers: expect.objectContaining({
          'x-goog-channel-id': 'channel-1',
          'x-goog-channel-token': 'secret',
          'x-goog-resource-state': 'sync',
        }),
        body: '',
        receivedAt: '2026-11-23T08:00:00.000Z',
      },
    ]);
    const other = sandbox.booking.devices.addToken({ technicianId: 'tech_a' });
    expect((await ask('DELETE', `/webhook-relays/${id}`, other)).status).toBe(404);
    expect((await ask('DELETE', `/webhook-relays/${id}`, device)).status).toBe(204);
    expect((await sandbox.fetch(callbackUrl, { method: 'POST' })).status).toBe(404);
    expect(webhooks()).toHaveLength(1);
  });

  it('answers Graph’s handshake by itself', async () => {
    const { callbackUrl } = await open('microsoft');
    const url = new URL(callbackUrl);
    url.searchParams.set('validationToken', 'Validation: a <b> token');
    const answer = await sandbox.fetch(url.href, { method: 'POST' });
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'text/plain',
      'Validation: a <b> token',
    ]);
    expect(webhooks()).toEqual([]);
    await sandbox.fetch(callbackUrl, { method: 'POST', body: '{"not json' });
    expect(webhooks()).toMatchObject([{ body: '{"not json' }]);
  });

  it('tells nobody but the device that opened it, and for no longer than it lives', async () => {
    sandbox.booking.relays.lifetimeMs = DAY;
    const { callbackUrl } = await open('google');
    const other = sandbox.booking.devices.addToken({ technicianId: 'tech_a' });
    sandbox.booking.events.push('booking.changed', { id: 'bk_1', version: '1' }, ['tech_a']);
    const first = sandbox.booking.events.after(0)[0]?.event.id ?? '';
    await sandbox.fetch(callbackUrl, { method: 'POST', body: 'hello' });
    sandbox.booking.events.push('booking.changed', { id: 'bk_2', version: '1' }, ['tech_a']);
    /** The first event after the first one that a device is told of. */
    const heardBy = async (token: string): Promise<string> => {
      const answer = await sandbox.fetch(`${sandbox.urls().booking}/events`, {
        headers: { accept: 'text/event-stream', authorization: `Bearer ${token}`, 'last-event-id': first },
      });
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      const text = (await reader?.read())?.value ?? '';
      await reader?.cancel();
      return text;
    };
    expect(await heardBy(device)).toContain('event: webhook');
    expect(await heardBy(other)).toContain('bk_2');
    await pass(DAY);
    expect((await sandbox.fetch(callbackUrl, { method: 'POST' })).status).toBe(404);
  });
});
