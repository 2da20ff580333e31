import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { dataDirectory } from '../../src/main/headless/data-directory.ts';
import { failureOf, UsageError } from '../../src/main/headless/failure.ts';
import { given, momentFrom, momentTo, skipKinds, wholeNumber } from '../../src/main/headless/options.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';

describe('options', () => {
  it('take whole numbers within their limits', () => {
    const days = wholeNumber(1, 3650);
    expect([days('1'), days('3650')]).toEqual([1, 3650]);
    for (const text of ['0', '3651', '-1', '1e3', '1.0', ' 2', '', 'x'])
      expect(() => days(text)).toThrow('1 to 3650');
  });

  it('take kinds of events to skip, each once', () => {
    expect(skipKinds('all-day, private,all-day')).toEqual(['all-day', 'private']);
    expect(skipKinds('')).toEqual([]);
    expect(() => skipKinds('all-day,sunday')).toThrow('all-day, tentative, private');
  });

  it('take a time with its zone as that instant, without one as this computer’s', () => {
    expect(momentFrom('2026-11-23T09:30:00Z')).toBe('2026-11-23T09:30:00.000Z');
    expect(momentFrom('2026-11-23T09:30:00+01:00')).toBe('2026-11-23T08:30:00.000Z');
    // The tests run in Pacific/Chatham, 13 h 45 min ahead of UTC in November.
    expect(momentFrom('2026-11-23 09:30')).toBe('2026-11-22T19:45:00.000Z');
  });

  it('take a date as its whole day on this computer', () => {
    expect([momentFrom('2026-11-23'), momentTo('2026-11-23')]).toEqual([
      '2026-11-22T10:15:00.000Z',
      '2026-11-23T10:15:00.000Z',
    ]);
  });

  it('refuse what is no time', () => {
    for (const text of ['', 'now', '2026-13-01', '2026-02-30', '2026-11-23T25:00:00Z', '23.11.2026', '1']) {
      expect(() => momentFrom(text)).toThrow('such as 2026-11-23');
    }
  });

  it('that were not given are no fields', () => {
    expect(given({ one: 1, none: undefined, empty: null })).toEqual({ one: 1, empty: null });
    expect(Object.keys(given({ none: undefined }))).toEqual([]);
  });
});

describe('the data directory', () => {
  it('is chosen by option, by variable, or by the system, in this order', () => {
    const environment = { CALENDAR_SYNC_DATA_DIR: '/variable', XDG_DATA_HOME: '/xdg', HOME: '/home/tess' };
    expect(dataDirectory('/option', environment, 'linux')).toBe('/option');
    expect(dataDirectory(undefined, environment, 'linux')).toBe('/variable');
    expect(dataDirectory('', { XDG_DATA_HOME: '/xdg' }, 'linux')).toBe('/xdg/calendar-sync');
    expect(dataDirectory(undefined, {}, 'linux')).toMatch(/\/\.local\/share\/calendar-sync$/);
    expect(dataDirectory(undefined, {}, 'darwin')).toMatch(/\/Library\/Application Support\/calendar-sync$/);
    expect(dataDirectory(undefined, { LOCALAPPDATA: '/local' }, 'win32')).toBe('/local/calendar-sync');
  });

  it.each(['', 'relative'])('lies in the home that the system knows where HOME is “%s”', (home) => {
    vi.stubEnv('HOME', home);
    expect(dataDirectory(undefined, { XDG_DATA_HOME: 'relative' }, 'linux')).toBe(
      join(userInfo().homedir, '.local/share/calendar-sync'),
    );
  });

  it('is absolute', () => {
    expect(dataDirectory('here', {}, 'linux')).toBe(`${process.cwd()}/here`);
  });
});

describe('a failure', () => {
  it.each([
    [new UsageError('Name a file.'), 2, 'INVALID_INPUT'],
    [new AppError('CONFLICT', 'In use.', { detail: 'locked' }), 5, 'CONFLICT'],
    [new AppError('CONFLICT', 'Newer.', { detail: 'newer-schema' }), 1, 'CONFLICT'],
    [new AppError('INVALID_INPUT', 'Not a backup.'), 1, 'INVALID_INPUT'],
    [new TypeError('x is undefined'), 1, 'INTERNAL'],
  ])('%s has its exit code and its code', (thrown, exitCode, code) => {
    expect(failureOf(thrown)).toMatchObject({ exitCode, code });
  });

  it('is told with the command that helps, which no screen shows', () => {
    const error = new AppError('NOT_FOUND', 'It is gone.', { command: '“calendar-sync feeds” lists them.' });
    expect(error.message).not.toContain('calendar-sync');
    expect(failureOf(error).message).toBe('It is gone. “calendar-sync feeds” lists them.');
  });

  it('shows no secret that a message carries', () => {
    const message = 'https://x.example/?access_token=ya29.0123456789abcdef was refused.';
    expect(failureOf(new AppError('PROVIDER_ERROR', message)).message).not.toContain('0123456789');
  });
});
