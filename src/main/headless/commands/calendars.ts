import type { CalendarListEntry } from '../../../shared/domain/account.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { withClient } from '../open-client.ts';
import { table } from '../table.ts';
import type { Screen } from '../terminal.ts';

export async function listCalendars(
  context: CommandContext,
  { account }: { readonly account: string },
): Promise<Outcome> {
  const { items } = await withClient(context, (client) =>
    client.call('calendars.list', { accountId: account }),
  );
  return { document: { items }, text: (screen) => calendarsText(screen, items) };
}

function calendarsText(screen: Screen, calendars: readonly CalendarListEntry[]): string {
  if (calendars.length === 0) return 'This account has no calendars.';
  const columns = [
    { head: 'Calendar' },
    { head: 'Name', wraps: true },
    { head: 'Time zone' },
    { head: 'Access' },
  ];
  const rows = calendars.map(({ id, name, timeZone, primary, writable }) => [
    id,
    primary ? `${name} (main calendar)` : name,
    timeZone,
    writable ? 'may be written' : 'read-only',
  ]);
  return table(screen, columns, rows);
}
