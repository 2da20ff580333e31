import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStore } from '../../src/main/store/store.ts';
import { noticesOf, type Posted, secretHash } from '../../src/main/webhooks/notification.ts';
import { Receiver } from '../../src/main/webhooks/receiver.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { addAccount, openInMemory } from './store-support.ts';

/** `security.md` 15 and 19: whatever anybody posts is refused in no time, and costs no sync. */

const SECRET = 'the secret of the channel';

const item = fc.record(
  {
    subscriptionId: fc.oneof(fc.constantFrom('subscription', '', '__proto__'), fc.string(), fc.anything()),
    clientState: fc.oneof(fc.constantFrom('', SECRET.slice(1), `${SECRET} `), fc.string(), fc.anything()),
    lifecycleEvent: fc.oneof(fc.constantFrom('missed', 'subscriptionRemoved', 'constructor'), fc.anything()),
    changeType: fc.oneof(fc.string(), fc.anything()),
    resourceData: fc.oneof(fc.object(), fc.anything()),
  },
  { requiredKeys: [] },
);
const json = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? 1 : part)) ?? '';
const body = fc.oneof(
  fc.array(item, { maxLength: 5 }).map((value) => json({ value })),
  fc.array(item, { maxLength: 3 }).chain((value) => {
    const whole = json({ value });
    return fc.nat(whole.length).map((end) => whole.slice(0, end));
  }),
  fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'value', '1') }),
  fc.string(),
);
const NAMES = ['channel-id', 'channel-token', 'resource-id', 'resource-state', 'message-number'];
const VALUES = ['channel', 'resource', 'exists', 'sync', '1', '-1', '1e9', '9'.repeat(18), SECRET.slice(1)];
const headers = fc.dictionary(
  fc.constantFrom(...NAMES.map((name) => `x-goog-${name}`)),
  fc.oneof(fc.constantFrom(...VALUES), fc.string(), fc.array(fc.string(), { maxLength: 2 })),
);
const posted: fc.Arbitrary<Posted> = fc.record({
  provider: fc.constantFrom('google', 'microsoft'),
  headers,
  body,
});

describe('whatever is posted', () => {
  it('is notices as providers write them, or none at all', () => {
    fc.assert(
      fc.property(posted, (one) => {
        for (const { channel, secret, event, message } of noticesOf(one) ?? []) {
          expect(channel).not.toBe('');
          expect([typeof channel, typeof secret]).toEqual(['string', 'string']);
          expect(['opened', 'changed', 'missed', 'reauthorize', 'removed']).toContain(event);
          expect(message === null || Number.isSafeInteger(message)).toBe(true);
        }
      }),
      { seed: 20261128, numRuns: 1_000 },
    );
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
    await fc.assert(
      fc.asyncProperty(posted, async (one) => {
        const receiver = new Receiver({ store, clock, log: () => undefined, onChanged });
        expect([400, 403, 404]).toContain(receiver.receive(one));
      }),
      { seed: 20261129, numRuns: 500 },
    );
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
