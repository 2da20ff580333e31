import type { SideResult, SyncResult } from '../../../shared/domain/sync-result.ts';
import { text } from '../../text/text.ts';

export interface PreviewCounts {
  /** In words, e.g. `12 events to add`; empty where that side is not touched. */
  readonly toCalendar: readonly string[];
  readonly toBooking: readonly string[];
  /** Whether nothing would be done at all. */
  readonly nothing: boolean;
}

/** What a dry run found, over all mappings, in words for each side. */
export function previewCounts(result: SyncResult): PreviewCounts {
  const mappings = result.accounts.flatMap((account) => account.mappings);
  const exported = sum(mappings.map((mapping) => mapping.exported));
  const imported = sum(mappings.map((mapping) => mapping.imported));
  const proposed = mappings.reduce((total, mapping) => total + mapping.proposed, 0);
  const held = mappings.reduce((total, mapping) => total + mapping.held, 0);
  const { preview } = text;
  const lines = (side: SideResult, added: (count: number) => string): readonly string[] => [
    ...(side.created > 0 ? [added(side.created)] : []),
    ...(side.updated > 0 ? [preview.changed(side.updated)] : []),
    ...(side.deleted > 0 ? [preview.removed(side.deleted)] : []),
    ...(side.unchanged > 0 ? [preview.unchanged(side.unchanged)] : []),
  ];
  return {
    toCalendar: [...lines(exported, preview.added), ...(held > 0 ? [preview.held(held)] : [])],
    toBooking: [
      ...lines(imported, preview.busyAdded),
      ...(imported.skipped > 0 ? [preview.skipped(imported.skipped)] : []),
      ...(proposed > 0 ? [preview.proposed(proposed)] : []),
    ],
    nothing: [exported, imported].every(isQuiet) && proposed + held === 0,
  };
}

const isQuiet = ({ created, updated, deleted }: SideResult): boolean => created + updated + deleted === 0;

function sum(sides: readonly SideResult[]): SideResult {
  const total = (of: (side: SideResult) => number): number => sides.reduce((all, side) => all + of(side), 0);
  return {
    created: total((side) => side.created),
    updated: total((side) => side.updated),
    deleted: total((side) => side.deleted),
    unchanged: total((side) => side.unchanged),
    skipped: total((side) => side.skipped),
  };
}
