import { describe, expect, it } from 'vitest';
import { wantedOf } from '../../src/main/electron/arguments.ts';
import { autostartEntry } from '../../src/main/electron/autostart-entry.ts';
import { isSafeLink } from '../../src/main/electron/safe-link.ts';
import { screenPath } from '../../src/main/electron/screen-path.ts';
import { updateFeed } from '../../src/main/electron/update-feed.ts';
import { onClose, opensAtStart } from '../../src/shared/window-manners.ts';

describe('the binary’s arguments', () => {
  it.each([
    [[], { kind: 'desktop', hidden: false, dataDir: undefined }],
    [['--hidden'], { kind: 'desktop', hidden: true, dataDir: undefined }],
    [['--data-dir', '/tmp/a b'], { kind: 'desktop', hidden: false, dataDir: '/tmp/a b' }],
    [['--data-dir=/tmp/a=b', '--no-sandbox'], { kind: 'desktop', hidden: false, dataDir: '/tmp/a=b' }],
    [['--headless', 'sync', '--json'], { kind: 'command', args: ['sync', '--json'] }],
    [['--no-sandbox', '--headless', 'demo', '--hidden'], { kind: 'command', args: ['demo', '--hidden'] }],
  ])('%j', (args, wanted) => expect(wantedOf(args)).toEqual(wanted));
});

describe('an address of the window', () => {
  it.each([
    ['calendar-sync://app/', '/index.html'],
    ['calendar-sync://app/index.html#/conflicts', '/index.html'],
    ['calendar-sync://app/assets/index-B2_a.js?v=1', '/assets/index-B2_a.js'],
  ])('%s names %s', (url, path) => expect(screenPath(url)).toBe(path));

  it.each([
    'calendar-sync://app/../secret',
    'calendar-sync://app/assets/../../package.json',
    'calendar-sync://app/%2e%2e/package.json',
    'calendar-sync://app/..%2fpackage.json',
    'calendar-sync://app/assets\\..\\secret',
    'calendar-sync://app//etc/passwd',
    'calendar-sync://app/.hidden',
    'calendar-sync://app/a\0.js',
    'calendar-sync://app/assets/',
    'calendar-sync://other/index.html',
    'calendar-sync://app.example/index.html',
    'calendar-sync://app@example/index.html',
    'file:///etc/passwd',
    'https://app/index.html',
  ])('%j names nothing', (url) => expect(screenPath(url)).toBeNull());
});

describe('a link', () => {
  it.each([
    'https://accounts.google.com/o/oauth2/v2/auth?x=1',
    'http://127.0.0.1:4000/authorize',
    'http://[::1]:1/',
  ])('%s is opened', (url) => expect(isSafeLink(url)).toBe(true));
  it.each([
    'http://example.com/',
    'http://127.0.0.1.example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/share',
    'ms-msdt:/id',
    'not an address',
    '',
  ])('%j is refused', (url) => expect(isSafeLink(url)).toBe(false));
});

describe('the feed of updates', () => {
  it('is taken when it is https', () => {
    expect(updateFeed('provider: generic\nurl: https://updates.example.com/stable\n')).toBe(
      'https://updates.example.com/stable',
    );
  });
  it.each(['', 'provider: generic\n', 'url: http://updates.example.com\n', 'other_url: https://a.example\n'])(
    'is off for %j',
    (text) => expect(updateFeed(text)).toBeNull(),
  );
});

describe('starting at login on Linux', () => {
  it('quotes the path of the program', () => {
    expect(autostartEntry('/opt/Calendar Sync/calendar-sync')).toContain(
      'Exec="/opt/Calendar Sync/calendar-sync" --hidden\n',
    );
    expect(autostartEntry('/home/a$b/100%/x')).toContain(String.raw`Exec="/home/a\\$b/100%%/x" --hidden`);
  });
});

describe('the window', () => {
  it.each([
    [
      { quitting: false, told: false },
      { hide: true, tell: true },
    ],
    [
      { quitting: false, told: true },
      { hide: true, tell: false },
    ],
    [
      { quitting: true, told: false },
      { hide: false, tell: false },
    ],
  ])('closed when %j', (situation, decision) => expect(onClose(situation)).toEqual(decision));

  it.each([
    [{ hidden: false, tray: true, enrolled: true }, true],
    [{ hidden: true, tray: true, enrolled: true }, false],
    [{ hidden: true, tray: false, enrolled: true }, true],
    [{ hidden: true, tray: true, enrolled: false }, true],
  ])('opens at the start when %j: %s', (situation, opens) => expect(opensAtStart(situation)).toBe(opens));
});
