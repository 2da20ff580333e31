import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insertion } from '../../src/main/store/insertion.ts';
import { open } from './store-support.ts';

const COLUMNS = ['kind', 'name', 'note'] as const;

/** A table, what writes rows into it, and what it has in the order that it was written. */
function table() {
  const db = open({ file: ':memory:' });
  db.exec('CREATE TABLE thing (kind TEXT, name TEXT UNIQUE, note TEXT)');
  const written = () => db.prepare(`SELECT ${COLUMNS.join(', ')} FROM thing ORDER BY rowid`).all();
  return { db, things: insertion(db, 'INSERT INTO thing', COLUMNS), written };
}

const rowsOf = (count: number, from: number, kindOf: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => ({
    kind: kindOf(index),
    name: `name ${from + index}`,
    note: index % 3 === 0 ? null : `note ${index}`,
  }));

describe('the insertion of rows', () => {
  it('writes each once and in order, however many there are and whatever they share', () => {
    const calls = fc.array(fc.record({ count: fc.nat({ max: 600 }), isOfOneKind: fc.boolean() }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(calls, (given) => {
        const { things, written } = table();
        const rows: ReturnType<typeof rowsOf> = [];
        for (const { count, isOfOneKind } of given) {
          const some = rowsOf(count, rows.length, (index) => (isOfOneKind ? 'one' : `kind ${index % 7}`));
          things.runAll(some);
          rows.push(...some);
        }
        expect(written()).toEqual(rows);
      }),
      { numRuns: 40, seed: 20261127 },
    );
  });

  it.each([49, 50, 51, 249, 250, 251, 301, 550])('writes all of %d rows', (count) => {
    const { things, written } = table();
    const rows = rowsOf(count, 0, () => 'one');
    things.runAll(rows);
    expect(written()).toEqual(rows);
  });

  it('leaves nothing behind of a transaction in which one of them is refused', () => {
    const { db, things, written } = table();
    const rows = rowsOf(320, 0, () => 'one');
    const twice = [...rows, ...rows.slice(0, 1)];
    expect(() => db.transaction(() => things.runAll(twice))()).toThrow('UNIQUE');
    expect(written()).toEqual([]);
  });
});
