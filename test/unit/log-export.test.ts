import { expect, it } from 'vitest';
import { logText } from '../../src/main/rpc/log-export.ts';
import type { LogEntry } from '../../src/shared/domain/sync-log.ts';

const entry = (message: string): LogEntry => ({
  id: 1,
  at: '2026-11-23T08:00:00.000Z',
  runId: 'run_1',
  accountId: null,
  mappingId: null,
  provider: 'google',
  direction: 'export',
  operation: 'create',
  status: 'ok',
  bookingId: 'bk_1',
  externalId: null,
  technicianId: null,
  projectId: null,
  message,
  code: null,
  payload: { title: message },
  durationMs: 1,
  attempt: 1,
});

it.each(['=HYPERLINK("https://evil.example","x")', '+1+cmd|calc', '-2', '@SUM(A1)', '\t=1', '\r=1', '＝1'])(
  'a title of %j is no formula in an exported log, nor the end of its field',
  (message) => {
    const [, row = ''] = logText([entry(message)], 'csv').split('\r\n');
    expect(row).toContain(`'${message.replaceAll('"', '""')}`);
    expect(row).not.toMatch(/(?:^|,)"?[=+@\-\t\r＝]/);
  },
);
