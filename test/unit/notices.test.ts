import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/shared/domain/snapshot.ts';
import { NOTICE_KINDS, type NoticeOptions, nextNotices, type ToldNotices } from '../../src/shared/notices.ts';
import { account, snapshot } from '../support/snapshot.ts';

const at = (time: string) => ({
  locale: 'en-GB',
  timeZone: 'Europe/London',
  now: new Date(`2026-11-23T${time}:00Z`),
});

const options: NoticeOptions = {
  reader: at('09:45'),
  windowVisible: false,
  wanted: NOTICE_KINDS,
  updateReady: null,
};

const signedOut = account({ state: 'needs-sign-in' });
const secondSignedOut = account({ id: 'acc_ms', provider: 'microsoft', state: 'needs-sign-in' });

/** Plays a story of snapshots and says after each what was shown and taken away. */
function play(
  ...story: readonly (readonly [Partial<Snapshot>, Partial<NoticeOptions>?])[]
): readonly string[][] {
  let told: ToldNotices = {};
  return story.map(([given, changed]) => {
    const step = nextNotices(told, snapshot(given), { ...options, ...changed });
    told = step.told;
    return [...step.show.map(({ kind }) => `+${kind}`), ...step.withdraw.map((kind) => `-${kind}`)];
  });
}

describe('a notification', () => {
  it('never tells of success', () => {
    expect(play([{}], [{ state: 'syncing' }], [{}])).toEqual([[], [], []]);
  });

  it('comes once an episode, goes when it heals, and comes again with the next one', () => {
    const out = { accounts: [signedOut] };
    expect(play([{}], [out], [out], [{}], [out])).toEqual([
      [],
      ['+needs-sign-in'],
      [],
      ['-needs-sign-in'],
      ['+needs-sign-in'],
    ]);
  });

  it('is one for several accounts, and tells of another one', () => {
    const both = { accounts: [signedOut, secondSignedOut] };
    expect(play([both], [{ accounts: [signedOut] }], [both])).toEqual([
      ['+needs-sign-in'],
      [],
      ['+needs-sign-in'],
    ]);
    expect(nextNotices({}, snapshot(both), options).show).toEqual([
      expect.objectContaining({ body: '2 accounts ended their session. Nothing was removed.' }),
    ]);
  });

  it('sums up what waits, and comes again when more does', () => {
    expect(play([{ conflicts: 3 }], [{ conflicts: 2 }], [{ conflicts: 2, holds: 1 }], [{}])).toEqual([
      ['+decision'],
      [],
      ['+decision'],
      ['-decision'],
    ]);
    expect(nextNotices({}, snapshot({ conflicts: 2, holds: 1 }), options).show[0]?.title).toBe(
      '3 decisions wait for you',
    );
  });

  it('tells of a failure only when it lasts', () => {
    const failing = { state: 'error', failingSince: '2026-11-23T09:40:00Z' } as const;
    expect(
      play(
        [failing, { reader: at('09:45') }],
        [failing, { reader: at('10:10') }],
        [failing, { reader: at('10:40') }],
        [{}, { reader: at('10:45') }],
      ),
    ).toEqual([[], ['+failing'], [], ['-failing']]);
  });

  it('tells of a damaged database, and of what does not fit, once each', () => {
    const found = { maintenance: { damaged: true, discrepancies: 2 } };
    const fewer = { maintenance: { damaged: false, discrepancies: 1 } };
    expect(play([found], [found], [fewer], [{}])).toEqual([
      ['+damaged', '+discrepancies'],
      [],
      ['-damaged'],
      ['-discrepancies'],
    ]);
  });

  it('says nothing to somebody who is looking, then or later', () => {
    expect(play([{ conflicts: 1 }, { windowVisible: true }], [{ conflicts: 1 }])).toEqual([[], []]);
  });

  it.each(NOTICE_KINDS)('of the kind %s can be switched off', (kind) => {
    const everything = {
      accounts: [signedOut],
      conflicts: 1,
      failingSince: '2026-11-23T08:00:00Z',
      maintenance: { damaged: true, discrepancies: 2 },
    };
    const step = nextNotices({}, snapshot(everything), {
      ...options,
      updateReady: '1.2.0',
      wanted: NOTICE_KINDS.filter((one) => one !== kind),
    });
    expect(step.show.map((notice) => notice.kind)).toEqual(NOTICE_KINDS.filter((one) => one !== kind));
  });

  it('tells of an update once a version', () => {
    expect(
      play(
        [{}, { updateReady: '1.2.0' }],
        [{}, { updateReady: '1.2.0' }],
        [{}, { updateReady: '1.3.0' }],
        [{}],
      ),
    ).toEqual([['+update'], [], ['+update'], ['-update']]);
  });
});
