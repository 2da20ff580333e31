import type { Sandbox } from '../../../sandbox/sandbox.ts';
import type { CalendarListEntry, ProviderName } from '../../../shared/domain/account.ts';
import type { Technician } from '../../../shared/domain/booking.ts';
import type { Mapping } from '../../../shared/domain/mapping.ts';
import type { ConnectedAccount } from '../../../shared/rpc/contract.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { App } from '../../app-contract.ts';
import type { Fetch, OpenUrl } from '../../ports.ts';
import type { CaldavCalendar } from './caldav-calendar.ts';

/** A calendar that is kept in step. */
export interface DemoCalendar {
  readonly provider: ProviderName;
  readonly entry: CalendarListEntry;
  readonly mapping: Mapping;
  /** Where the sandbox's control endpoint shows its events; of a CalDAV calendar, its address. */
  readonly eventsPath: string;
}

export interface DemoPerson {
  readonly technician: Technician;
  readonly accounts: readonly ConnectedAccount[];
  /** The first one is kept in step both ways. */
  readonly calendars: readonly DemoCalendar[];
}

/** What the people of the demo are connected with. */
export interface Connecting {
  readonly app: App;
  readonly sandbox: Sandbox;
  /** Null where no CalDAV server could be had. */
  readonly caldav: CaldavCalendar | null;
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
}

/** Technicians of one team, each with the calendar that they happen to use. */
export async function connectPeople(connecting: Connecting): Promise<readonly DemoPerson[]> {
  const { app, caldav } = connecting;
  const [first, second, third] = await app.technicians();
  if (first === undefined || second === undefined || third === undefined) {
    throw new TypeError('The sandbox has no technicians.');
  }
  const people = [await withGoogleAndRota(connecting, first), await withOutlook(connecting, second)];
  return caldav === null ? people : [...people, await withCaldav(app, caldav, third)];
}

async function withGoogleAndRota(connecting: Connecting, technician: Technician): Promise<DemoPerson> {
  const { app, sandbox } = connecting;
  const google = await signIn(connecting, 'google', sandbox.google.accounts(), technician);
  const own = await mapAll(
    app,
    google,
    technician,
    (id) => `google/calendars/${encodeURIComponent(id)}/events`,
  );
  const feedId = sandbox.ics.feeds().find((id) => sandbox.ics.name(id).endsWith(technician.name));
  if (feedId === undefined) throw new TypeError(`The sandbox publishes no rota of ${technician.name}.`);
  const rota = await app.connectIcs({ url: sandbox.feedUrl(feedId) });
  const published = await mapAll(
    app,
    rota,
    technician,
    () => `ics/feeds/${encodeURIComponent(feedId)}/events`,
  );
  return { technician, accounts: [google, rota], calendars: [...own, ...published] };
}

async function withOutlook(connecting: Connecting, technician: Technician): Promise<DemoPerson> {
  const { app, sandbox } = connecting;
  const outlook = await signIn(connecting, 'microsoft', sandbox.microsoft.accounts(), technician);
  const path = (id: string): string => `microsoft/calendars/${encodeURIComponent(id)}/events`;
  return { technician, accounts: [outlook], calendars: await mapAll(app, outlook, technician, path) };
}

/** Its main calendar is the one that holds the technician's own life: CalDAV itself knows no main one. */
async function withCaldav(app: App, caldav: CaldavCalendar, technician: Technician): Promise<DemoPerson> {
  const account = await app.connectCaldav(caldav.account);
  const listed = (await app.calendars(account.accountId)).map((entry) => ({
    ...entry,
    primary: entry.id === caldav.url,
  }));
  return {
    technician,
    accounts: [account],
    calendars: await mapListed(app, account, technician, listed, (id) => id),
  };
}

async function signIn(
  { app, fetch, signal }: Connecting,
  provider: 'google' | 'microsoft',
  accounts: readonly { readonly email: string; readonly name: string }[],
  technician: Technician,
): Promise<ConnectedAccount> {
  const own = accounts.find(({ name }) => name === technician.name);
  if (own === undefined) throw new TypeError(`The sandbox has no ${provider} account of ${technician.name}.`);
  return app.connectOAuth(provider, { access: 'write', openUrl: signInAs(own.email, fetch), signal });
}

/** A browser whose person chooses the account and agrees: it follows the redirects to the end. */
const signInAs =
  (email: string, fetch: Fetch): OpenUrl =>
  async (address) => {
    const url = new URL(address);
    url.searchParams.set('login_hint', email);
    // Who it is has been chosen.
    url.searchParams.delete('prompt');
    const answer = await fetch(url);
    if (!answer.ok)
      throw new AppError('PROVIDER_ERROR', `The sandbox refused the sign-in (${answer.status}).`);
  };

/** The main calendar both ways where it can be written to, what others there are for their busy times. */
async function mapAll(
  app: App,
  account: ConnectedAccount,
  technician: Technician,
  eventsPath: (calendarId: string) => string,
): Promise<readonly DemoCalendar[]> {
  return mapListed(app, account, technician, await app.calendars(account.accountId), eventsPath);
}

async function mapListed(
  app: App,
  { accountId, provider }: ConnectedAccount,
  { id: technicianId }: Technician,
  listed: readonly CalendarListEntry[],
  eventsPath: (calendarId: string) => string,
): Promise<readonly DemoCalendar[]> {
  const calendars: DemoCalendar[] = [];
  for (const entry of listed.toSorted((a, b) => Number(b.primary) - Number(a.primary))) {
    const direction = entry.primary && entry.writable ? 'two-way' : 'import';
    const mapping = await app.addMapping({ accountId, calendarId: entry.id, direction, technicianId });
    calendars.push({ provider, entry, mapping, eventsPath: eventsPath(entry.id) });
  }
  return calendars;
}
