import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSettingsFile } from '../../src/main/headless/settings-file.ts';
import { parsePolicy, policyFile, readPolicy } from '../../src/main/settings/policy.ts';
import { SettingsStore } from '../../src/main/settings/settings.ts';
import { DEFAULT_SETTINGS, SettingsView } from '../../src/shared/domain/settings.ts';
import { memoryFile, memorySettings } from '../support/memory-settings.ts';

describe('the settings in force', () => {
  it('are the defaults where nothing was chosen', () => {
    expect(memorySettings().view()).toEqual({
      values: DEFAULT_SETTINGS,
      locked: [],
      intervalBounds: { min: 1, max: 1_440 },
      problems: [],
    });
  });

  it('are what was chosen before what the organisation proposes, and what it enforces before both', () => {
    const { values, locked } = memorySettings(
      { theme: 'dark', logDays: 30, updateChannel: 'beta' },
      {
        defaults: { theme: 'light', intervalMinutes: 5 },
        enforced: { updateChannel: 'stable', startAtLogin: true },
      },
    ).view();
    expect(values).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark', logDays: 30, intervalMinutes: 5 });
    expect(locked).toEqual(['startAtLogin', 'updateChannel']);
  });

  it('keep the interval within the bounds of the organisation, whoever chose it', () => {
    const policy = { enforced: { intervalMinutes: { min: 5, max: 30 } } };
    expect(memorySettings({}, policy).values().intervalMinutes).toBe(10);
    expect(memorySettings({ intervalMinutes: 1 }, policy).values().intervalMinutes).toBe(5);
    expect(memorySettings({ intervalMinutes: 600 }, policy).values().intervalMinutes).toBe(30);
    expect(memorySettings({}, policy).view().locked).toEqual([]);
  });

  it('pass over a stored value that cannot be used, and say so', () => {
    const { values, problems } = memorySettings({ intervalMinutes: 'often', theme: 'light' }).view();
    expect(values).toEqual({ ...DEFAULT_SETTINGS, theme: 'light' });
    expect(problems).toEqual([expect.stringContaining('intervalMinutes')]);
  });
});

describe('changing a setting', () => {
  it('stores what was chosen and nothing else, and keeps what a newer version put there', () => {
    const file = memoryFile({ hologram: true, logDays: 30 });
    const store = new SettingsStore(file, parsePolicy({}));
    store.change({ theme: 'dark', logDays: undefined });
    expect(file.read()).toEqual({ hologram: true, theme: 'dark' });
    expect(store.values()).toMatchObject({ theme: 'dark', logDays: 90 });
  });

  it('tells whoever listens', () => {
    const store = memorySettings();
    const seen: string[] = [];
    const stop = store.onChange(({ values }) => seen.push(values.theme));
    store.change({ theme: 'dark' });
    stop();
    store.change({ theme: 'light' });
    expect(seen).toEqual(['dark']);
  });

  it('is refused for what the organisation has locked, and then changes nothing', () => {
    const store = memorySettings({}, { enforced: { updateChannel: 'stable' } });
    expect(() => store.change({ theme: 'dark', updateChannel: 'beta' })).toThrow(
      expect.objectContaining({ code: 'POLICY_LOCKED', detail: 'updateChannel' }),
    );
    expect(store.values().theme).toBe('system');
  });

  it('is refused outside the bounds of the organisation, with the bounds in the sentence', () => {
    const store = memorySettings({}, { enforced: { intervalMinutes: { min: 5, max: 30 } } });
    expect(() => store.change({ intervalMinutes: 2 })).toThrow(/5 to 30/);
    expect(store.change({ intervalMinutes: 5 }).values.intervalMinutes).toBe(5);
  });

  it.each([
    ['an interval of nothing', { intervalMinutes: 0 }],
    ['a proxy that is no web address', { proxyUrl: 'ftp://proxy.example' }],
    ['an alert over plain http', { alertWebhookUrl: 'http://alerts.example/hook' }],
    [
      'an alert to what only looks like this computer',
      { alertWebhookUrl: 'http://localhost.evil.example/1' },
    ],
  ])('is refused for %s', (_, change) => {
    expect(() => memorySettings().change(change)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe('a policy', () => {
  it('enforces what is right in it and names what is wrong', () => {
    const { enforced, defaults, problems } = parsePolicy({
      enforced: { theme: 'dark', intervalMinutes: { min: 60, max: 5 }, proxyUrl: 7 },
      defaults: { logDays: 7, colour: 'red' },
      extra: {},
    });
    expect({ enforced, defaults }).toEqual({ enforced: { theme: 'dark' }, defaults: { logDays: 7 } });
    expect(problems.join('\n')).toMatch(/extra[\s\S]*intervalMinutes[\s\S]*colour[\s\S]*proxyUrl/);
  });

  it('never breaks the settings, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 5 }),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (policy, stored) => {
          expect(SettingsView.safeParse(memorySettings(stored, policy).view()).success).toBe(true);
          const tiers = memorySettings(stored, { enforced: policy, defaults: stored }).view();
          expect(SettingsView.safeParse(tiers).success).toBe(true);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  it('lies where only administrators write', () => {
    expect(policyFile('linux', {})).toBe('/etc/calendar-sync/policy.json');
    expect(policyFile('darwin', {})).toBe('/Library/Application Support/CalendarSync/policy.json');
    expect(policyFile('win32', { ProgramData: 'D:\\Data' })).toBe('D:\\Data\\CalendarSync\\policy.json');
  });
});

describe('in a directory', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'settings-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('the settings are in settings.json, for its user only', () => {
    new SettingsStore(openSettingsFile(directory), parsePolicy({})).change({ theme: 'dark' });
    const file = join(directory, 'settings.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ theme: 'dark' });
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(new SettingsStore(openSettingsFile(directory), parsePolicy({})).values().theme).toBe('dark');
  });

  it('a settings file that is no JSON is set aside, not lost', () => {
    writeFileSync(join(directory, 'settings.json'), '{ "theme": "dark", }');
    const store = new SettingsStore(openSettingsFile(directory), parsePolicy({}));
    store.change({ theme: 'light' });
    expect(readdirSync(directory).sort()).toEqual(['settings.damaged.json', 'settings.json']);
    expect(readFileSync(join(directory, 'settings.damaged.json'), 'utf8')).toContain('"dark"');
  });

  it('a policy may start with a byte order mark, be absent, or be no JSON', () => {
    const file = join(directory, 'policy.json');
    expect(readPolicy(file)).toMatchObject({ enforced: {}, problems: [] });
    writeFileSync(file, '\uFEFF{"enforced":{"theme":"dark"}}');
    expect(readPolicy(file)).toMatchObject({ enforced: { theme: 'dark' }, problems: [] });
    writeFileSync(file, '{"enforced":');
    expect(readPolicy(file)).toMatchObject({ enforced: {}, problems: [expect.stringContaining('not JSON')] });
  });
});
