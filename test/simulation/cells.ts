import { contentOf, type Ledger } from './ledger.ts';
import { linkedEvents } from './picture.ts';
import type { Scene } from './scene.ts';

type BookingSide = 'same' | 'edited' | 'gone' | 'new';

/** What happened to a booking between two moments. */
function bookingSide(ledger: Ledger, bookingId: string, from: number, to: number): BookingSide {
  const versions = ledger.versions(bookingId);
  const was = contentOf(versions.findLast(({ at }) => at <= from)?.booking);
  const is = contentOf(versions.findLast(({ at }) => at <= to)?.booking);
  if (was === is) return 'same';
  if (was === 'none') return 'new';
  return is === 'none' ? 'gone' : 'edited';
}

/**
 * Counts the cells of the two-way table that runs of the app's agent meet: what was done to both sides of a booking
 * between the end of one good run and the beginning of the next.
 */
export function countCells(scene: Scene): void {
  const { world, ledger, findings, calendars } = scene;
  let known = new Set<string>();
  let strangers: readonly string[] = [];
  let ours: readonly string[] = [];
  const events = () => calendars.filter(({ isMapped }) => isMapped).flatMap(({ instances }) => instances());
  let from = ledger.tick();
  let to = from;
  let wasRunning = false;
  world.app.agent.onChange(({ running, lastRun }) => {
    if (running === wasRunning) return;
    wasRunning = running;
    if (running) {
      to = ledger.tick();
      const linked = linkedEvents(scene);
      const shown = events();
      strangers = shown
        .filter(({ id, bookingId }) => bookingId === null && !known.has(id))
        .map(({ id }) => id);
      ours = shown.filter(({ id, bookingId }) => bookingId !== null && !linked.has(id)).map(({ id }) => id);
      return;
    }
    if (lastRun?.ok !== true) return;
    const linked = linkedEvents(scene);
    findings.meet('cell: event new, foreign', strangers.length);
    findings.meet('cell: event new, ours by its tag', ours.filter((id) => linked.has(id)).length);
    known = new Set(events().map(({ id }) => id));
    for (const bookingId of ledger.bookingIds()) {
      const booking = bookingSide(ledger, bookingId, from, to);
      const kinds = ledger.toJobs
        .filter((deed) => deed.bookingId === bookingId && deed.at > from && deed.at <= to)
        .map(({ kind }) => kind);
      const event = (['deleted', 'edited'] as const).find((kind) => kinds.includes(kind)) ?? 'same';
      if (booking === 'new') findings.meet('cell: booking new');
      else if (booking !== 'same' || event !== 'same')
        findings.meet(`cell: booking ${booking}, event ${event}`);
    }
    from = ledger.tick();
  });
}
