import type { ConflictItem, ConflictVersion } from '../../../shared/domain/decision.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { withClient, withLook } from '../open-client.ts';
import { table } from '../table.ts';
import { oneLine, type Screen } from '../terminal.ts';
import { localTime } from '../words.ts';

export async function listConflicts(context: CommandContext): Promise<Outcome> {
  const items = await withLook(context, async (client) => (await client.call('conflicts.list', {})).items);
  return { document: { items }, text: (screen) => conflictsText(screen, items) };
}

function conflictsText(screen: Screen, conflicts: readonly ConflictItem[]): string {
  if (conflicts.length === 0) return 'No conflict waits for a decision.';
  const next = 'Decide with “calendar-sync conflicts resolve ID --keep booking” or “--keep calendar”.';
  return [...conflicts.map((conflict) => conflictText(screen, conflict)), next].join('\n\n');
}

function conflictText(screen: Screen, conflict: ConflictItem): string {
  const { id, bookingId, createdAt, booking, calendar, fields } = conflict;
  const columns = [
    { head: 'Differs' },
    { head: 'Booking system', wraps: true },
    { head: 'Calendar', wraps: true },
  ];
  const rows = fields.map((field) => [field, shown(booking, field), shown(calendar, field)]);
  const head = `${id}: booking ${bookingId}, “${oneLine(booking.title)}”, since ${localTime(createdAt)}`;
  return rows.length === 0 ? head : `${head}\n${table(screen, columns, rows)}`;
}

function shown(version: ConflictVersion, field: string): string {
  const value = Object.entries(version).find(([name]) => name === field)?.[1] ?? '';
  return field === 'start' || field === 'end' ? localTime(value) : value;
}

export async function resolveConflict(
  context: CommandContext,
  id: string,
  { keep }: { readonly keep: 'booking' | 'calendar' },
): Promise<Outcome> {
  await withClient(context, (client) => client.call('conflicts.resolve', { id, keep }));
  return {
    document: { id, keep },
    text: () =>
      `Noted: what the ${keep === 'booking' ? 'booking system' : 'calendar'} says is kept. The next sync carries it out.`,
  };
}
