import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type AutoUpdater, UpdateWatch } from '../../src/main/electron/update-watch.ts';
import type { UpdateState } from '../../src/shared/domain/update.ts';
import { afterUpdateEvent, type UpdateEvent } from '../../src/shared/updates.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const AT = '2026-11-23T08:00:00.000Z';
const READY: UpdateState = { kind: 'ready', version: '1.1.0' };
const LOADING: UpdateState = { kind: 'downloading', version: '1.1.0', percent: 40 };
const NEVER: UpdateState = { kind: 'not-checked' };

describe('how it stands to newer versions', () => {
  const steps: [string, UpdateState, UpdateEvent, UpdateState][] = [
    ['looking', NEVER, { kind: 'checking' }, { kind: 'checking' }],
    ['nothing newer', { kind: 'checking' }, { kind: 'none' }, { kind: 'up-to-date', at: AT }],
    ['found', { kind: 'checking' }, { kind: 'found', version: '1.1.0' }, { ...LOADING, percent: 0 }],
    ['coming', LOADING, { kind: 'progress', percent: 71.6 }, { ...LOADING, percent: 71 }],
    ['there', LOADING, { kind: 'downloaded', version: '1.1.0' }, READY],
    ['there, and looked again', READY, { kind: 'checking' }, READY],
    ['there, and found again', READY, { kind: 'found', version: '1.1.0' }, READY],
    ['there, and nothing newer', READY, { kind: 'none' }, READY],
    ['there, and then offline', READY, { kind: 'failed', code: null }, READY],
    [
      'there, and an even newer one',
      READY,
      { kind: 'found', version: '1.2.0' },
      { kind: 'downloading', version: '1.2.0', percent: 0 },
    ],
    ['coming, and looked again', LOADING, { kind: 'checking' }, LOADING],
  ];
  it.each(steps)('%s', (_, before, event, after) => {
    expect(afterUpdateEvent(before, event, AT)).toEqual(after);
  });

  it('says what went wrong, and tells a forgery from a missing network', () => {
    const offline = afterUpdateEvent(NEVER, { kind: 'failed', code: null }, AT);
    const forged = afterUpdateEvent(LOADING, { kind: 'failed', code: 'ERR_UPDATER_INVALID_SIGNATURE' }, AT);
    expect(offline).toEqual({ kind: 'failed', at: AT, reason: 'unreachable' });
    expect(forged).toEqual({ kind: 'failed', at: AT, reason: 'tampered' });
  });
});

/** Answers as electron-updater does. */
class FakeUpdater extends EventEmitter {
  looks = 0;
  newest: string | Error = '1.0.0';

  async checkForUpdates(): Promise<void> {
    this.looks += 1;
    this.emit('checking-for-update');
    if (this.newest instanceof Error) {
      this.emit('error', this.newest);
      throw this.newest;
    }
    if (this.newest === '1.0.0') this.emit('update-not-available', { version: '1.0.0' });
    else this.emit('update-available', { version: this.newest });
  }
}

describe('following the updater', () => {
  const watch = () => {
    const updater = new FakeUpdater();
    const clock = new VirtualClock();
    const installed: string[] = [];
    const updates = new UpdateWatch(updater as AutoUpdater, { clock, log: () => undefined }, () =>
      installed.push('installed'),
    );
    return { updater, clock, updates, installed };
  };

  it('looks by itself every six hours until it is stopped', async () => {
    const { updater, clock, updates } = watch();
    updates.start();
    await clock.sleep(13 * 60 * 60 * 1_000);
    expect(updater.looks).toBe(3);
    updates.stop();
    await clock.sleep(13 * 60 * 60 * 1_000);
    expect(updater.looks).toBe(3);
  });

  it('looks when it is asked to, and tells of every change', async () => {
    const { updater, updates } = watch();
    const seen: string[] = [];
    const end = updates.onChange(() => seen.push(updates.state().kind));
    await updates.check();
    updater.newest = new Error('net::ERR_INTERNET_DISCONNECTED');
    await updates.check();
    updater.newest = '1.1.0';
    await updates.check();
    updater.emit('download-progress', { percent: 50 });
    updater.emit('update-downloaded', { version: '1.1.0' });
    end();
    await updates.check();
    expect(seen).toEqual([
      ...['checking', 'up-to-date', 'checking', 'failed', 'checking', 'downloading', 'downloading', 'ready'],
    ]);
    expect(updates.state()).toEqual(READY);
  });

  it('installs what waits, and nothing else, and not by itself', () => {
    const { updater, updates, installed } = watch();
    expect(() => updates.install()).toThrow('No update waits');
    updater.emit('update-downloaded', { version: '1.1.0' });
    expect(installed).toEqual([]);
    updates.install();
    expect(installed).toEqual(['installed']);
  });
});
