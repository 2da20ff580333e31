import type { Account } from '../shared/domain/account.ts';
import { type Mapping, writesEvents } from '../shared/domain/mapping.ts';
import { AppError } from '../shared/rpc/errors.ts';
import type { Connections } from './accounts/connections.ts';
import type { AppPorts, Created, MappingChanges, MappingInput } from './app-contract.ts';
import { notSeen } from './booking/not-seen.ts';
import type { Enrolment } from './enrolment.ts';
import { readOnly } from './providers/ics/ics-errors.ts';
import type { Store } from './store/store.ts';

/**
 * Adds a mapping, by what the calendar's account and the booking system say they have; for whom is enrolled where
 * nobody is named.
 * @throws AppError NOT_FOUND for an account, calendar, technician or project that is not there; PERMISSION_DENIED where events
 *   would have to be written and may not be; INVALID_INPUT for values that cannot be used; CONFLICT where another
 *   mapping does the same
 */
export async function addMapping(
  ports: AppPorts,
  store: Store,
  connections: Connections,
  enrolment: Enrolment,
  input: MappingInput,
): Promise<Mapping> {
  const account = store.accounts.get(input.accountId);
  if (account === null) throw unknown('account', input.accountId);
  const technicianId = input.technicianId ?? (await enrolment.identity()).technician.id;
  if (input.enabled !== false) {
    await requireSeen(enrolment, 'technician', technicianId);
    await requireSeen(enrolment, 'project', input.projectId ?? null);
  }
  if (writesEvents(input.direction) && account.access === 'read') throw onlyForReading(account, 'add');
  const listed = await connections.calendars(account.id);
  // Google calls the first calendar “primary” as well; identity needs its real id.
  const calendar = listed.find(
    ({ id, primary }) => id === input.calendarId || (input.calendarId === 'primary' && primary),
  );
  if (calendar === undefined) {
    throw new AppError(
      'NOT_FOUND',
      `${account.email} has no calendar ${input.calendarId}. Choose one of those that it has.`,
      { command: `“calendar-sync calendars --account ${account.id}” lists them.` },
    );
  }
  if (writesEvents(input.direction) && !calendar.writable) {
    throw new AppError(
      'PERMISSION_DENIED',
      `${account.email} may not write to “${calendar.name}”. Choose another calendar, or only bring its busy times to dispatch.`,
      { command: '“--direction import” does that.' },
    );
  }
  return store.mappings.add({
    visibility: 'busy-only',
    projectId: null,
    onDelete: 'restore',
    pastDays: 30,
    futureDays: 180,
    skip: [],
    skipTitle: null,
    enabled: true,
    ...input,
    technicianId,
    calendarId: calendar.id,
    id: `map_${ports.random.uuid()}`,
    createdAt: ports.clock.now().toISOString(),
  });
}

/** How many things accounts or mappings have created that are still there. */
export function created(
  store: Store,
  of: { readonly accountId: string } | { readonly mappingId: string },
): Created {
  const mappings =
    'mappingId' in of
      ? [store.mappings.get(of.mappingId) ?? missing(unknown('mapping', of.mappingId))]
      : store.mappings.listByAccount(
          (store.accounts.get(of.accountId) ?? missing(unknown('account', of.accountId))).id,
        );
  const live = (kind: 'export' | 'import'): number =>
    mappings.reduce((sum, { id }) => sum + store.links.live(id, kind).length, 0);
  return { events: live('export'), busyBlocks: live('import') };
}

/**
 * Changes what was chosen of a mapping; the next run follows it.
 * @throws AppError NOT_FOUND for a mapping, technician or project that is not there; else as `addMapping`
 */
export async function updateMapping(
  store: Store,
  enrolment: Enrolment,
  id: string,
  changes: MappingChanges,
): Promise<Mapping> {
  const before = store.mappings.get(id);
  if (before === null) throw unknown('mapping', id);
  const {
    technicianId = before.technicianId,
    projectId = before.projectId,
    enabled = before.enabled,
  } = changes;
  if (enabled && technicianId !== before.technicianId) {
    await requireSeen(enrolment, 'technician', technicianId);
  }
  if (enabled && projectId !== before.projectId) await requireSeen(enrolment, 'project', projectId);
  const account = store.accounts.get(before.accountId);
  if (account?.access === 'read' && changes.direction !== undefined && writesEvents(changes.direction)) {
    throw onlyForReading(account, 'change');
  }
  return store.mappings.update(id, changes);
}

/**
 * Refuses a technician or a project that the booking system does not show this device; a mapping that is switched off
 * may be prepared for one. Where that is not asked, or cannot be, or nobody at all is named, the sync finds out.
 */
async function requireSeen(
  enrolment: Enrolment,
  what: 'technician' | 'project',
  id: string | null,
): Promise<void> {
  if (id === null || (what === 'technician' && id === enrolment.known()?.id)) return;
  // Somebody waits, and the change can be made without an answer: asked once.
  const listed = await enrolment
    .api({ giveUp: AbortSignal.abort() })
    .then((booking) => (what === 'project' ? booking.projects() : booking.technicians()))
    .catch(() => []);
  if (listed.length > 0 && !listed.some((one) => one.id === id)) throw notSeen(what, id, listed);
}

function onlyForReading(account: Account, then: 'add' | 'change'): AppError {
  if (account.provider === 'ics') return readOnly();
  return new AppError(
    'PERMISSION_DENIED',
    `${account.email} was connected for reading only. Connect it again for reading and writing, then ${then} this mapping.`,
    { command: 'Leave “--read-only” away for that.' },
  );
}

export async function removeCreated(
  ports: AppPorts,
  store: Store,
  connections: Connections,
  mapping: Mapping,
): Promise<number> {
  const account = store.accounts.get(mapping.accountId);
  if (account === null) throw unknown('account', mapping.accountId);
  const { removeCreated: remove } = await import('./engine/remove-created.ts');
  return remove(store, ports.random, await connections.connect(account), mapping);
}

export function missing(error: AppError): never {
  throw error;
}

export function unknown(what: 'account' | 'mapping', id: string): AppError {
  return new AppError('NOT_FOUND', `That ${what} is not there any more. Choose another one.`, {
    command: `There is no ${what} ${id}; “calendar-sync ${what}s” lists them.`,
  });
}
