import type { Account } from '../../shared/domain/account.ts';
import { check, type DoctorCheck, type DoctorReport, doctorReport } from '../../shared/domain/doctor.ts';
import { type AppError, toAppError } from '../../shared/rpc/errors.ts';
import { Connections } from '../accounts/connections.ts';
import type { AppPorts } from '../app-contract.ts';
import type { Vault } from '../auth/vault.ts';
import { findDiscrepancies } from '../engine/discrepancies.ts';
import { Enrolment } from '../enrolment.ts';
import { certificateProblem } from '../schedule/certificate.ts';
import { requireSound } from '../store/integrity.ts';
import type { Store } from '../store/store.ts';
import { checkDirectory } from './directory-check.ts';
import { clockCheck, networkChecks } from './network-checks.ts';
import { proxyInForce } from './proxy.ts';
import { recordedFetch } from './recorded-fetch.ts';

const NOTIFYING: ReadonlySet<string> = new Set(['google', 'microsoft']);

const PROVIDER_NAMES: Readonly<Record<Account['provider'], string>> = {
  google: 'Google',
  microsoft: 'Microsoft',
  ics: 'ICS feed',
  caldav: 'CalDAV',
};

/**
 * Tries everything that a sync needs, and says of each thing whether it is right. Asks the booking system and every
 * account once; what the network did is learned from those requests. Writes nothing but renewed sign-ins.
 */
export async function examine(given: AppPorts, store: Store, vault: Vault): Promise<DoctorReport> {
  const record = recordedFetch(given.fetch, given.clock);
  const ports: AppPorts = { ...given, fetch: record.fetch };
  const enrolment = new Enrolment(ports, store, vault);
  const connections = new Connections(ports, store, vault, enrolment);
  const settings = await given.settings();

  const local = [
    checkDirectory(given.dataDir, process.platform),
    settingsCheck(settings.view().problems),
    databaseCheck(store),
    await keychainCheck(ports, vault),
  ];
  const [booking, ...accounts] = await Promise.all([
    askBooking(enrolment, given.clock),
    ...store.accounts.list().map((account) => accountCheck(account, connections)),
  ]);
  const network = networkChecks({
    hosts: record.hosts(),
    proxy: proxyInForce(settings.values(), ports.environment),
    certificateProblem: (error, url) => certificateProblem(error, url, 'none')?.message ?? null,
  });
  return doctorReport(given.clock.now(), [
    ...local,
    ...network,
    clockCheck(record.skews(), booking.skew),
    booking.check,
    ...accounts,
    channelCheck(store, given.clock.now()),
    agreementCheck(store),
  ]);
}

/** The report where the program could not even be opened: the same checks, as far as they go. */
export function reportUnopened(
  { clock, dataDir }: Pick<AppPorts, 'clock' | 'dataDir'>,
  thrown: unknown,
): DoctorReport {
  const error = toAppError(thrown);
  // Only a terminal can ask while there is nothing to show screens with.
  const message = withCommand(error);
  const directory = checkDirectory(dataDir, process.platform);
  const database = directory.ok
    ? check('database', 'Database', 'failed', message)
    : check('database', 'Database', 'skipped', 'It cannot be opened before its directory is in order.');
  const busy = error.detail === 'locked';
  const rest = check(
    'booking-api',
    'Booking system and accounts',
    'skipped',
    busy
      ? 'Another process is at work with them. Try again when it has finished.'
      : 'They cannot be asked before the database can be opened.',
  );
  return doctorReport(clock.now(), [directory, database, rest]);
}

function settingsCheck(problems: readonly string[]): DoctorCheck {
  return problems.length === 0
    ? check('settings', 'Settings and policy', 'ok', 'Every setting is usable.')
    : check('settings', 'Settings and policy', 'warning', problems.join(' '));
}

function databaseCheck(store: Store): DoctorCheck {
  try {
    requireSound(store.db, store.db.name);
    return check('database', 'Database', 'ok', 'It is sound.');
  } catch (error) {
    return check('database', 'Database', 'failed', toAppError(error).message);
  }
}

