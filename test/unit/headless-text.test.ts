import { describe, expect, it, vi } from 'vitest';
import { syncExitCode } from '../../src/main/headless/exit-code.ts';
import { progressText } from '../../src/main/headless/progress-text.ts';
import { mappingText, syncText } from '../../src/main/headless/sync-text.ts';
import { table } from '../../src/main/headless/table.ts';
import { printable, processTerminal } from '../../src/main/headless/terminal.ts';
import { count, localTime } from '../../src/main/headless/words.ts';
import type { Account } from '../../src/shared/domain/account.ts';
import type { MappingResult, SyncResult } from '../../src/shared/domain/sync-result.ts';
import { withTimes } from '../../src/shared/text/moment.ts';

const NOTHING = { created: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0 };
const WIDE = { columns: Number.POSITIVE_INFINITY };

const mapping = (changes: Partial<MappingResult> = {}): MappingResult => ({
  mappingId: 'map_1',
  calendarId: 'tess@example.com',
  direction: 'two-way',
  imported: NOTHING,
  exported: NOTHING,
  proposed: 0,
  conflicts: 0,
  held: 0,
  ...changes,
});

const account: Account = {
  id: 'acc_1',
  provider: 'google',
  subject: 'tess',
  email: 'tess@example.com',
  access: 'write',
  state: 'connected',
  error: null,
  tokenExpiresAt: null,
  lastSyncedAt: null,
};

const result = (mappings: readonly MappingResult[], changes: Partial<SyncResult> = {}): SyncResult => ({
  runId: 'run_1',
  startedAt: '2026-11-23T09:42:00.000Z',
  finishedAt: '2026-11-23T09:42:01.000Z',
  ok: true,
  dryRun: false,
  accounts: [
    {
      accountId: 'acc_1',
      provider: 'google',
      ok: true,
      error: null,
      mappings,
      requests: { provider: 1, booking: 1 },
    },
  ],
  ...changes,
});

describe('a run in words', () => {
  it('says what moved in each direction', () => {
    const exported = { created: 12, updated: 3, deleted: 1, unchanged: 7, skipped: 0 };
    const imported = { created: 40, updated: 0, deleted: 2, unchanged: 0, skipped: 5 };
    expect(mappingText(mapping({ exported, imported, proposed: 1 }))).toBe(
      '12 added, 3 changed, 1 removed, 1 move proposed to dispatch; 40 busy times imported, 2 removed, 5 skipped',
    );
  });

  it('says what is in step when there was nothing to do', () => {
    const exported = { ...NOTHING, unchanged: 7 };
    const imported = { ...NOTHING, unchanged: 1, skipped: 2 };
    expect(mappingText(mapping({ exported, imported }))).toBe(
      'nothing to do (7 bookings, 1 busy time, 2 skipped)',
    );
    expect(mappingText(mapping({ direction: 'export', exported }))).toBe('nothing to do (7 bookings)');
    expect(mappingText(mapping({ direction: 'import', imported }))).toBe(
      'nothing to do (1 busy time, 2 skipped)',
    );
  });

  it('names the calendar unless it is the main one', () => {
    const text = syncText(WIDE, result([mapping(), mapping({ calendarId: 'family' })]), [account]);
    expect(text.split('\n').map((line) => line.split(':')[0])).toEqual([
      'Google tess@example.com',
      'Google tess@example.com · family',
    ]);
  });

  it('says what to do about what waits, what failed and what is missing', () => {
    const held = syncText(WIDE, result([mapping({ held: 7, conflicts: 1 })]), [account]);
    expect(held).toContain('7 deletions held for your decision: “calendar-sync holds” shows them.');
    expect(held).toContain('1 new conflict: “calendar-sync conflicts” shows both versions.');

    const error = { code: 'AUTH_EXPIRED' as const, message: 'Google needs you to sign in again.' };
    const [only] = result([]).accounts;
    const failed = result([], {
      ok: false,
      accounts: only === undefined ? [] : [{ ...only, ok: false, error }],
    });
    expect(syncText(WIDE, failed, [account])).toBe(
      'Google tess@example.com: failed. Google needs you to sign in again.',
    );
    expect(syncText(WIDE, result([]), [account])).toContain('calendar-sync mappings add --account acc_1');
  });

  it('lists what a dry run would do, and says that it was one', () => {
    const operation = (title: string) => ({
      ...{
        kind: 'create-event',
        title,
        side: 'calendar' as const,
        id: title,
        reason: 'It is new.',
        mappingId: 'map_1',
      },
    });
    const operations = [operation('Boiler'), operation('Meter')];
    const planned = mapping({ exported: { ...NOTHING, created: 2 } });
    const text = syncText(WIDE, result([planned], { dryRun: true, operations }), [account]);
    expect(text).toMatch(/create-event +calendar +Boiler +It is new\./);
    expect(text).toContain('Google tess@example.com: 2 added\nThis was a dry run: nothing was written.');
  });
});

