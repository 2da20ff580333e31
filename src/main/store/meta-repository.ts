import type { z } from 'zod';
import type { Database } from './connection.ts';

/** Small facts about this installation, as text under a name. Never a secret: those belong to the vault. */
export class MetaRepository {
  readonly #get;
  readonly #set;
  readonly #delete;

  constructor(db: Database) {
    this.#get = db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck();
    this.#set = db.prepare<[string, string]>(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
    this.#delete = db.prepare<[string]>('DELETE FROM meta WHERE key = ?');
  }

  get(key: string): string | null {
    return this.#get.get(key) ?? null;
  }

  set(key: string, value: string): void {
    this.#set.run(key, value);
  }

  delete(key: string): void {
    this.#delete.run(key);
  }

  /** The value as `schema` reads it; null when there is none, or one that an older version shaped differently. */
  getJson<T>(key: string, schema: z.ZodType<T>): T | null {
    const text = this.get(key);
    if (text === null) return null;
    try {
      return schema.safeParse(JSON.parse(text)).data ?? null;
    } catch {
      return null;
    }
  }

  setJson(key: string, value: unknown): void {
    this.set(key, JSON.stringify(value));
  }
}
