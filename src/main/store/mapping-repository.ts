import { imports, Mapping, writesEvents } from '../../shared/domain/mapping.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Database } from './connection.ts';
import { validMapping } from './valid-mapping.ts';

export type NewMapping = Omit<Mapping, 'revision'> & {
  /** UTC instant. */
  readonly createdAt: string;
};

/** Left out: as it was. A mapping never moves to another calendar. */
export type MappingChange = Partial<Omit<Mapping, 'id' | 'accountId' | 'calendarId' | 'revision'>>;

interface MappingRow {
  readonly id: string;
  readonly calendar: number;
  readonly account_id: string;
  readonly calendar_id: string;
  readonly direction: Mapping['direction'];
  readonly visibility: Mapping['visibility'];
  readonly technician_id: string;
  readonly project_id: string | null;
  readonly on_delete: Mapping['onDelete'];
  readonly past_days: number;
  readonly future_days: number;
  readonly skip: string;
  readonly skip_title: string | null;
  readonly enabled: number;
  readonly revision: number;
}

/** What one mapping says, as columns, without its identity. */
type MappingColumns = Omit<MappingRow, 'id' | 'calendar' | 'account_id' | 'calendar_id' | 'revision'>;

const SELECT = `SELECT m.id, m.calendar, c.account_id, c.calendar_id, m.direction, m.visibility, m.technician_id,
    m.project_id, m.on_delete, m.past_days, m.future_days, m.skip, m.skip_title, m.enabled, m.revision
  FROM calendar_mapping m JOIN calendar c ON c.id = m.calendar`;

/** Which calendars are kept in step, and how. */
export class MappingRepository {
  readonly #db: Database;
  readonly #list;
  readonly #get;
  readonly #insert;
  readonly #update;

