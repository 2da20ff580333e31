import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStore } from '../../src/main/store/store.ts';
import { noticesOf, type Posted, secretHash } from '../../src/main/webhooks/notification.ts';
import { Receiver } from '../../src/main/webhooks/receiver.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { addAccount, openInMemory } from './store-support.ts';

/** `security.md` 15 and 19: whatever anybody posts is refused in no time, and costs no sync. */

const SECRET = 'the secret of the channel';

/** Mostly what a notification has there, or it would not be read any further. */
const mostly = <T, U>(likely: fc.Arbitrary<T>, odd: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: 8, arbitrary: likely }, { weight: 1, arbitrary: odd });
const text = fc.string({ minLength: 1 });
const anyOf = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

const item = fc.record(
  {
    subscriptionId: mostly(fc.oneof(anyOf('subscription', '__proto__'), text), fc.anything()),
    clientState: mostly(fc.oneof(anyOf('', SECRET.slice(1), `${SECRET} `), text), fc.anything()),
    lifecycleEvent: mostly(
      anyOf('missed', 'subscriptionRemoved', 'reauthorizationRequired'),
      fc.oneof(anyOf('constructor'), fc.anything()),
    ),
    changeType: mostly(text, fc.anything()),
    resourceData: mostly(fc.constantFrom({}, { id: 'event' }), fc.oneof(fc.object(), fc.anything())),
  },
  { requiredKeys: ['subscriptionId'] },
);
const json = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? 1 : part)) ?? '';
const body = fc.oneof(
  fc.array(item, { minLength: 1, maxLength: 3 }).map((value) => json({ value })),
  fc.array(item, { maxLength: 3 }).chain((value) => {
    const whole = json({ value });
    return fc.nat(whole.length).map((end) => whole.slice(0, end));
  }),
  fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'value', '1') }),
  fc.string(),
);
const odd = fc.oneof(
  anyOf('channel', '-1', '1e9', '9'.repeat(18), ''),
  text,
  fc.array(text, { maxLength: 2 }),
);
const headers = fc.record(
  {
    'x-goog-channel-id': mostly(fc.oneof(anyOf('channel'), text), odd),
    'x-goog-channel-token': mostly(fc.oneof(anyOf(SECRET.slice(1), `${SECRET} `), text), odd),
    'x-goog-resource-id': mostly(fc.oneof(anyOf('resource'), text), odd),
    'x-goog-resource-state': mostly(anyOf('exists', 'sync', 'not_exists'), odd),
    'x-goog-message-number': mostly(anyOf('1', '7', '9'.repeat(15)), odd),
  },
  { requiredKeys: ['x-goog-channel-id', 'x-goog-resource-id', 'x-goog-message-number'] },
);
const posted: fc.Arbitrary<Posted> = fc.record({
  provider: fc.constantFrom('google', 'microsoft'),
  headers,
  body,
});

describe('whatever is posted', () => {
  it('is notices as providers write them, or none at all', () => {
    let read = 0;
    fc.assert(
      fc.property(posted, (one) => {
        for (const { channel, secret, event, message } of noticesOf(one) ?? []) {
          read += 1;
          expect(channel).not.toBe('');
          expect([typeof channel, typeof secret]).toEqual(['string', 'string']);
          expect(['opened', 'changed', 'missed', 'reauthorize', 'removed']).toContain(event);
          expect(message === null || Number.isSafeInteger(message)).toBe(true);
        }
      }),
      { seed: 20261128, numRuns: 1_000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it('by somebody who knows channels but no secret costs nothing and changes nothing', async () => {
    const clock = new VirtualClock();
    const db = openInMemory();
    addAccount(db);
    const store = createStore(db);
    const channel = {
      ...{ accountId: 'account-1', calendarId: 'c', secretHash: secretHash(SECRET), callbackHash: '' },
      ...{ renewAt: '2026-11-26T08:00:00.000Z', expiresAt: '2026-11-26T08:00:00.000Z', lastMessage: 0 },
    };
    store.channels.put({ ...channel, id: 'channel', remoteId: 'resource' });
    store.channels.put({ ...channel, id: 'other', calendarId: 'd', remoteId: 'subscription' });
    const before = store.channels.list();
    let pulls = 0;
    const onChanged = (): void => {
      pulls += 1;
    };
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(posted, async (one) => {
        const receiver = new Receiver({ store, clock, log: () => undefined, onChanged });
        const status = receiver.receive(one);
        expect([400, 403, 404]).toContain(status);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }),
      { seed: 20261129, numRuns: 500 },
    );
    // Most do not look like a notice at all: enough of them are refused for what they say.
    for (const status of [400, 403, 404]) expect(statuses.get(status), String(status)).toBeGreaterThan(10);
    await clock.sleep(60_000);
    expect(pulls).toBe(0);
    expect(store.channels.list()).toEqual(before);
  });

  it('is looked at once, however it is made: a thousand of the longest would otherwise stop the program', () => {
    // Backtracking at every quote took seconds for each of these; all of them together take none.
    for (const piece of ['\\"', '"\\', '"', '[', '{"a":', '"\\u0000']) {
      const longest = piece.repeat(Math.floor((64 * 1024) / piece.length));
      for (let n = 0; n < 20; n += 1) {
        expect(noticesOf({ provider: 'microsoft', headers: {}, body: longest })).toBeNull();
      }
    }
  });
});
