import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webhookRoutes } from '../../src/main/headless/server/webhook-routes.ts';
import { createStore, type Store } from '../../src/main/store/store.ts';
import { secretHash } from '../../src/main/webhooks/notification.ts';
import { Receiver } from '../../src/main/webhooks/receiver.ts';
import { type Loopback, openLoopback, stubProgram } from '../support/loopback.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { addAccount, openInMemory } from '../unit/store-support.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const GOOGLE = '/webhooks/google/calendar';
const MICROSOFT = '/webhooks/microsoft/calendar';

let clock: VirtualClock;
let loopback: Loopback;
let store: Store;
let receiver: Receiver;
/** How often a calendar was to be read. */
let pulls: number;
let message: number;

beforeEach(async () => {
  clock = new VirtualClock();
  const db = openInMemory();
  addAccount(db);
  store = createStore(db);
  pulls = 0;
  message = 1;
  for (const [id, remoteId] of [
    ['channel', 'resource'],
    ['other', 'subscription'],
  ] as const) {
    const until = '2026-11-26T08:00:00.000Z';
    store.channels.put({
      id,
      accountId: 'account-1',
      calendarId: id,
      remoteId,
      secretHash: secretHash('secret'),
      callbackHash: '',
      renewAt: until,
      expiresAt: until,
      lastMessage: 0,
    });
  }
  receiver = new Receiver({
    store,
    clock,
    log: () => undefined,
    onChanged: () => {
      pulls += 1;
    },
  });
  loopback = await openLoopback(stubProgram({}), (app) => webhookRoutes(app, () => receiver));
});
afterEach(() => loopback.close());

