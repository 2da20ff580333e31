import type { Direction, Mapping, OnDelete, SkipKind, Visibility } from '../../../shared/domain/mapping.ts';
import type { Output } from '../../../shared/rpc/contract.ts';
import type { MappingChanges } from '../../app-contract.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { UsageError } from '../failure.ts';
import { withClient, withLook } from '../open-client.ts';
import { given } from '../options.ts';
import { table } from '../table.ts';
import type { Screen } from '../terminal.ts';
import { removalText } from './accounts.ts';

/** The options of `mappings add` and `mappings update`, checked one by one. */
export interface MappingOptions {
  readonly direction?: Direction;
  readonly visibility?: Visibility;
  readonly technician?: string;
  /** Empty: of every project. */
  readonly project?: string;
  readonly onDelete?: OnDelete;
  readonly pastDays?: number;
  readonly futureDays?: number;
  readonly skip?: readonly SkipKind[];
  /** Empty: no title is left out. */
  readonly skipTitle?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

export async function listMappings(context: CommandContext): Promise<Outcome> {
  const items = await withLook(context, async (client) => (await client.call('mappings.list', {})).items);
  return { document: { items }, text: (screen) => mappingsText(screen, items) };
}

export function mappingsText(screen: Screen, mappings: Output<'mappings.list'>['items']): string {
  if (mappings.length === 0) {
    return 'No calendar is mapped. “calendar-sync mappings add --account ID --calendar ID --direction two-way” maps one.';
  }
  const columns = [
    { head: 'Mapping' },
    { head: 'Calendar', wraps: true },
    { head: 'Direction' },
    { head: 'Technician' },
    { head: 'Shows' },
    { head: 'Settings', wraps: true },
  ];
  const rows = mappings.map((mapping) => [
    mapping.id,
    mapping.calendarId,
    mapping.direction,
    mapping.technicianId,
    mapping.visibility,
    settingsText(mapping),
  ]);
  return table(screen, columns, rows);
}

function settingsText(mapping: Mapping): string {
  return [
    mapping.enabled ? '' : 'switched off',
    `${mapping.pastDays} days back, ${mapping.futureDays} ahead`,
    mapping.projectId === null ? '' : `project ${mapping.projectId}`,
    mapping.onDelete === 'restore' ? '' : `on delete: ${mapping.onDelete}`,
    mapping.skip.length === 0 ? '' : `without ${mapping.skip.join(', ')}`,
    mapping.skipTitle === null ? '' : `without titles like /${mapping.skipTitle}/`,
  ]
    .filter((text) => text !== '')
    .join('; ');
}

export async function addMapping(
  context: CommandContext,
  options: MappingOptions & {
    readonly account: string;
    readonly calendar: string;
    readonly direction: Direction;
  },
): Promise<Outcome> {
  const { account: accountId, calendar: calendarId, direction } = options;
  const mapping = await withClient(context, (client) =>
    client.call('mappings.add', { ...changesOf(options), accountId, calendarId, direction }),
  );
  return mappingOutcome(mapping, 'Added mapping');
}

export async function updateMapping(
  context: CommandContext,
  id: string,
  options: MappingOptions,
): Promise<Outcome> {
  const changes = changesOf(options);
  if (Object.keys(changes).length === 0) {
    throw new UsageError(
      'Name what to change, such as --visibility details. “calendar-sync mappings update --help” lists the options.',
    );
  }
  const mapping = await withClient(context, (client) => client.call('mappings.update', { id, changes }));
  return mappingOutcome(mapping, 'Changed mapping');
}

function changesOf(options: MappingOptions): MappingChanges {
  const { direction, visibility, onDelete, pastDays, futureDays, project, skipTitle } = options;
  return given({
    direction,
    visibility,
    onDelete,
    pastDays,
    futureDays,
    technicianId: options.technician,
    projectId: project === '' ? null : project,
    skip: options.skip === undefined ? undefined : [...options.skip],
    skipTitle: skipTitle === '' ? null : skipTitle,
    enabled: enabledBy(options),
  });
}

function enabledBy({ enable, disable }: MappingOptions): boolean | undefined {
  if (enable === true) return true;
  return disable === true ? false : undefined;
}

function mappingOutcome(mapping: Mapping, done: string): Outcome {
  const item = { ...mapping, mappingId: mapping.id };
  return {
    document: item,
    text: (screen) =>
      `${done} ${mapping.id}. “calendar-sync sync --dry-run” shows what it will do.\n\n${mappingsText(screen, [item])}`,
  };
}

export async function removeMapping(
  context: CommandContext,
  id: string,
  { deleteEvents = false }: { readonly deleteEvents?: boolean },
): Promise<Outcome> {
  const { removed } = await withClient(context, (client) =>
    client.call('mappings.remove', { id, deleteEvents }),
  );
  return {
    document: { id, removed },
    text: () => `Removed mapping ${id}. ${removalText(deleteEvents, removed)}`,
  };
}

export async function resyncMapping(context: CommandContext, id: string): Promise<Outcome> {
  await withClient(context, (client) => client.call('mappings.resync', { id }));
  return {
    document: { id },
    text: () => `What was known of mapping ${id} is forgotten; the next sync finds and adopts what is there.`,
  };
}
