import { failing, pending, refusing } from './fixture-program.ts';
import { BROKEN, fresh, OFFLINE, over, postpone, type Scene, SIGNED_OUT, WAITING } from './scene.ts';

export const CONNECTION_SCENES: readonly Scene[] = [
  {
    name: 'connections',
    path: '/connections',
    program: over({
      accounts: SIGNED_OUT.map((one) => (one.id === 'acc_caldav' ? { ...one, lastSyncedAt: null } : one)),
      state: 'needs-sign-in',
    }),
  },
  { name: 'connections-offline', path: '/connections', program: over(OFFLINE) },
  { name: 'connections-error', path: '/connections', program: over({ state: 'error', accounts: BROKEN }) },
  { name: 'connections-waiting', path: '/connections', program: over({ signIns: [WAITING] }) },
  {
    name: 'connections-menu',
    path: '/connections',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Connect a calendar' }).click();
      await page.getByRole('menuitem', { name: /Outlook/ }).waitFor();
    },
  },
  {
    name: 'connections-sign-in',
    path: '/connections',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Connect a calendar' }).click();
      await page.getByRole('menuitem', { name: /Google/ }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'connections-caldav',
    path: '/connections',
    program: over({}, { 'accounts.connectCaldav': failing('The server does not accept that password.') }),
    act: async (page) => {
      await page.getByRole('button', { name: 'Connect a calendar' }).click();
      await page.getByRole('menuitem', { name: /CalDAV/ }).click();
      await page.getByLabel('Server address').fill('https://cloud.example.org');
      await page.getByLabel('User name').fill('tess');
      await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByRole('alert').getByText('does not accept').waitFor();
    },
  },
  {
    name: 'connections-disconnect',
    path: '/connections',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'More for tess@gmail.example' }).click();
      await page.getByRole('menuitem', { name: 'Disconnect…' }).click();
      await page.getByText('Remove them').click();
    },
  },
  {
    name: 'connections-empty',
    path: '/connections',
    program: over(fresh({ state: 'no-accounts', accounts: [] })),
    act: postpone,
  },
  {
    name: 'connections-loading',
    path: '/connections',
    program: over({}, { 'calendars.list': pending }),
  },
  ...(['plain-http', 'private-network'] as const).map(
    (detail): Scene => ({
      name: `connections-ics-${detail}`,
      path: '/connections',
      program: over({}, { 'accounts.connectIcs': refusing(detail) }),
      act: async (page) => {
        await page.getByRole('button', { name: 'Connect a calendar' }).click();
        await page.getByRole('menuitem', { name: /ICS/ }).click();
        await page.getByLabel('Address of the feed').fill('http://printer.local/shifts.ics');
        await page.getByRole('button', { name: 'Subscribe' }).click();
        await page.getByRole('checkbox').waitFor();
      },
    }),
  ),
];
