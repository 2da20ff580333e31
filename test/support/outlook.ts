import type { MappingInput } from '../../src/main/app-contract.ts';
import { EMAIL, openWith, type World } from './world.ts';

export const OUTLOOK = 'AQMkTessOutlook=';

/** Gives the technician a mailbox at Microsoft, and maps her calendar there instead of the one at Google. */
export async function moveToOutlook(world: World, mapping: Partial<MappingInput> = {}): Promise<void> {
  addMailbox(world);
  for (const { id } of world.app.accounts()) await world.app.removeAccount(id, { deleteEvents: false });
  await connectOutlook(world, mapping);
}

/** Gives the technician a mailbox at Microsoft beside what she has, and signs in to it. Answers with the account's id. */
export async function signInToOutlook(world: World): Promise<string> {
  addMailbox(world);
  return signIn(world);
}

function addMailbox(world: World): void {
  world.sandbox.microsoft.addAccount({
    email: EMAIL,
    oid: 'oid-tess',
    name: 'Tess Technician',
    timeZone: 'Europe/London',
    calendars: [{ id: OUTLOOK, name: 'Calendar', isDefault: true }],
  });
  world.sandbox.microsoft.configure({ autoApprove: EMAIL });
}

async function connectOutlook(world: World, mapping: Partial<MappingInput> = {}): Promise<void> {
  const accountId = await signIn(world);
  await world.app.addMapping({ accountId, calendarId: OUTLOOK, direction: 'two-way', ...mapping });
}

/** Signs in to the mailbox, and answers with the account's id. */
export async function signIn(world: World): Promise<string> {
  const openUrl = openWith(world.sandbox.fetch);
  const { accountId } = await world.clock.frozen(() =>
    world.app.connectOAuth('microsoft', { access: 'write', openUrl }),
  );
  return accountId;
}

export interface OutlookEvent {
  readonly id: string;
  readonly subject: string;
  /** UTC. */
  readonly start: string;
  readonly showAs: string;
  readonly isOurs: boolean;
}

interface Resource {
  readonly id: string;
  readonly subject: string;
  readonly start: { readonly dateTime: string };
  readonly showAs: string;
  readonly transactionId: string | null;
}

/** What the calendar holds, by start. */
export function shownInOutlook(world: World): readonly OutlookEvent[] {
  const events = world.sandbox.microsoft.events(OUTLOOK) as unknown as readonly Resource[];
  return events
    .map(({ id, subject, start, showAs, transactionId }) => ({
      id,
      subject,
      start: start.dateTime.slice(0, 16),
      showAs,
      isOurs: transactionId !== null,
    }))
    .sort((a, b) => a.start.localeCompare(b.start));
}

/** The requests that have changed something at Microsoft's or in the booking system. */
export function outlookWrites(world: World): readonly string[] {
  return world.sandbox.faults.journal
    .entries()
    .filter(({ method, url }) => method !== 'GET' && !/\/token$|\/\$batch$/.test(url))
    .map(({ method, url }) => `${method} ${url}`);
}
