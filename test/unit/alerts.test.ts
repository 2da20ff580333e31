import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/main/store/run-repository.ts';
import { alertDue } from '../../src/main/unattended/alerts.ts';

const AFTER = 3;
let hour = 24;
const run = (ok: boolean | null, ...codes: readonly string[]): Run => {
  hour -= 1;
  const startedAt = `2026-11-23T${String(hour).padStart(2, '0')}:00:00.000Z`;
  const accounts = codes.map((code) => ({ provider: 'google', error: { code, message: 'Secret title' } }));
  return {
    id: `run_${hour}`,
    startedAt,
    finishedAt: ok === null ? null : startedAt,
    ok,
    result: { accounts },
  };
};
const good = (): Run => run(true);
const bad = (): Run => run(false, 'PROVIDER_ERROR');
const offline = (): Run => run(false, 'OFFLINE');
const died = (): Run => run(null);

/** @param runs makers, newest first */
const due = (runs: readonly (() => Run)[], raisedSince: string | null = null) => {
  hour = 24;
  return alertDue(
    runs.map((make) => make()),
    raisedSince,
    AFTER,
  );
};

describe('the alert hook', () => {
  it('is called when the sync has failed often enough in a row, and told since when and why', () => {
    expect(due([bad, bad, bad, good])).toEqual({
      event: 'sync.failing',
      since: '2026-11-23T21:00:00.000Z',
      failures: 3,
      errors: [{ provider: 'google', code: 'PROVIDER_ERROR' }],
    });
  });

  it.each([
    ['before the first run', []],
    ['after a run that went well', [good, bad, bad, bad]],
    ['after fewer failures', [bad, bad, good, bad]],
    ['while there is no network', [offline, offline, offline, offline]],
    ['for runs that never ended', [died, died, died, good]],
  ])('is left alone %s', (_, runs) => {
    expect(due(runs)).toBeNull();
  });

  it('counts failures across runs without a network and across a restart', () => {
    expect(due([bad, offline, bad, died, bad])).toMatchObject({ event: 'sync.failing', failures: 3 });
  });

  it('is called once an episode, and once more when it works again', () => {
    const since = '2026-11-23T03:00:00.000Z';
    expect(due([bad, bad, bad, bad], since)).toBeNull();
    expect(due([offline, bad, bad, bad], since)).toBeNull();
    expect(due([good, bad, bad], since)).toMatchObject({ event: 'sync.recovered', since });
  });
});
