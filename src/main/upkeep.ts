import { raiseAlert } from './alerts.ts';
import type { AppPorts } from './app-contract.ts';
import { tellCalendarHealth } from './calendar-health.ts';
import type { Enrolment } from './enrolment.ts';
import type { Store } from './store/store.ts';

const DAY_MS = 86_400_000;
const CLEANED_AT = 'maintenance.cleaned-at';

/** What is due now and then, after a run or while none happens. What fails is logged, and tried again the next time. */
export async function upkeep(ports: AppPorts, store: Store, enrolment: Enrolment): Promise<void> {
  const now = ports.clock.now();
  const { calendarHealthMinutes, logDays } = (await ports.settings()).values();
  cleanLog(store, now, logDays);
  try {
    await raiseAlert(ports, store);
  } catch (error) {
    ports.log('warn', 'alerts', 'The alert hook could not be called', { error: String(error) });
  }
  if (!enrolment.isEnrolled()) return;
  try {
    await tellCalendarHealth(store.health, () => enrolment.api(), now, calendarHealthMinutes);
  } catch (error) {
    ports.log('warn', 'health', 'Dispatch could not be told of the state of the calendars', {
      error: String(error),
    });
  }
}

/** Once a day: what is older than the log is kept goes, and SQLite looks after its statistics. */
function cleanLog(store: Store, now: Date, days: number): void {
  const before = Date.parse(store.meta.get(CLEANED_AT) ?? '');
  // A clock that was set back must not put it off for as long as it was wrong.
  if (now.getTime() - before < DAY_MS && now.getTime() >= before) return;
  store.syncLog.removeBefore(new Date(now.getTime() - days * DAY_MS));
  store.db.pragma('optimize');
  store.meta.set(CLEANED_AT, now.toISOString());
}
