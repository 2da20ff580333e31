import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/main/headless/main.ts';

/** Each with what the sentence must name. */
const WRONG: readonly (readonly [line: string, named: string])[] = [
  ['frobnicate', 'frobnicate'],
  ['serve --port x', '--port'],
  ['feeds create', '--technician'],
  ['feeds create --technician a --project b', '--project'],
  ['feeds create --technician a --visibility all', '--visibility'],
  ['feeds rotate', 'id'],
  ['feeds write feed_1', 'file'],
  ['diagnose', 'diagnose'],
  ['diagnostics', 'file'],
  ['diagnostics out.tar', '.zip'],
  ['connect', 'command'],
  ['connect outlook', 'outlook'],
  ['connect caldav --url https://example.com', '--username'],
  ['connect caldav --url https://example.com --username tess', '--password-stdin'],
  ['connect google --frob', '--frob'],
  ['accounts frobnicate', 'frobnicate'],
  ['accounts remove', 'id'],
  ['calendars', '--account'],
  ['enrol --code A', '--url'],
  ['enrol --url https://example.com', '--code'],
  ['enrol --url https://example.com --code A --token-stdin', '--token-stdin'],
  ['enrol --url https://example.com --token SECRET', '--token'],
  ['enrol --url http://bookings.example.com --code A', '--url'],
  ['enrol --url nonsense --code A', '--url'],
  ['mappings add --calendar b --direction import', '--account'],
  ['mappings add --account a --direction import', '--calendar'],
  ['mappings add --account a --calendar b', '--direction'],
  ['mappings add --account a --calendar b --direction sideways', '--direction'],
  ['mappings update m', '--visibility'],
  ['mappings update m --visibility loud', '--visibility'],
  ['mappings update m --on-delete shrug', '--on-delete'],
  ['mappings update m --past-days -1', '--past-days'],
  ['mappings update m --past-days 1.5', '--past-days'],
  ['mappings update m --future-days 0', '--future-days'],
  ['mappings update m --skip sundays', '--skip'],
  ['mappings update m --skip-title [', '--skip-title'],
  ['mappings update m --enable --disable', '--disable'],
  ['mappings resync', 'id'],
  ['sync --bogus', '--bogus'],
  ['sync --account', '--account'],
  ['sync now', 'now'],
  ['conflicts resolve c', '--keep'],
  ['conflicts resolve c --keep both', '--keep'],
  ['holds release', 'id'],
  ['logs --status fine', '--status'],
  ['logs --provider fax', '--provider'],
  ['logs --from yesterday', '--from'],
  ['logs --to 2026-02-30', '--to'],
  ['logs --page 0', '--page'],
  ['explain', 'id'],
  ['backup', 'file'],
  ['restore', 'file'],
  ['reset --everything', '--everything'],
  ['demo --port 70000', '--port'],
  ['sandbox --port x', '--port'],
  ['status --data-dir', '--data-dir'],
  ['status --data-dir=', '--data-dir'],
];

describe('wrong usage', () => {
  let home: string;
  let printed: { out: string[]; err: string[] };
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'headless-usage-'));
    printed = { out: [], err: [] };
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const run = (...args: readonly string[]): Promise<number> =>
    main(args, {
      terminal: {
        out: (text) => void printed.out.push(text),
        err: (text) => void printed.err.push(text),
        columns: 100,
        progress: () => undefined,
      },
      environment: { CALENDAR_SYNC_DATA_DIR: join(home, 'data') },
      screensDir: '/nowhere',
      readInput: async () => '',
    });

  it.each(WRONG)('%s: exit code 2 and one sentence, or one document', async (line, named) => {
    expect(await run(...line.split(' '))).toBe(2);
    expect(printed.out).toEqual([]);
    const sentence = printed.err.at(-1) ?? '';
    expect(sentence).toContain(named);
    expect(sentence).toMatch(/^[A-Z-].*\.$/);

    expect(await run('--json', ...line.split(' '))).toBe(2);
    expect(printed.out.map((text) => JSON.parse(text))).toEqual([
      { error: { code: 'INVALID_INPUT', message: sentence } },
    ]);
    expect(readdirSync(home)).toEqual([]);
  });
});
