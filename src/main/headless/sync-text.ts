import type { Account } from '../../shared/domain/account.ts';
import type {
  AccountResult,
  MappingResult,
  PlannedOperation,
  SideResult,
  SyncResult,
} from '../../shared/domain/sync-result.ts';
import { table } from './table.ts';
import { oneLine, type Screen } from './terminal.ts';
import { count, PROVIDER_NAMES } from './words.ts';

/** A run in plain words: a line for each mapping, what failed, and what waits for a decision. */
export function syncText(screen: Screen, result: SyncResult, accounts: readonly Account[]): string {
  const { operations = [] } = result;
  const planned = operations.length === 0 ? [] : [operationTable(screen, operations), ''];
  const lines = result.accounts.flatMap((account) => accountLines(account, accounts));
  return [...planned, ...lines, ...waitingLines(result)].join('\n');
}

function accountLines(result: AccountResult, accounts: readonly Account[]): readonly string[] {
  const account = accounts.find(({ id }) => id === result.accountId);
  const name =
    account === undefined
      ? result.accountId
      : `${PROVIDER_NAMES[account.provider]} ${oneLine(account.email)}`;
  // Of one that failed, that there was nothing to do would sound as if somebody had looked.
  const told = result.error === null ? result.mappings : result.mappings.filter(didSomething);
  const lines = told.map((mapping) => `${name}${calendarName(mapping, account)}: ${mappingText(mapping)}`);
  if (result.error !== null) return [...lines, `${name}: failed. ${oneLine(result.error.message)}`];
  if (lines.length > 0) return lines;
  return [
    `${name}: no calendar is mapped. “calendar-sync mappings add --account ${result.accountId} …” maps one.`,
  ];
}

const didSomething = ({ imported, exported, proposed }: MappingResult): boolean =>
  proposed > 0 ||
  [imported, exported].some(({ created, updated, deleted }) => created + updated + deleted > 0);

/** The main calendar of an account is called by its address, which is already there. */
const calendarName = ({ calendarId }: MappingResult, account: Account | undefined): string =>
  calendarId === account?.email ? '' : ` · ${oneLine(calendarId)}`;

/** `12 added, 3 changed, 1 removed; 40 busy times imported, 5 skipped` */
export function mappingText({ imported, exported, proposed, direction }: MappingResult): string {
  const bookings = [
    ...changes(exported, 'added'),
    ...(proposed > 0 ? [`${count(proposed, 'move')} proposed to dispatch`] : []),
  ];
  const [firstBusy, ...moreBusy] = changes(imported, 'imported');
  const busy =
    firstBusy === undefined
      ? []
      : [firstBusy.replace(/^\d+/, (number) => count(Number(number), 'busy time')), ...moreBusy];
  const skipped = imported.skipped > 0 ? [`${imported.skipped} skipped`] : [];
  const parts = [bookings, busy.length > 0 ? [...busy, ...skipped] : []]
    .filter((list) => list.length > 0)
    .map((list) => list.join(', '));
  if (parts.length > 0) return parts.join('; ');
  const known = [
    ...(direction === 'import' ? [] : [count(exported.unchanged, 'booking')]),
    ...(direction === 'export' ? [] : [count(imported.unchanged, 'busy time'), ...skipped]),
  ];
  return `nothing to do (${known.join(', ')})`;
}

function changes({ created, updated, deleted }: SideResult, added: string): readonly string[] {
  return [
    ...(created > 0 ? [`${created} ${added}`] : []),
    ...(updated > 0 ? [`${updated} changed`] : []),
    ...(deleted > 0 ? [`${deleted} removed`] : []),
  ];
}

function waitingLines(result: SyncResult): readonly string[] {
  const mappings = result.accounts.flatMap((account) => account.mappings);
  const total = (of: (mapping: MappingResult) => number): number =>
    mappings.reduce((sum, mapping) => sum + of(mapping), 0);
  const conflicts = total((mapping) => mapping.conflicts);
  const held = total((mapping) => mapping.held);
  return [
    ...(held > 0
      ? [`${count(held, 'deletion')} held for your decision: “calendar-sync holds” shows them.`]
      : []),
    ...(conflicts > 0
      ? [`${count(conflicts, 'new conflict')}: “calendar-sync conflicts” shows both versions.`]
      : []),
    ...(result.dryRun ? ['This was a dry run: nothing was written.'] : []),
  ];
}

function operationTable(screen: Screen, operations: readonly PlannedOperation[]): string {
  const columns = [
    { head: 'What' },
    { head: 'Where' },
    { head: 'Title', wraps: true },
    { head: 'Why', wraps: true },
  ];
  const rows = operations.map(({ kind, side, title, reason }) => [
    kind,
    side === 'calendar' ? 'calendar' : 'booking system',
    title,
    reason,
  ]);
  return table(screen, columns, rows);
}