describe('the exit code of a run', () => {
  it.each([
    ['all is done', true, 0, 0],
    ['deletions are held', true, 3, 3],
    ['some part failed', false, 0, 1],
    ['some part failed and deletions are held', false, 3, 1],
  ])('when %s', (_case, ok, held, code) => {
    expect(syncExitCode(result([mapping({ held }), mapping()], { ok }))).toBe(code);
  });
});

describe('a table', () => {
  const columns = [{ head: 'Id' }, { head: 'Title', wraps: true }];
  const rows = [
    ['acc_0123456789', 'A title that goes on for longer than the screen is wide'],
    ['acc_1', 'Short'],
  ];

  it('is as wide as it needs to be', () => {
    expect(table(WIDE, columns, rows).split('\n')).toEqual([
      'Id              Title',
      `${'─'.repeat(14)}  ${'─'.repeat(55)}`,
      'acc_0123456789  A title that goes on for longer than the screen is wide',
      'acc_1           Short',
    ]);
  });

  it('wraps what may wrap where the screen is narrow, and keeps ids whole', () => {
    const lines = table({ columns: 40 }, columns, rows).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(lines.join('\n')).toContain('acc_0123456789');
    expect(lines.length).toBeGreaterThan(4);
  });

  it('loses nothing on a screen that is too narrow for it', () => {
    const text = table({ columns: 5 }, columns, [
      ['acc_0123456789', 'write tess.technician@example.com today'],
    ]);
    for (const word of ['acc_0123456789', 'write', 'tess.technician@example.com', 'today']) {
      expect(text).toContain(word);
    }
  });
});

describe('words', () => {
  it('count', () => {
    expect([0, 1, 2].map((number) => count(number, 'event'))).toEqual(['0 events', '1 event', '2 events']);
  });

  it('tell the time of this computer, and leave dates alone', () => {
    // The tests run in Pacific/Chatham, 13 h 45 min ahead of UTC in November.
    expect(localTime('2026-11-23T09:42:00.000Z')).toBe('2026-11-23 23:27');
    expect(localTime('2026-11-23')).toBe('2026-11-23');
    expect(localTime(null)).toBe('never');
    expect(withTimes('Blocked 2026-11-23T09:42:00.000Z. It is due at 2026-11-23T09:42Z.', localTime)).toBe(
      'Blocked 2026-11-23 23:27. It is due at 2026-11-23 23:27.',
    );
  });

  it('carry no control sequence to the terminal', () => {
    expect(printable('Lunch\u001b[2J\u0007\u202e\u009b31m with Sam\n\tat one')).toBe(
      'Lunch[2J31m with Sam\n\tat one',
    );
  });
});

describe('output that cannot be written', () => {
  type OnError = (error: { readonly code: string }) => void;

  function terminalOf() {
    const said: string[] = [];
    const onError: Partial<Record<'stdout' | 'stderr', OnError>> = {};
    const stream = (name: 'stdout' | 'stderr') => ({
      on: (_event: 'error', listener: OnError) => {
        onError[name] = listener;
      },
      write: (text: string, done?: () => void) => {
        said.push(text);
        done?.();
      },
    });
    processTerminal({ stdout: stream('stdout') as never, stderr: stream('stderr') as never });
    return { said, onError };
  }

  it('is a failure in one sentence, but where nobody reads on or it is only said beside the result', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${code}`);
    });
    const { said, onError } = terminalOf();
    expect(() => onError.stdout?.({ code: 'EPIPE' })).toThrow('exit undefined');
    expect(() => onError.stderr?.({ code: 'ENOSPC' })).not.toThrow();
    expect(said).toEqual([]);
    expect(() => onError.stdout?.({ code: 'ENOSPC' })).toThrow('exit 1');
    expect(said).toEqual([
      expect.stringMatching(/^The result could not be written .* run the command again\.\n$/),
    ]);
    exit.mockRestore();
  });
});

describe('progress on a terminal', () => {
  const progress = { runId: 'run_1', accountId: 'acc_1', mappingId: 'map_1' } as const;

  it('says whose calendar, what is being done, and how far it has come', () => {
    expect(progressText({ ...progress, phase: 'write-events', done: 12, total: 57 }, [account])).toBe(
      'Google tess@example.com: writing events, 12 of 57…',
    );
    expect(
      progressText({ ...progress, accountId: null, phase: 'read-bookings', done: 400, total: null }, []),
    ).toBe('reading bookings, 400…');
  });

  it('keeps to one line of the screen and passes no control sequence on', () => {
    const written: string[] = [];
    const stream = (): NodeJS.WriteStream =>
      ({
        isTTY: true,
        columns: 20,
        on: () => undefined,
        write: (text: string) => written.push(text),
      }) as unknown as NodeJS.WriteStream;
    const terminal = processTerminal({ stdout: stream() as never, stderr: stream() as never });

    terminal.progress('Google \u001b[31mtess@example.com\n: writing events');

    expect(written).toEqual(['\r\u001b[KGoogle [31mtess@exa']);
  });

  it('is silent where nobody watches', () => {
    const written: string[] = [];
    const stream = { on: () => undefined, write: (text: string) => written.push(text) };
    processTerminal({ stdout: stream as never, stderr: stream as never }).progress('Syncing…');
    expect(written).toEqual([]);
  });
});
