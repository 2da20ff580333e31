import { describe, expect, it } from 'vitest';
import {
  type Disappearance,
  explicitLimit,
  guard,
  inferredLimit,
} from '../../src/main/engine/planner/guard.ts';

/** `count` entries that are gone, each of its own series unless `series` says how many there are. */
function gone(proof: Disappearance['proof'], count: number, series = count): readonly Disappearance[] {
  const first = proof === 'inferred' ? 1 : 1001;
  return Array.from({ length: count }, (_, index) => ({
    linkId: first + index,
    proof,
    seriesKey: `${proof} series ${index % series}`,
  }));
}

const judge = (
  disappearances: readonly Disappearance[],
  total: number,
  { suddenlyEmpty = false, released = [] as readonly number[] } = {},
): ReturnType<typeof guard> => guard({ disappearances, total, suddenlyEmpty, released: new Set(released) });

describe('how many deletions a run may carry out', () => {
  it.each([
    // Total, the most that may be missing, the most that may be deleted.
    [0, 5, 20],
    [1, 5, 20],
    [25, 5, 20],
    [26, 5, 20],
    [29, 5, 20],
    [30, 6, 20],
    [35, 7, 20],
    [40, 8, 20],
    [41, 8, 20],
    [42, 8, 21],
    [100, 20, 50],
    [101, 20, 50],
    [2000, 400, 1000],
  ])('of %i: %i missing, %i deleted', (total, missing, deleted) => {
    expect(judge(gone('inferred', missing), total).held.size).toBe(0);
    expect(judge(gone('inferred', missing + 1), total).held.size).toBe(missing + 1);
    expect(judge(gone('explicit', deleted), total).held.size).toBe(0);
    expect(judge(gone('explicit', deleted + 1), total).held.size).toBe(deleted + 1);
    expect([Math.floor(inferredLimit(total)), Math.floor(explicitLimit(total))]).toEqual([missing, deleted]);
  });

  it('nothing gone: nothing is held, not even when the listing is empty', () => {
    expect(judge([], 10, { suddenlyEmpty: true })).toEqual({ held: new Set(), reason: null });
  });

  it('counts a deleted series once, however many occurrences go with it', () => {
    expect(judge(gone('explicit', 200, 1), 210)).toEqual({ held: new Set(), reason: null });
    expect(judge(gone('explicit', 200, 20), 10).held.size).toBe(0);
    expect(judge(gone('explicit', 200, 21), 10).held.size).toBe(200);
  });

  it('counts what is only missing one by one', () => {
    expect(judge(gone('inferred', 6, 1), 10).held.size).toBe(6);
  });

  it('holds only the kind that is too many', () => {
    const mixed = [...gone('inferred', 6), ...gone('explicit', 3)];
    expect([...judge(mixed, 10).held]).toEqual([1, 2, 3, 4, 5, 6]);
    const explicit = [...gone('inferred', 3), ...gone('explicit', 21)];
    expect([...judge(explicit, 10).held].every((linkId) => linkId > 1000)).toBe(true);
  });

  it('holds every missing one when the listing is suddenly empty', () => {
    const { held, reason } = judge([...gone('inferred', 1), ...gone('explicit', 1)], 10, {
      suddenlyEmpty: true,
    });
    expect([...held]).toEqual([1]);
    expect(reason).toBe('The listing was suddenly empty.');
  });

  it('neither holds nor counts what a person has released', () => {
    expect(judge(gone('inferred', 6), 10, { released: [3] })).toEqual({ held: new Set(), reason: null });
    expect([...judge(gone('inferred', 7), 10, { released: [3] }).held]).toEqual([1, 2, 4, 5, 6, 7]);
    const all = [1, 2, 3, 4, 5, 6, 7];
    expect(judge(gone('inferred', 7), 10, { released: all, suddenlyEmpty: true }).held.size).toBe(0);
  });

  it('says why, for each kind', () => {
    const { reason } = judge([...gone('inferred', 7), ...gone('explicit', 30)], 10);
    expect(reason).toBe('7 of 10 entries were suddenly missing. 30 of 10 entries were deleted at once.');
  });
});
