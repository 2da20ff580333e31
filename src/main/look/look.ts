import type { ConflictItem, ConflictVersion } from '../../shared/domain/decision.ts';
import type { Explanation } from '../../shared/domain/explanation.ts';
import type { LookApp } from '../app-contract.ts';
import type { Vault } from '../auth/vault.ts';
import type { EventVersion } from '../engine/intent.ts';
import type { Enrolment } from '../enrolment.ts';
import type { ConflictRow } from '../store/conflict-repository.ts';
import type { Store } from '../store/store.ts';
import { leftOut } from './left-out.ts';
import { NOTHING_RUNS, snapshotOf } from './snapshot.ts';
import { week } from './week.ts';

/** Everything that only looks: it asks nobody and writes nothing. */
export function look(store: Store, vault: Vault, enrolment: Enrolment, close: () => void): LookApp {
  return {
    status: () => snapshotOf(store, enrolment, NOTHING_RUNS),
    accounts: () => store.accounts.list(),
    mappings: () => store.mappings.list().map((mapping) => ({ ...mapping, mappingId: mapping.id })),
    conflicts: () => store.conflicts.open().map(conflictItem),
    decidedConflicts: () =>
      store.conflicts.revocable().map((row) => ({ ...conflictItem(row), keep: row.keep ?? 'booking' })),
    holds: () =>
      store.holds.open().map((hold) => ({
        id: hold.id,
        mappingId: hold.mapping_id,
        createdAt: hold.created_at,
        reason: hold.reason,
        deletions: store.holds.items(hold.id).map((item) => ({
          id: deletionId(store, item.link_id),
          title: item.title,
          start: item.start,
        })),
      })),
    logs: (filter) => store.syncLog.query(filter),
    allLogs: (filter, limit) => store.syncLog.all(filter, limit),
    week: (span) => week(store, enrolment.known()?.id ?? null, span),
    explain: (id) => explain(store, id),
    feeds: { list: async () => (await import('../feeds/feeds.ts')).listFeeds(store, vault) },
    close,
  };
}

function conflictItem(row: ConflictRow): ConflictItem {
  const booking = conflictVersion(JSON.parse(row.booking_side) as EventVersion);
  const calendar = conflictVersion(JSON.parse(row.calendar_side) as EventVersion);
  const fields = (JSON.parse(row.fields) as readonly string[]).flatMap((field) =>
    field === 'time'
      ? (['start', 'end'] as const).filter((edge) => booking[edge] !== calendar[edge])
      : [field],
  );
  return {
    id: row.id,
    bookingId: row.booking_id,
    mappingId: row.mapping_id,
    kind: row.kind,
    createdAt: row.created_at,
    fields,
    booking,
    calendar,
  };
}

function conflictVersion({
  title,
  description,
  location,
  time,
  status: state,
}: EventVersion): ConflictVersion {
  const { start, end, timeZone } = time;
  return { title, description, location, start, end, timeZone, status: state };
}

/** What a person would look for: the booking of an exported event, the event of a busy block. */
function deletionId(store: Store, linkId: number): string {
  const link = store.links.get(linkId);
  if (link === undefined) return String(linkId);
  return link.kind === 'export' || link.event_id === '' ? link.source_id : link.event_id;
}

function explain(store: Store, id: string): Explanation {
  const links = store.links.of(id);
  const first = links[0];
  const ids = new Set([id, ...links.flatMap((link) => [link.source_id, link.event_id])]);
  ids.delete('');
  const entries = [...ids]
    .flatMap((one) => store.syncLog.forDecision(one))
    .filter((entry, index, all) => all.findIndex((other) => other.id === entry.id) === index)
    .sort((a, b) => a.id - b.id);
  const decisions = entries.map(({ at, operation, message }) => ({ at, operation, reason: message }));
  for (const link of links) {
    // A skip is decided silently: an entry for each of thousands would bury the log.
    if (link.state === 'skipped')
      decisions.push({ at: link.decided_at, operation: 'skip', reason: link.reason });
  }
  if (links.length === 0) decisions.push(...leftOut(store, id));
  return {
    id,
    links: links.map((link) => ({
      kind: link.kind,
      mappingId: link.mapping_id,
      bookingId: link.kind === 'export' ? link.source_id : null,
      blockId: link.kind === 'import' ? link.source_id : null,
      eventId: link.event_id === '' ? null : link.event_id,
      state: link.state,
      reason: link.reason,
      decidedAt: link.decided_at,
    })),
    mapping: first === undefined ? null : store.mappings.get(first.mapping_id),
    decisions,
  };
}
