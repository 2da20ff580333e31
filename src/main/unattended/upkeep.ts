import { Maintenance } from '../../shared/domain/maintenance.ts';
import type { NewLogEntry } from '../../shared/domain/sync-log.ts';
import { toAppError } from '../../shared/rpc/errors.ts';
import type { AppPorts } from '../app-contract.ts';
import { findDiscrepancies } from '../engine/discrepancies.ts';
import type { Enrolment } from '../enrolment.ts';
import type { Lines } from '../schedule/lines.ts';
import { maintain } from '../store/maintenance.ts';
import type { Store } from '../store/store.ts';
import { raiseAlert } from './alerts.ts';
import { tellCalendarHealth } from './calendar-health.ts';
import { ENTRY } from './upkeep-log.ts';

const DAY_MS = 86_400_000;
const MEGABYTE = 1_000_000;
const MAINTAINED_AT = 'maintenance.at';
const FOUND = 'maintenance.found';

/** What is due now and then, after a run or while none happens. What fails is logged, and tried again the next time. */
export async function upkeep(
  ports: AppPorts,
  store: Store,
  enrolment: Enrolment,
  lines: Lines,
): Promise<void> {
  const now = ports.clock.now();
  const { logDays } = (await ports.settings()).values();
  try {
    if (isDue(store, now)) {
      lookAfterDatabase(ports, store, logDays);
      compare(ports, store);
    }
  } catch (error) {
    ports.log('error', 'store', 'The database could not be looked after', { error });
  }
  try {
    await indexLog(ports, store);
  } catch (error) {
    ports.log('warn', 'store', 'The log could not be indexed', { error: String(error) });
  }
  try {
    await raiseAlert(ports, store);
  } catch (error) {
    ports.log('warn', 'alerts', 'The alert hook could not be called', { error: String(error) });
  }
  await tellDispatch(ports, store, enrolment, lines);
}

/** Tells dispatch where imported busy times can no longer be trusted, and where they can again. Never rejects. */
export async function tellDispatch(
  ports: AppPorts,
  store: Store,
  enrolment: Enrolment,
  lines: Lines,
): Promise<void> {
  if (!enrolment.isEnrolled()) return;
  try {
    const { calendarHealthMinutes } = (await ports.settings()).values();
    const now = ports.clock.now();
    // Nobody waits for it: it keeps to the pauses that the booking system asks for.
    const api = () => enrolment.api({ fetch: lines.fetch('booking', true) });
    await tellCalendarHealth(store.health, api, now, calendarHealthMinutes);
  } catch (error) {
    ports.log('warn', 'health', 'Dispatch could not be told of the state of the calendars', {
      error: String(error),
    });
  }
}

/** What the last daily look found. */
export const maintenanceOf = (store: Store): Maintenance =>
  store.meta.getJson(FOUND, Maintenance) ?? { damaged: false, discrepancies: 0 };

/** Once a day, the first time a day after a database was begun. */
function isDue(store: Store, now: Date): boolean {
  const before = store.meta.get(MAINTAINED_AT);
  const passed = now.getTime() - Date.parse(before ?? '');
  // A clock that was set back must not put it off for as long as it was wrong.
  if (passed >= 0 && passed < DAY_MS) return false;
  store.meta.set(MAINTAINED_AT, now.toISOString());
  return before !== null;
}

/** What is older than the log is kept goes; then the file is checked, and made as small as it can be. */
function lookAfterDatabase(ports: AppPorts, store: Store, logDays: number): void {
  const say = (said: Pick<NewLogEntry, 'status' | 'message' | 'code'>): void => {
    store.syncLog.append(entry(ports, { operation: 'maintenance', ...said }));
  };
  try {
    const removed = store.syncLog.removeBefore(new Date(ports.clock.now().getTime() - logDays * DAY_MS));
    const { damage, bytes, freedBytes } = maintain(store.db);
    note(store, { damaged: damage !== null });
    if (damage !== null) {
      ports.log('error', 'store', damage.message, { error: damage });
      say({ status: 'error', message: damage.message, code: damage.code });
      return;
    }
    const facts = [
      `The database is sound: ${megabytes(bytes)}.`,
      ...(freedBytes > 0 ? [`${megabytes(freedBytes)} were given back.`] : []),
      ...(removed > 0 ? [`${removed} log entries were older than ${logDays} days.`] : []),
    ];
    say({ status: 'ok', message: facts.join(' '), code: null });
  } catch (thrown) {
    const error = toAppError(thrown);
    ports.log('error', 'store', error.message, { code: error.code, detail: error.detail, error });
    say({ status: 'error', message: error.message, code: error.code });
  }
}

/**
 * Looks for what calendars and records disagree about, and only tells of it: putting it right is for a person to say.
 * What is told was read by the runs before; a full run, once a day, has listed everything afresh.
 */
export function compare(ports: Pick<AppPorts, 'clock'>, store: Store): void {
  const { length } = findDiscrepancies(store);
  const before = maintenanceOf(store).discrepancies;
  note(store, { discrepancies: length });
  if (length === before) return;
  const message =
    length === 0
      ? 'Calendars and records agree again.'
      : `Calendars and records disagree about ${length === 1 ? 'one entry' : `${length} entries`}. “calendar-sync repair” shows what, and what it would do.`;
  store.syncLog.append(
    entry(ports, { operation: 'compare', status: length === 0 ? 'ok' : 'error', message, code: null }),
  );
}

function note(store: Store, found: Partial<Maintenance>): void {
  store.meta.setJson(FOUND, { ...maintenanceOf(store), ...found });
}

const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;

const entry = (
  { clock }: Pick<AppPorts, 'clock'>,
  said: Pick<NewLogEntry, 'operation' | 'status' | 'message' | 'code'>,
): NewLogEntry => ({ ...ENTRY, at: clock.now().toISOString(), ...said });

/** So few entries are looked at one by one in a few milliseconds: indexing them can wait until there are more. */
const FEW_ENTRIES = 5_000;

/** In pieces: whoever asks the program something meanwhile is answered between two of them. */
async function indexLog({ clock }: AppPorts, store: Store): Promise<void> {
  if (store.syncLog.unindexed < FEW_ENTRIES) return;
  while (store.syncLog.indexSome()) await clock.sleep(0);
}
