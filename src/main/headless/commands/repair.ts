import { assertNever } from '../../../shared/assert-never.ts';
import type { Discrepancy } from '../../../shared/domain/discrepancy.ts';
import type { SyncResult } from '../../../shared/domain/sync-result.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { syncExitCode } from '../exit-code.ts';
import { withClient } from '../open-client.ts';
import { table } from '../table.ts';
import { oneLine, type Screen, withProgress } from '../terminal.ts';
import { count, localTime } from '../words.ts';

export interface RepairOptions {
  readonly yes?: boolean;
  readonly release?: boolean;
}

/** Shows what calendars and records disagree about, or puts it right. Both read every calendar afresh. */
export async function repair(
  context: CommandContext,
  { yes = false, release = false }: RepairOptions,
): Promise<Outcome> {
  const result = await withProgress(context.terminal, 'Comparing…', () =>
    withClient(context, (client) =>
      yes ? client.call('sync.repair', { release }) : client.call('sync.previewRepair', {}),
    ),
  );
  return {
    document: result,
    text: (screen) => repairText(screen, result),
    exitCode: syncExitCode(result),
  };
}

function repairText(screen: Screen, { discrepancies = [], accounts, dryRun }: SyncResult): string {
  const failed = accounts
    .flatMap(({ error }) => error ?? [])
    .map(({ message }) => `Failed: ${oneLine(message)}`);
  if (discrepancies.length === 0) return [...failed, 'Calendars and records agree.'].join('\n');
  const columns = [{ head: 'Start' }, { head: 'Event', wraps: true }, { head: 'Finding', wraps: true }];
  const rows = discrepancies.map((one) => [
    one.start === '' ? '' : localTime(one.start),
    one.title === '' ? one.eventId : one.title,
    findingText(one),
  ]);
  const held = discrepancies.filter((one) => one.held === 'many').length;
  const due = discrepancies.filter((one) => one.held === null).length;
  return [
    table(screen, columns, rows),
    '',
    ...failed,
    ...(due === 0 ? [] : [dryRun ? `“calendar-sync repair --yes” puts ${due} right.` : `${due} put right.`]),
    ...(held === 0
      ? []
      : [
          `${count(held, 'deletion')} held; “calendar-sync repair --yes --release” makes ${held === 1 ? 'it' : 'them'}.`,
        ]),
  ].join('\n');
}

function findingText({ message, held }: Discrepancy): string {
  switch (held) {
    case null:
      return message;
    case 'many':
      return `${message} Held, because that is unusually many at once.`;
    case 'read-only':
      return `${message} It has to stay: the account was connected for reading only. Connect it again for reading and writing.`;
    default:
      return assertNever(held);
  }
}