  constructor(db: Database) {
    this.#db = db;
    this.#list = db.prepare<[], MappingRow>(`${SELECT} ORDER BY m.created_at, m.id`);
    this.#get = db.prepare<[string], MappingRow>(`${SELECT} WHERE m.id = ?`);
    this.#insert = db.prepare<MappingColumns & { id: string; calendar: number; created_at: string }>(
      `INSERT INTO calendar_mapping (id, calendar, direction, visibility, technician_id, project_id, on_delete,
         past_days, future_days, skip, skip_title, enabled, created_at)
       VALUES (@id, @calendar, @direction, @visibility, @technician_id, @project_id, @on_delete,
         @past_days, @future_days, @skip, @skip_title, @enabled, @created_at)`,
    );
    this.#update = db.prepare<MappingColumns & { id: string }>(
      `UPDATE calendar_mapping SET direction = @direction, visibility = @visibility,
         technician_id = @technician_id, project_id = @project_id, on_delete = @on_delete, past_days = @past_days,
         future_days = @future_days, skip = @skip, skip_title = @skip_title, enabled = @enabled,
         revision = revision + 1 WHERE id = @id`,
    );
  }

  /** In the order in which they were added. */
  list(): readonly Mapping[] {
    return this.#list.all().map(toMapping);
  }

  listByAccount(accountId: string): readonly Mapping[] {
    return this.list().filter((mapping) => mapping.accountId === accountId);
  }

  get(id: string): Mapping | null {
    const row = this.#get.get(id);
    return row === undefined ? null : toMapping(row);
  }

  /**
   * The key under which the calendar of a mapping is known here (`calendar.id`).
   * @throws AppError NOT_FOUND
   */
  calendarOf(id: string): number {
    return this.#require(id).calendar;
  }

  /**
   * Adds a mapping; the next run lists its calendar completely and adopts what is already there.
   * @throws AppError INVALID_INPUT; NOT_FOUND for an unknown account; CONFLICT when the calendar already has a mapping
   *   that writes to it, or one that imports it for the same technician
   */
  add({ createdAt, ...fields }: NewMapping): Mapping {
    const mapping = validMapping({ ...fields, revision: 1 });
    return this.#db.transaction(() => {
      const calendar = this.#calendar(mapping);
      this.#requireNoRival(calendar, mapping);
      this.#insert.run({ ...toColumns(mapping), id: mapping.id, calendar, created_at: createdAt });
      this.#listAfresh(calendar, mapping.id);
      return toMapping(this.#require(mapping.id));
    })();
  }

  /**
   * Changes a mapping. Everything it maps is looked at again by the next run, and listed again where the change lets
   * more through than was listed before. A change that changes nothing does nothing.
   * @throws AppError NOT_FOUND, INVALID_INPUT, CONFLICT (see `add`)
   */
  update(id: string, change: MappingChange): Mapping {
    return this.#db.transaction(() => {
      const row = this.#require(id);
      const before = toMapping(row);
      const after = validMapping({ ...before, ...change });
      if (JSON.stringify(toColumns(after)) === JSON.stringify(toColumns(before))) return before;
      this.#requireNoRival(row.calendar, after);
      this.#update.run({ ...toColumns(after), id });
      touchEverything(this.#db, id);
      const widened = after.pastDays > before.pastDays || after.futureDays > before.futureDays;
      // Of what is ours there, more is looked for by who writes than by who only reads.
      const beginsToWrite = writesEvents(after.direction) && !writesEvents(before.direction);
      if (widened || beginsToWrite || (imports(after.direction) && selectsDifferently(before, after))) {
        this.#db.prepare('UPDATE calendar SET cursor = NULL WHERE id = ?').run(row.calendar);
      }
      if (
        after.technicianId !== before.technicianId ||
        imports(after.direction) !== imports(before.direction)
      ) {
        this.#db.prepare('UPDATE calendar_mapping SET blocks_adopted = 0 WHERE id = ?').run(id);
      }
      if (widened && writesEvents(after.direction)) this.#db.exec('UPDATE booking_source SET cursor = NULL');
      return toMapping(this.#require(id));
    })();
  }

  /** Forgets a mapping and what is known of it. What it created stays; adding it again adopts. */
  remove(id: string): void {
    this.#db.transaction(() => {
      const row = this.#get.get(id);
      if (row === undefined) return;
      this.#dropKnowledge(id);
      this.#db.prepare('DELETE FROM calendar_mapping WHERE id = ?').run(id);
      this.#db
        .prepare(
          'DELETE FROM calendar WHERE id = @id AND NOT EXISTS (SELECT 1 FROM calendar_mapping WHERE calendar = @id)',
        )
        .run({ id: row.calendar });
    })();
  }

  /**
   * Forgets everything that is known of a mapping, but not the mapping: the next run lists both sides and adopts what
   * it finds.
   * @throws AppError NOT_FOUND
   */
  forget(id: string): void {
    this.#db.transaction(() => {
      const { calendar } = this.#require(id);
      this.#dropKnowledge(id);
      this.#db
        .prepare(
          `UPDATE calendar_mapping SET blocks_adopted = 0, imported_count = 0, skipped_count = 0, exported_count = 0,
             left_out_count = 0
           WHERE id = ?`,
        )
        .run(id);
      const shared = this.#db
        .prepare('SELECT 1 FROM calendar_mapping WHERE calendar = ? AND id <> ? LIMIT 1')
        .get(calendar, id);
      if (shared === undefined) {
        this.#db.prepare('DELETE FROM observed_event WHERE calendar = ?').run(calendar);
        this.#db.prepare('UPDATE calendar SET suddenly_empty = 0 WHERE id = ?').run(calendar);
      }
      this.#listAfresh(calendar, id);
    })();
  }

  /** Whether it has done something, nothing of which is known any more: `forget` came, and its calendar was not listed since. */
  isForgotten(id: string): boolean {
    return (
      this.#db
        .prepare(
          `SELECT 1 FROM calendar_mapping AS mapping JOIN calendar ON calendar.id = mapping.calendar
           WHERE mapping.id = @id AND calendar.cursor IS NULL
             AND NOT EXISTS (SELECT 1 FROM event_mapping WHERE mapping_id = @id)
             AND EXISTS (SELECT 1 FROM sync_log WHERE mapping_id = @id AND status = 'ok')`,
        )
        .get({ id }) !== undefined
    );
  }

  /** Whether the blocks already in the booking system have been compared with what is known of this mapping. */
  blocksAdopted(id: string): boolean {
    return (
      this.#db
        .prepare<[string], number>('SELECT blocks_adopted FROM calendar_mapping WHERE id = ?')
        .pluck()
        .get(id) === 1
    );
  }

  /** @param adopted false: they are compared again by the next run, whatever it lists */
  markBlocksAdopted(id: string, adopted = true): void {
    this.#db.prepare('UPDATE calendar_mapping SET blocks_adopted = ? WHERE id = ?').run(Number(adopted), id);
  }

  #require(id: string): MappingRow {
    const row = this.#get.get(id);
    if (row === undefined) {
      throw new AppError('NOT_FOUND', 'That mapping is not there any more. Choose another one.', {
        command: `There is no mapping ${id}; “calendar-sync mappings” lists them.`,
      });
    }
    return row;
  }

  #calendar({ accountId, calendarId }: Mapping): number {
    const known = this.#db.prepare('SELECT 1 FROM external_calendar_account WHERE id = ?').get(accountId);
    if (known === undefined) {
      throw new AppError('NOT_FOUND', 'That account is not connected any more. Choose another one.', {
        command: `There is no account ${accountId}; “calendar-sync accounts” lists them.`,
      });
    }
    this.#db
      .prepare('INSERT INTO calendar (account_id, calendar_id) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(accountId, calendarId);
    const id = this.#db
      .prepare<[string, string], number>('SELECT id FROM calendar WHERE account_id = ? AND calendar_id = ?')
      .pluck()
      .get(accountId, calendarId);
    if (id === undefined) throw new Error('The calendar was not stored.');
    return id;
  }

  /** What the two unique indexes would refuse, with a sentence that names the mapping in the way. */
  #requireNoRival(calendar: number, mapping: Mapping): void {
    const rival = (condition: string): string | undefined =>
      this.#db
        .prepare<{ calendar: number; id: string; technician: string }, string>(
          `SELECT id FROM calendar_mapping WHERE calendar = @calendar AND id <> @id AND ${condition}`,
        )
        .pluck()
        .get({ calendar, id: mapping.id, technician: mapping.technicianId });
    if (writesEvents(mapping.direction)) {
      const writer = rival("direction <> 'import'");
      if (writer !== undefined) {
        throw new AppError(
          'CONFLICT',
          `This calendar already has a mapping that writes to it (${writer}). Change or remove that one, or choose another calendar.`,
        );
      }
    }
    if (imports(mapping.direction)) {
      const importer = rival("direction <> 'export' AND technician_id = @technician");
      if (importer !== undefined) {
        throw new AppError(
          'CONFLICT',
          `This calendar is already imported for the same technician (${importer}). Change or remove that mapping.`,
        );
      }
    }
  }

  #dropKnowledge(id: string): void {
    const links = 'SELECT id FROM event_mapping WHERE mapping_id = ?';
    this.#db.prepare(`DELETE FROM journal WHERE link_id IN (${links})`).run(id);
    for (const table of ['journal_batch', 'conflict', 'hold', 'touched', 'event_mapping']) {
      this.#db.prepare(`DELETE FROM ${table} WHERE mapping_id = ?`).run(id);
    }
  }

  #listAfresh(calendar: number, id: string): void {
    this.#db.prepare('UPDATE calendar SET cursor = NULL WHERE id = ?').run(calendar);
    this.#db.exec('UPDATE booking_source SET cursor = NULL');
    touchEverything(this.#db, id);
  }
}

