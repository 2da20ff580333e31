import { expect, it } from 'vitest';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import { addBooking, addPersonal, CALENDAR, createWorld, exported, type SavedDatabase, TECHNICIAN, type World } from '../support/world.ts';

const from = Number(process.env.FUZZ_FROM ?? 1);
const count = Number(process.env.FUZZ_COUNT ?? 20);

for (let seed = from; seed < from + count; seed += 1) {
  it(`seed ${seed}`, async () => {
    const random = seededRandom(seed);
    const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random.unit() * items.length)];
    const trace: string[] = [];
    let killAt = -1;
    let requests = 0;
    let killAfter = false;
    let world: World | null = null;
    world = await createWorld({
      network: (fetch) => async (input, init) => {
        requests += 1;
        if (requests === killAt) {
          if (killAfter) await fetch(input, init);
          world?.kill();
          throw new TypeError('dead');
        }
        return fetch(input, init);
      },
    });
    const w = world;
    try {
      const { bookings } = w.sandbox.booking;
      const google = w.sandbox.google;
      let slot = 0;
      const nextSlot = () => {
        slot += 1;
        const day = new Date(Date.parse('2026-11-24T00:00:00Z') + Math.floor(slot / 8) * 86400000).toISOString().slice(0, 10);
        const h = String(6 + 2 * (slot % 8)).padStart(2, '0');
        return { start: `${day}T${h}:00:00Z`, end: `${day}T${h}:45:00Z` };
      };
      const times = (s: { start: string; end: string }) => ({
        start: { dateTime: s.start, timeZone: 'Europe/London', date: null },
        end: { dateTime: s.end, timeZone: 'Europe/London', date: null },
      });
      const touched = new Map<string, number>();
      const bump = (id: string) => {
        touched.set(id, (touched.get(id) ?? 0) + 1);
        return (touched.get(id) ?? 0) <= 2;
      };
      const personals = () => google.events(CALENDAR).filter((e) => e.extendedProperties?.private?.calendarSyncBooking === undefined);
      const saves: SavedDatabase[] = [];
      const ops: Record<string, () => unknown> = {
        addBooking: () => addBooking(w, 9, { ...nextSlot(), title: `B${slot}` }),
        addPersonal: () => addPersonal(w, 9, { ...times(nextSlot()), summary: `P${slot}` }),
        patchTitle: () => { const b = pick(bookings.all()); if (b) { trace.push(`   ${b.id} title T${slot}`); bookings.patch(b.id, { title: `T${slot++}` }); touched.delete(b.id); } },
        patchTime: () => { const b = pick(bookings.all()); if (b) { bookings.patch(b.id, nextSlot()); touched.delete(b.id); } },
        cancel: () => { const b = pick(bookings.all()); if (b) bookings.cancel(b.id); },
        confirm: () => { const b = pick(bookings.all().filter((x) => x.status === 'cancelled')); if (b) bookings.patch(b.id, { status: 'confirmed' }); },
        away: () => { const b = pick(bookings.all()); if (b) bookings.reassign(b.id, ['tech_other']); },
        back: () => { const b = pick(bookings.all().filter((x) => !x.technicianIds.includes(TECHNICIAN))); if (b) bookings.reassign(b.id, [TECHNICIAN]); },
        remove: () => { const b = pick(bookings.all()); if (b) bookings.delete(b.id); },
        move: () => { const e = pick(exported(w)); if (e?.bookingId && e.bookingId === e.bookingId) google.editEvent(CALENDAR, e.id, times(nextSlot())); },
        moveFar: () => { const e = pick(exported(w)); if (e) trace.push(`   far ${e.bookingId}`); if (e) google.editEvent(CALENDAR, e.id, times({ start: `2028-01-${10 + (slot++ % 15)}T09:00:00Z`, end: `2028-01-${10 + (slot % 15)}T23:00:00Z` })); },
        patchFar: () => { const b = pick(bookings.all().filter((x) => exported(w).some((e) => e.bookingId === x.id))); if (b) trace.push(`   far ${b.id}`); if (b) bookings.patch(b.id, { start: `2027-12-${10 + (slot++ % 18)}T09:00:00Z`, end: `2027-12-${10 + ((slot - 1) % 18)}T10:00:00Z` }); },
        rename: () => { const e = pick(exported(w)); if (e?.bookingId && bump(e.bookingId)) google.editEvent(CALENDAR, e.id, { summary: `mine ${slot++}` }); },
        deleteEvent: () => { const e = pick(exported(w)); if (e?.bookingId && bump(e.bookingId)) google.deleteEvent(CALENDAR, e.id); },
        bin: () => { const e = pick(google.events(CALENDAR, { includeDeleted: true }).filter((x) => x.status === 'cancelled' && x.recurringEventId === undefined && (process.env.TWINS || x.extendedProperties?.private?.calendarSyncBooking === undefined))); if (e) google.editEvent(CALENDAR, e.id, { status: 'confirmed' }); },
        series: () => { const e = pick(exported(w).filter((x) => x.start < '2027-04')); if (e?.bookingId && bump(e.bookingId)) google.makeRecurring(CALENDAR, e.id, ['RRULE:FREQ=DAILY;COUNT=3']); },
        editPersonal: () => { const e = pick(personals()); if (e) google.editEvent(CALENDAR, e.id, times(nextSlot())); },
        freePersonal: () => { const e = pick(personals()); if (e) google.editEvent(CALENDAR, e.id, { transparency: pick(['transparent', 'opaque']) }); },
        deletePersonal: () => { const e = pick(personals()); if (e) google.deleteEvent(CALENDAR, e.id); },
        expire: () => google.expireSyncTokens(),
        expireB: () => w.sandbox.booking.expireCursors(),
        day: () => w.clock.advance(86_400_000 * (random.unit() < 0.2 ? 3 : 1)),
        save: () => { saves.push(w.save()); },
        old: async () => { const s = saves.pop(); if (s && random.unit() < 0.5) await w.restart({ from: s }); },
        forget: async () => { if (random.unit() < 0.15 && !exported(w).some((e) => e.start > '2027-04')) { w.sandbox.faults.clear(); await w.restart({ forget: true }); await w.reconnect(); } },
        fault: () => {
          const effect = pick([
            { kind: 'drop', when: 'before' }, { kind: 'drop', when: 'after' },
            { kind: 'status', status: 503, when: 'before' }, { kind: 'status', status: 500, when: 'after' },
            { kind: 'status', status: 429, retryAfterSeconds: 3, when: 'before' }, { kind: 'truncate' },
            { kind: 'hook', name: 'stale-read' }, { kind: 'hook', name: 'repeat-page' },
          ] as const);
          if (effect) w.sandbox.faults.add({ service: pick(['google', 'booking']) ?? 'google', skip: Math.floor(random.unit() * 6), times: pick([1, 2, 8]) ?? 1, effect });
        },
      };
      const names = Object.keys(ops);
      for (const n of ['addBooking', 'addBooking', 'addBooking', 'addBooking', 'addBooking', 'addPersonal', 'addPersonal', 'addPersonal']) ops[n]?.();
      await w.sync();
      for (let round = 0; round < 12; round += 1) {
        const n = 1 + Math.floor(random.unit() * 4);
        for (let i = 0; i < n; i += 1) {
          const name = pick(names) ?? '';
          trace.push(name);
          try {
            await ops[name]?.();
          } catch (error) {
            trace.push(`  ${String(error).slice(0, 80)}`);
          }
        }
        const kill = random.unit() < 0.25;
        requests = 0;
        killAt = kill ? 1 + Math.floor(random.unit() * 8) : -1;
        killAfter = random.unit() < 0.5;
        const result = await w.sync().catch((e) => e);
        trace.push(`sync ${kill ? `kill ${killAt} ${killAfter}` : ''} -> ${result.ok ?? result.message} ${JSON.stringify(result.accounts?.[0]?.error ?? null)?.slice(0, 100)}`);
        if (kill) { killAt = -1; await w.restart(); }
      }
      w.sandbox.faults.clear();
      for (let i = 0; i < 4; i += 1) {
        for (const hold of w.app.holds()) await w.app.decideHold(hold.id, 'released');
        await w.sync(i === 3 ? { full: true } : {});
      }
      for (const b of bookings.all()) if (b.start > '2027-04' && !exported(w).some((e) => e.bookingId === b.id)) bookings.delete(b.id);
      if (process.env.REQ) { for (const e of google.events(CALENDAR, { includeDeleted: true })) trace.push(`EV ${e.id.slice(0, 8)} ${e.status} ${e.summary} ${e.start.dateTime} inc ${e.extendedProperties?.private?.calendarSyncIncarnation} ${e.extendedProperties?.private?.calendarSyncBooking?.slice(0, 8)} ${e.recurrence ?? ''} ${e.recurringEventId ?? ''}`); trace.push(...w.app.logs({}).items.map((l) => `${l.at} ${l.operation} ${l.status} ${l.bookingId?.slice(0, 8)} ${l.externalId?.slice(0, 8)} ${l.message}`)); }
      trace.push(`conflicts: ${w.app.conflicts().map((c) => c.kind).join()}`);
      trace.push(`holds: ${JSON.stringify(w.app.holds()).slice(0, 300)}`);
      if (!w.app.conflicts().some((c) => c.kind === 'parked')) expectInStep(w);
      await expectQuiet(w);
    } catch (error) {
      console.log(`SEED ${seed}\n${trace.join('\n')}`);
      throw error;
    } finally {
      await w.close();
    }
  });
}
