import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeDiagnostics } from '../../src/main/diagnostics/diagnostics-file.ts';
import { writeFeed } from '../../src/main/feeds/feed-file.ts';
import { readAgentFile, writeAgentFile } from '../../src/main/headless/agent/agent-file.ts';
import { backupTo } from '../../src/main/store/backup.ts';
import { openInMemory } from './store-support.ts';

/** `security.md` 17 and 18: files of ours, written where somebody else may have been first. */

let directory: string;
let victim: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'private-files-'));
  victim = join(directory, 'victim');
  writeFileSync(victim, 'mine', { mode: 0o644 });
});
afterEach(() => rmSync(directory, { recursive: true }));

const AGENT = { pid: 1, port: 4_000, secret: 's'.repeat(43), version: '1.0.0' };
const writers: readonly (readonly [what: string, name: string, write: (file: string) => void])[] = [
  ['diagnostics', 'support.zip', (file) => writeDiagnostics(file, [{ name: 'a.txt', text: 'a' }])],
  ['a backup', 'kept.sqlite', (file) => backupTo(openInMemory(), file)],
  ['a feed', 'feed.ics', (file) => writeFeed(file, Buffer.from('BEGIN:VCALENDAR'))],
  [
    'the file by which commands find the agent',
    'calendar-sync.agent.json',
    () => writeAgentFile(directory, AGENT),
  ],
];

describe.each(writers)('%s', (_, name, write) => {
  it.each(['', '.partial'])('does not go through a link that lies in its place%s', (suffix) => {
    const file = join(directory, name);
    symlinkSync(victim, file + suffix);
    write(file);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(lstatSync(file).isSymbolicLink()).toBe(false);
    expect(existsSync(`${file}.partial`)).toBe(false);
  });

  it('is for its owner alone, also where something open to all was left behind', () => {
    const file = join(directory, name);
    writeFileSync(`${file}.partial`, 'half of it', { mode: 0o666 });
    write(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

it('the agent that is named there is read as it was written, and anything else is none', () => {
  writeAgentFile(directory, AGENT);
  expect(readAgentFile(directory)).toEqual(AGENT);
  const file = join(directory, 'calendar-sync.agent.json');
  for (const text of ['', '{', 'null', '[]', '{"port":"1"}', JSON.stringify({ ...AGENT, port: 70_000 })]) {
    writeFileSync(file, text);
    expect(readAgentFile(directory)).toBeNull();
  }
});
