import { describe, expect, it } from 'vitest';
import { afterFailure, isWaiting } from '../../src/main/engine/failed-exports.ts';
import type { RetryRow } from '../../src/main/store/retry-repository.ts';
import { AppError, type AppErrorOptions, type ErrorCode } from '../../src/shared/rpc/errors.ts';

const START = Date.parse('2026-11-23T08:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Fails until it is given up, or so often; each time as soon as it is due. Answers with the waits in minutes. */
function failing(code: ErrorCode, times: number, options: AppErrorOptions = {}, unit = 1) {
  const waits: number[] = [];
  let row: RetryRow | undefined;
  let now = START;
  while (waits.length < times) {
    row = afterFailure(1, row, 'basis', new AppError(code, 'It failed.', options), new Date(now), unit);
    if (row.next_attempt_at === null) return { waits, row, now };
    waits.push((Date.parse(row.next_attempt_at) - now) / MINUTE);
    now = Date.parse(row.next_attempt_at);
  }
  return { waits, row, now };
}

describe('a failed export', () => {
  it('is due again after exponentially longer waits, up to the interval of the timer', () => {
    expect(failing('PROVIDER_ERROR', 6).waits).toEqual([1, 2, 4, 8, 10, 10]);
    expect(failing('PROVIDER_ERROR', 2, {}, 0).waits).toEqual([0.5, 1]);
  });

  it('is given up after three days of trouble at the provider, not after one', () => {
    const { row, now } = failing('PROVIDER_ERROR', 10_000);
    expect(row?.next_attempt_at).toBeNull();
    expect(now - START).toBeGreaterThanOrEqual(72 * HOUR);
    expect(now - START).toBeLessThan(73 * HOUR);
  });

  it('is never given up for want of a network or a sign-in', () => {
    expect(failing('OFFLINE', 3).waits.map((minutes) => minutes * 60)).toEqual([10, 20, 40]);
    expect(failing('OFFLINE', 2_000).row?.next_attempt_at).not.toBeNull();
    expect(failing('AUTH_EXPIRED', 2_000).row?.next_attempt_at).not.toBeNull();
  });

  it('is given up after eight refusals', () => {
    const { row, waits } = failing('INVALID_INPUT', 100);
    expect(row).toMatchObject({ attempts: 8, next_attempt_at: null });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64]);
  });

  it('waits as long as it was asked to', () => {
    expect(failing('RATE_LIMITED', 1, { retryAfterSeconds: 1_800 }).waits).toEqual([30]);
  });

  it('counts anew once something else is to be exported', () => {
    const { row } = failing('INVALID_INPUT', 100);
    const error = new AppError('INVALID_INPUT', 'It failed.');
    const next = afterFailure(1, row, 'other', error, new Date(START + HOUR), 1);
    expect(next).toMatchObject({ attempts: 1, first_failed_at: '2026-11-23T09:00:00.000Z' });
  });

  it('is left alone until it is due, unless something else is to be exported', () => {
    const { row } = failing('PROVIDER_ERROR', 1);
    if (row === undefined) throw new RangeError('It did not fail');
    expect(isWaiting(row, 'basis', new Date(START))).toBe(true);
    expect(isWaiting(row, 'basis', new Date(START + MINUTE))).toBe(false);
    expect(isWaiting(row, 'other', new Date(START))).toBe(false);
    expect(isWaiting({ ...row, next_attempt_at: null }, 'basis', new Date(START + 1_000 * HOUR))).toBe(true);
  });
});
