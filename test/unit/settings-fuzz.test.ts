import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSettingsFile } from '../../src/main/headless/settings-file.ts';
import { parsePolicy, readPolicy } from '../../src/main/settings/policy.ts';
import { SettingsStore } from '../../src/main/settings/settings.ts';
import { DEFAULT_SETTINGS, SettingsView } from '../../src/shared/domain/settings.ts';

/** `security.md` 19: files that anybody may have edited, or a full disk cut off. */

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'settings-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const settings = fc.dictionary(
  fc.constantFrom(...Object.keys(DEFAULT_SETTINGS), '__proto__', '__internal__', 'a.b'),
  fc.jsonValue(),
);
const content = fc.oneof(
  settings.map((value) => Buffer.from(JSON.stringify(value))),
  settings
    .map((value) => JSON.stringify(value))
    .chain((whole) => fc.nat(whole.length).map((end) => Buffer.from(whole.slice(0, end)))),
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);

/** What was in the settings file and is nowhere now. */
function lost(bytes: Buffer): readonly unknown[] {
  const aside = join(directory, 'settings.damaged.json');
  if (existsSync(aside)) return readFileSync(aside).equals(bytes) ? [] : [bytes];
  const now = JSON.parse(readFileSync(join(directory, 'settings.json'), 'utf8'));
  // Only an object has something in it. “__proto__” is nobody's setting.
  const was: unknown = bytes.length === 0 ? {} : JSON.parse(bytes.toString());
  const names = typeof was === 'object' && was !== null ? Object.keys(was) : [];
  return names.filter((name) => name !== '__proto__' && !Object.hasOwn(now, name));
}

it('whatever is in them, the settings can be read and changed, and what was there is not lost', () => {
  fc.assert(
    fc.property(content, (bytes) => {
      for (const name of readdirSync(directory)) rmSync(join(directory, name));
      const file = join(directory, 'settings.json');
      const policyFile = join(directory, 'policy.json');
      writeFileSync(file, bytes);
      writeFileSync(policyFile, bytes);
      const policy = readPolicy(policyFile);
      expect(
        SettingsView.safeParse(new SettingsStore(openSettingsFile(directory), policy).view()).success,
      ).toBe(true);
      const store = new SettingsStore(openSettingsFile(directory), parsePolicy({}));
      store.change({ theme: 'dark' });
      expect(new SettingsStore(openSettingsFile(directory), parsePolicy({})).values().theme).toBe('dark');
      // Read as what it is, or set aside: never only overwritten.
      expect(lost(bytes)).toEqual([]);
    }),
    { seed: 20261204, numRuns: 250 },
  );
});
