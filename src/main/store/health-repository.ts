import type { Database } from './connection.ts';

export type HealthStatus = 'ok' | 'unknown';

/** An account that busy times of a technician are imported from. */
export interface ImportedAccount {
  readonly technicianId: string;
  readonly email: string;
  readonly state: string;
  /** When its calendars were last read to the end, or else when it was connected: UTC instant. */
  readonly readAt: string;
}

/** Whether dispatch can trust imported busy times: what there is to judge by, and what was said. */
export class HealthRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  noteRead(accountId: string, at: string): void {
    this.#db.prepare('UPDATE external_calendar_account SET last_read_at = ? WHERE id = ?').run(at, accountId);
  }

  imported(): readonly ImportedAccount[] {
    return this.#db
      .prepare<[], ImportedAccount>(
        `SELECT DISTINCT m.technician_id AS technicianId, a.email, a.state,
           coalesce(a.last_read_at, a.created_at) AS readAt
         FROM calendar_mapping m JOIN calendar c ON c.id = m.calendar
           JOIN external_calendar_account a ON a.id = c.account_id
         WHERE m.enabled = 1 AND m.direction <> 'export' ORDER BY readAt`,
      )
      .all();
  }

  /** What dispatch was last told, by technician. */
  told(): ReadonlyMap<string, HealthStatus> {
    const rows = this.#db
      .prepare<[], { technician_id: string; status: HealthStatus }>('SELECT * FROM calendar_health')
      .all();
    return new Map(rows.map(({ technician_id, status }) => [technician_id, status]));
  }

  noteTold(technicianId: string, status: HealthStatus, since: string): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO calendar_health (technician_id, status, since) VALUES (?, ?, ?)')
      .run(technicianId, status, since);
  }
}
