import type { BookingApi, CalendarHealth } from '../booking/booking-port.ts';
import type { HealthRepository, HealthStatus, ImportedAccount } from '../store/health-repository.ts';

const MINUTE_MS = 60_000;

/** What dispatch should be told of each technician's imported busy times, as things are. */
function calendarHealth(
  imported: readonly ImportedAccount[],
  told: ReadonlyMap<string, HealthStatus>,
  now: Date,
  afterMinutes: number,
): readonly (CalendarHealth & { readonly technicianId: string })[] {
  const byTechnician = Map.groupBy(imported, ({ technicianId }) => technicianId);
  const technicians = new Set([...byTechnician.keys(), ...told.keys()]);
  return [...technicians].flatMap((technicianId) => {
    const reading = (byTechnician.get(technicianId) ?? []).map((account) => ({
      account,
      reason: reasonOf(account, now, afterMinutes),
    }));
    const worst = reading.find(({ reason }) => reason !== null);
    const status = worst === undefined ? 'ok' : 'unknown';
    // Never told is as good as told that all is well.
    if (status === (told.get(technicianId) ?? 'ok')) return [];
    return worst === undefined
      ? [{ technicianId, status, since: now.toISOString() }]
      : [{ technicianId, status, since: worst.account.readAt, reason: worst.reason ?? '' }];
  });
}

/** Why the busy times of an account cannot be trusted; null when they can. Names no calendar and no address. */
function reasonOf({ state, readAt }: ImportedAccount, now: Date, afterMinutes: number): string | null {
  if (state === 'needs-sign-in') return 'A calendar needs its technician to sign in again.';
  const unread = Math.floor((now.getTime() - Date.parse(readAt)) / MINUTE_MS);
  return unread >= afterMinutes ? `A calendar could not be read for ${unread} minutes.` : null;
}

/**
 * Tells dispatch what has changed, once per change. What could not be told is told the next time, and what has
 * passed meanwhile never.
 * @throws AppError when the booking system cannot be told
 */
export async function tellCalendarHealth(
  health: HealthRepository,
  booking: () => Promise<Pick<BookingApi, 'setCalendarHealth'>>,
  now: Date,
  afterMinutes: number,
): Promise<void> {
  const changes = calendarHealth(health.imported(), health.told(), now, afterMinutes);
  if (changes.length === 0) return;
  const api = await booking();
  const failures: unknown[] = [];
  for (const { technicianId, ...change } of changes) {
    try {
      await api.setCalendarHealth(technicianId, change);
      health.noteTold(technicianId, change.status, change.since);
    } catch (error) {
      // What it does not want to hear of one, it may want to hear of the next.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
