import type { HoldItem } from '../../../shared/domain/decision.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { withClient, withLook } from '../open-client.ts';
import { table } from '../table.ts';
import type { Screen } from '../terminal.ts';
import { count, localTime } from '../words.ts';

export async function listHolds(context: CommandContext): Promise<Outcome> {
  const items = await withLook(context, async (client) => (await client.call('holds.list', {})).items);
  return { document: { items }, text: (screen) => holdsText(screen, items) };
}

function holdsText(screen: Screen, holds: readonly HoldItem[]): string {
  if (holds.length === 0) return 'No deletions are held.';
  const next =
    '“calendar-sync holds release ID” lets the deletions go ahead; “calendar-sync holds discard ID” keeps everything.';
  return [...holds.map((hold) => holdText(screen, hold)), next].join('\n\n');
}

function holdText(screen: Screen, { id, mappingId, createdAt, reason, deletions }: HoldItem): string {
  const head = `${id}: ${count(deletions.length, 'deletion')} of mapping ${mappingId}, held since ${localTime(createdAt)}. ${reason}`;
  const columns = [{ head: 'Start' }, { head: 'Title', wraps: true }, { head: 'Id' }];
  const rows = deletions.map((deletion) => [localTime(deletion.start), deletion.title, deletion.id]);
  return `${head}\n${table(screen, columns, rows)}`;
}

export async function releaseHold(context: CommandContext, id: string): Promise<Outcome> {
  const { deletions } = await withClient(context, (client) => client.call('holds.release', { id }));
  return {
    document: { id, answer: 'released', deletions },
    text: () => `Released: the next sync carries out ${count(deletions, 'deletion')}.`,
  };
}

export async function discardHold(context: CommandContext, id: string): Promise<Outcome> {
  const { deletions } = await withClient(context, (client) => client.call('holds.discard', { id }));
  return {
    document: { id, answer: 'discarded', deletions },
    text: () => `Discarded: ${count(deletions, 'deletion')} will not be carried out.`,
  };
}
