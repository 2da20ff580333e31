import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/shared/domain/snapshot.ts';
import type { Reader } from '../../src/shared/text/moment.ts';
import { type TrayItem, trayOf } from '../../src/shared/tray-menu.ts';
import { account, snapshot } from '../support/snapshot.ts';

const reader: Reader = {
  locale: 'en-GB',
  timeZone: 'Europe/London',
  now: new Date('2026-11-23T09:45:00Z'),
};

/** The menu as a person reads it: `·` what cannot be clicked, `▸` what opens. */
function read(items: readonly TrayItem[]): readonly string[] {
  return items.flatMap((item) => {
    if (item.kind === 'separator') return ['—'];
    if (item.kind === 'label') return [`· ${item.label}`];
    const name = item.enabled ? item.label : `· ${item.label}`;
    return item.kind === 'action' ? [name] : [`${name} ▸ ${read(item.items).join(' / ')}`];
  });
}

const menuOf = (given: Partial<Snapshot>): readonly string[] => read(trayOf(snapshot(given), reader).menu);

describe('the tray', () => {
  it('has the whole menu when all is well', () => {
    expect(menuOf({})).toEqual([
      '· Up to date · 09:42',
      '—',
      'Sync Now',
      'Pause ▸ For 1 hour / Until tomorrow / Until resumed',
      '—',
      'Open Calendar Sync',
      '· Conflicts',
      'Settings',
      'Help ▸ Save diagnostics… / Documentation',
      '—',
      'Quit',
    ]);
  });

  it('offers to resume while it is paused', () => {
    const menu = menuOf({ state: 'paused', pausedUntil: 'resumed' });
    expect(menu).toContain('Resume');
    expect(menu.join()).not.toContain('Pause ▸');
  });

  it('counts what waits for a decision', () => {
    expect(menuOf({ state: 'attention', conflicts: 2, holds: 1 })).toContain('Conflicts (3)');
  });

  it.each([
    ['syncing', { state: 'syncing' }],
    ['offline', { state: 'offline', offlineSince: '2026-11-23T09:00:00Z' }],
    ['failing', { state: 'error' }],
    ['signed out', { state: 'needs-sign-in', accounts: [account({ state: 'needs-sign-in' })] }],
    ['paused', { state: 'paused', pausedUntil: 'resumed' }],
  ] as const)('lets Sync Now be clicked while it is %s', (_, given) => {
    expect(menuOf(given)).toContain('Sync Now');
  });

  it.each([
    ['before it is enrolled', { state: 'not-enrolled', enrolled: false, accounts: [] }],
    ['before an account is connected', { state: 'no-accounts', accounts: [] }],
  ] as const)('has nothing to sync or pause %s', (_, given) => {
    const menu = menuOf(given);
    expect(menu).toContain('· Sync Now');
    expect(menu.join()).toContain('· Pause ▸');
    expect(menu).toContain('Open Calendar Sync');
  });

  it('shows the same sentence as tooltip and as the first line', () => {
    const tray = trayOf(snapshot({ state: 'offline' }), reader);
    expect(tray).toMatchObject({ icon: 'slashed-cloud', tooltip: 'Offline · will sync when back' });
    expect(tray.menu[0]).toEqual({ kind: 'label', label: tray.tooltip });
  });
});
