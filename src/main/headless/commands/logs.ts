import type { ProviderName } from '../../../shared/domain/account.ts';
import type { LogEntry, LogPage, LogStatus } from '../../../shared/domain/sync-log.ts';
import { withTimes } from '../../../shared/text/moment.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { UsageError } from '../failure.ts';
import { withLook } from '../open-client.ts';
import { given } from '../options.ts';
import { table } from '../table.ts';
import type { Screen } from '../terminal.ts';
import { localTime } from '../words.ts';

export interface LogOptions {
  readonly status?: LogStatus;
  readonly provider?: ProviderName;
  /** UTC instants. */
  readonly from?: string;
  readonly to?: string;
  readonly search?: string;
  readonly page?: number;
}

export async function showLogs(context: CommandContext, options: LogOptions): Promise<Outcome> {
  const { status, provider, from, to, search, page } = options;
  if (from !== undefined && to !== undefined && from >= to) {
    throw new UsageError('--from does not lie before --to, so that nothing can match. Exchange the two.');
  }
  const found = await withLook(context, (client) =>
    client.call('logs.query', given({ status, provider, from, to, search, page })),
  );
  return { document: found, text: (screen) => logsText(screen, found) };
}

function logsText(screen: Screen, { items, page, pages, total }: LogPage): string {
  if (total === 0) return 'Nothing is logged that matches.';
  const columns = [
    { head: 'When' },
    { head: 'Status' },
    { head: 'Operation' },
    { head: 'About' },
    { head: 'Message', wraps: true },
  ];
  const rows = items.map((entry) => [
    localTime(entry.at),
    entry.status,
    entry.operation,
    aboutText(entry),
    withTimes(entry.code === null ? entry.message : `${entry.message} (${entry.code})`, localTime),
  ]);
  return `${table(screen, columns, rows)}\n\nPage ${page} of ${pages}, ${total} entries in all.`;
}

/** The shortest thing to search for. */
const aboutText = ({ bookingId, externalId, accountId }: LogEntry): string =>
  bookingId ?? externalId ?? accountId ?? '';