/** Makes the next plan of a mapping look at all it maps: each event of its calendar, each booking, each link. */
export function touchEverything(db: Database, mappingId: string): void {
  const events = `SELECT o.event_id FROM calendar_mapping m JOIN observed_event o ON o.calendar = m.calendar WHERE m.id = @id
    UNION SELECT event_id FROM event_mapping WHERE mapping_id = @id AND kind = 'import' AND event_id <> ''`;
  const bookings = `SELECT id FROM observed_booking
    UNION SELECT o.booking_id FROM calendar_mapping m JOIN observed_event o ON o.calendar = m.calendar
      WHERE m.id = @id AND o.booking_id IS NOT NULL
    UNION SELECT source_id FROM event_mapping WHERE mapping_id = @id AND kind = 'export'`;
  db.prepare(`INSERT OR IGNORE INTO touched SELECT @id, 'event', * FROM (${events})`).run({ id: mappingId });
  db.prepare(`INSERT OR IGNORE INTO touched SELECT @id, 'booking', * FROM (${bookings})`).run({
    id: mappingId,
  });
  // Made a series of while nothing was written here: only its occurrences were listed, so its master is looked at.
  db.prepare(
    `INSERT INTO observed_event (calendar, event_id, copy_key, state, starts_at, ends_at, content, hash, booking_id)
     SELECT DISTINCT o.calendar, o.series_id, '', 'absent', '', '', '{}', '', o.booking_id
     FROM calendar_mapping m CROSS JOIN observed_event o ON o.calendar = m.calendar
     WHERE m.id = ? AND m.direction <> 'import' AND o.state = 'live' AND o.series_id IS NOT NULL
       AND o.booking_id IS NOT NULL
     ON CONFLICT (calendar, event_id) DO UPDATE SET state = 'absent', booking_id = excluded.booking_id`,
  ).run(mappingId);
}

/** Whether another personal event may count than before. */
function selectsDifferently(before: Mapping, after: Mapping): boolean {
  const selection = ({ direction, technicianId, skip, skipTitle }: Mapping): string =>
    JSON.stringify([imports(direction), technicianId, [...skip].sort(), skipTitle]);
  return selection(before) !== selection(after);
}

function toMapping(row: MappingRow): Mapping {
  return {
    id: row.id,
    accountId: row.account_id,
    calendarId: row.calendar_id,
    direction: row.direction,
    visibility: row.visibility,
    technicianId: row.technician_id,
    projectId: row.project_id,
    onDelete: row.on_delete,
    pastDays: row.past_days,
    futureDays: row.future_days,
    skip: Mapping.shape.skip.parse(JSON.parse(row.skip)),
    skipTitle: row.skip_title,
    enabled: row.enabled === 1,
    revision: row.revision,
  };
}

function toColumns(mapping: Mapping): MappingColumns {
  return {
    direction: mapping.direction,
    visibility: mapping.visibility,
    technician_id: mapping.technicianId,
    project_id: mapping.projectId,
    on_delete: mapping.onDelete,
    past_days: mapping.pastDays,
    future_days: mapping.futureDays,
    skip: JSON.stringify(mapping.skip),
    skip_title: mapping.skipTitle,
    enabled: mapping.enabled ? 1 : 0,
  };
}