/** Posts while time stands still: sockets would let it pass. */
function post(path: string, headers: Record<string, string>, body = ''): Promise<number> {
  return clock.frozen(async () => {
    const answer = await fetch(`${loopback.server.origin}${path}`, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status;
  });
}

function google(headers: Record<string, string> = {}): Promise<number> {
  message += 1;
  return post(GOOGLE, {
    'x-goog-channel-id': 'channel',
    'x-goog-channel-token': 'secret',
    'x-goog-resource-id': 'resource',
    'x-goog-resource-state': 'exists',
    'x-goog-message-number': String(message),
    ...headers,
  });
}

const item = (changes: object = {}): object => ({
  subscriptionId: 'subscription',
  clientState: 'secret',
  changeType: 'updated',
  resourceData: { id: 'event', '@odata.etag': 'W/"1"' },
  ...changes,
});
const microsoft = (...value: readonly object[]): Promise<number> =>
  post(MICROSOFT, { 'content-type': 'application/json' }, JSON.stringify({ value }));

/** How many pulls whatever was posted has cost, once it has settled. */
async function cost(): Promise<number> {
  await clock.sleep(10 * SECOND);
  return pulls;
}

describe('a genuine notification', () => {
  it('is taken, without a session, and costs one pull after five seconds', async () => {
    expect(await google()).toBe(202);
    await clock.sleep(4_999);
    expect(pulls).toBe(0);
    await clock.sleep(1);
    expect(pulls).toBe(1);
    expect(await microsoft(item())).toBe(202);
    expect(await cost()).toBe(2);
  });

  it('that only says hello costs nothing', async () => {
    expect(await google({ 'x-goog-resource-state': 'sync' })).toBe(202);
    expect(await cost()).toBe(0);
  });

  it('two hundred times in a second costs one pull for each calendar', async () => {
    for (let n = 0; n < 100; n += 1) {
      expect(await google()).toBe(202);
      expect(await microsoft(item({ resourceData: { id: `event-${n}`, '@odata.etag': '1' } }))).toBe(202);
    }
    expect(await cost()).toBe(2);
  });

  it('told again later costs nothing more', async () => {
    await google({ 'x-goog-message-number': '7' });
    await microsoft(item());
    expect(await cost()).toBe(2);
    expect(await google({ 'x-goog-message-number': '7' })).toBe(202);
    expect(await google({ 'x-goog-message-number': '6' })).toBe(202);
    expect(await microsoft(item())).toBe(202);
    expect(await cost()).toBe(2);
    await google({ 'x-goog-message-number': '8' });
    expect(await cost()).toBe(3);
  });

  it('of Graph about a subscription itself is followed', async () => {
    await microsoft(item({ lifecycleEvent: 'missed', changeType: undefined, resourceData: undefined }));
    expect(await cost()).toBe(1);
    await microsoft(item({ lifecycleEvent: 'reauthorizationRequired' }));
    expect(await cost()).toBe(2);
    expect(Date.parse(store.channels.get('other')?.renewAt ?? '')).toBeLessThan(clock.now().getTime());
    await microsoft(item({ lifecycleEvent: 'subscriptionRemoved' }));
    expect(await cost()).toBe(3);
    expect(store.channels.get('other')).toBeNull();
    expect(await microsoft(item())).toBe(404);
  });
});

describe('Graph’s handshake', () => {
  it('is answered with its token as plain text', async () => {
    const token = 'Validation: a <script>token</script>';
    const url = `${loopback.server.origin}${MICROSOFT}?validationToken=${encodeURIComponent(token)}`;
    await clock.frozen(async () => {
      const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(await answer.text()).toBe(token);
    });
    expect(await cost()).toBe(0);
  });

  it('is not answered at any length, nor to Google', async () => {
    expect(await post(`${MICROSOFT}?validationToken=${'x'.repeat(3_000)}`, {})).toBe(400);
    expect(await post(`${GOOGLE}?validationToken=x`, {})).toBe(400);
  });
});

describe('whatever else is posted costs no sync', () => {
  it('an unknown channel is 404', async () => {
    expect(await google({ 'x-goog-channel-id': 'unknown' })).toBe(404);
    expect(await google({ 'x-goog-resource-id': 'unknown' })).toBe(404);
    expect(await microsoft(item({ subscriptionId: 'unknown' }))).toBe(404);
    expect(await cost()).toBe(0);
  });

  it('a forged one is 403', async () => {
    expect(await google({ 'x-goog-channel-token': 'guess' })).toBe(403);
    expect(await google({ 'x-goog-channel-token': '' })).toBe(403);
    expect(await microsoft(item({ clientState: 'guess' }))).toBe(403);
    expect(await microsoft(item({ clientState: undefined }))).toBe(403);
    expect(await cost()).toBe(0);
  });

  it('a malformed one is 400, or 413 where it is too large', async () => {
    expect(await google({ 'x-goog-message-number': 'many' })).toBe(400);
    expect(await google({ 'x-goog-resource-state': 'exploded' })).toBe(400);
    const json = { 'content-type': 'application/json' };
    expect(await post(MICROSOFT, json, '{"value":')).toBe(400);
    expect(await post(MICROSOFT, json, '')).toBe(400);
    expect(await post(MICROSOFT, json, '{"value":[]}')).toBe(400);
    expect(await microsoft(item({ padding: 'x'.repeat(70_000) }))).toBe(413);
    expect(await cost()).toBe(0);
  });

  it('one that is nested too deep is 400, before it is parsed', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const body = JSON.stringify({ value: [item()] }).replace(']}', `],"deep":${deep}}`);
    expect(await post(MICROSOFT, { 'content-type': 'application/json' }, body)).toBe(400);
    expect(await microsoft(item({ note: '[[[[[[[[[[ {{{{{{{{{{ in a text' }))).toBe(202);
    expect(await cost()).toBe(1);
  });

  it('a flood is refused with 429, and over after a minute', async () => {
    const seen = new Map<number, number>();
    for (let n = 0; n < 100; n += 1) {
      const status = await google({ 'x-goog-channel-id': `guess-${n}` });
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(seen)).toEqual({ 404: 60, 429: 40 });
    // Whoever knows a channel and its secret is not kept out by that.
    expect(await google()).toBe(202);
    expect(await cost()).toBe(1);
    for (let n = 0; n < 1_000; n += 1) receiver.receive({ provider: 'google', headers: {}, body: '' });
    expect(await google()).toBe(429);
    await clock.sleep(MINUTE);
    expect(await google()).toBe(202);
    expect(await cost()).toBe(2);
  });
});