/** Which calendars tell of their changes themselves, and for how long. What is not told the timer finds. */
function channelCheck({ accounts, mappings, channels }: Store, now: Date): DoctorCheck {
  const found = (status: DoctorCheck['status'], message: string): DoctorCheck =>
    check('channels', 'Push', status, message);
  const canTell = new Set(
    accounts.list().flatMap(({ id, provider }) => (NOTIFYING.has(provider) ? [id] : [])),
  );
  const mapped = mappings.list().filter(({ enabled, accountId }) => enabled && canTell.has(accountId));
  const wanted = new Set(mapped.map(({ accountId, calendarId }) => JSON.stringify([accountId, calendarId])));
  if (wanted.size === 0) return found('skipped', 'No calendar is mapped that could tell of its changes.');
  const live = channels
    .list()
    .filter(({ expiresAt, remoteId }) => remoteId !== null && Date.parse(expiresAt) > now.getTime());
  const telling = new Set(live.map(({ accountId, calendarId }) => JSON.stringify([accountId, calendarId])));
  const [first] = live;
  const count = `${[...wanted].filter((one) => telling.has(one)).length} of ${wanted.size} calendars tell of their changes.`;
  const rest = 'The timer finds what is not told; “calendar-sync serve” opens what is missing.';
  if (first === undefined) return found('ok', `${count} ${rest}`);
  const renewAt = live.map((channel) => channel.renewAt).toSorted()[0] ?? first.renewAt;
  return found(
    'ok',
    `${count} The next renewal is due at ${renewAt}, and the first ends at ${first.expiresAt}.${telling.size < wanted.size ? ` ${rest}` : ''}`,
  );
}

/** Whether calendars and records agree, by what was read last. */
function agreementCheck(store: Store): DoctorCheck {
  const found = (status: DoctorCheck['status'], message: string): DoctorCheck =>
    check('agreement', 'Calendars and records', status, message);
  try {
    const { length } = findDiscrepancies(store);
    return length === 0
      ? found('ok', 'They agree.')
      : found(
          'warning',
          `They disagree about ${length === 1 ? 'one entry' : `${length} entries`}. “calendar-sync repair” shows what, and what it would do.`,
        );
  } catch (error) {
    return found('failed', toAppError(error).message);
  }
}

/** Whether there is a key, and whether it opens what is stored. */
async function keychainCheck(ports: AppPorts, vault: Vault): Promise<DoctorCheck> {
  const found = (status: DoctorCheck['status'], message: string): DoctorCheck =>
    check('keychain', 'Keychain', status, message);
  try {
    const keychain = await ports.keychain();
    await vault.verify();
    return keychain === null
      ? found('ok', 'This computer has no keychain; the key of CALENDAR_ENCRYPTION_KEY is used.')
      : found('ok', 'The keychain holds the key that sign-ins are sealed with.');
  } catch (error) {
    // A key is given in the environment, whatever screen says so.
    return found('failed', withCommand(toAppError(error)));
  }
}

const withCommand = ({ message, command }: AppError): string => [message, command ?? []].flat().join(' ');

interface BookingFindings {
  readonly check: DoctorCheck;
  /** This machine's clock less the booking system's `serverTime`, in milliseconds; null where it told none. */
  readonly skew: number | null;
}

async function askBooking(enrolment: Enrolment, clock: AppPorts['clock']): Promise<BookingFindings> {
  const found = (
    status: DoctorCheck['status'],
    message: string,
    skew: number | null = null,
  ): BookingFindings => ({ check: check('booking-api', 'Booking system', status, message), skew });
  if (!enrolment.isEnrolled()) {
    return found('failed', 'This device is not enrolled. Ask dispatch for a code and enrol it.');
  }
  try {
    const { technician, serverTime } = await (await enrolment.api()).me();
    const skew = clock.now().getTime() - Date.parse(serverTime);
    const message = `It answers, and knows this device as “${technician.name}”.`;
    return found('ok', message, Number.isNaN(skew) ? null : skew);
  } catch (error) {
    return found('failed', toAppError(error).message);
  }
}

async function accountCheck(account: Account, connections: Connections): Promise<DoctorCheck> {
  const found = (status: DoctorCheck['status'], message: string): DoctorCheck =>
    check(`account:${account.id}`, `${PROVIDER_NAMES[account.provider]} ${account.email}`, status, message);
  try {
    const { length } = await connections.calendars(account.id);
    return found('ok', `It answers; ${length === 1 ? 'one calendar' : `${length} calendars`}.`);
  } catch (error) {
    return found('failed', toAppError(error).message);
  }
}
