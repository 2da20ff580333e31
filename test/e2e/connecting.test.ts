import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  addBooking,
  at,
  buildProgram,
  companyEnvironment,
  createMachine,
  EMAIL,
  enrol,
  type Machine,
  resetCompany,
  startCompany,
  TECHNICIAN,
} from '../integration/cli-harness.ts';
import { type CaldavCalendar, eventObject, makeCalendar, stamp } from '../support/caldav-calendar.ts';
import { type CaldavServer, PASSWORD, startCaldavServer, USERNAME } from '../support/caldav-server.ts';
import { OUTLOOK } from '../support/outlook.ts';
import { PATIENCE_MS } from './browser.ts';
import { openProduct, type Product } from './open-product.ts';
import { said } from './said.ts';

/**
 * Somebody with calendars at three more places connects them all in the screens of the real program. One window, from
 * the first step to the last.
 */

let sandbox: Sandbox;
let radicale: CaldavServer;
let workshop: CaldavCalendar;
let machine: Machine;
let product: Product;

beforeAll(async () => {
  await buildProgram();
  [sandbox, radicale] = await Promise.all([startCompany(), startCaldavServer('Radicale')]);
  resetCompany(sandbox);
  sandbox.microsoft.addAccount({
    email: EMAIL,
    oid: 'oid-tess',
    name: 'Tess Technician',
    timeZone: 'Europe/London',
    calendars: [{ id: OUTLOOK, name: 'Calendar', isDefault: true }],
  });
  sandbox.microsoft.configure({ autoApprove: EMAIL });
  sandbox.ics.addFeed({ id: 'terms', name: 'School terms', timeZone: 'Europe/London' });
  sandbox.ics.addEvent('terms', {
    uid: 'inset@example.com',
    summary: 'Inset day',
    start: { dateTime: at(0, -3).replace('.000', '') },
    end: { dateTime: at(0, -2).replace('.000', '') },
  });
  workshop = await makeCalendar(radicale, { displayName: 'Workshop' });
  await workshop.write(
    'dentist.ics',
    eventObject(
      'dentist@example.com',
      'SUMMARY:Dentist',
      `DTSTART:${stamp(at(0, 3))}`,
      `DTEND:${stamp(at(0, 4))}`,
    ),
  );
  for (let day = 0; day < 12; day += 1) addBooking(sandbox, day, `Boiler service ${day}`);
  machine = createMachine(companyEnvironment(sandbox));
  await enrol(machine, sandbox);
  product = await openProduct(machine);
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await machine?.dispose();
  await Promise.all([sandbox?.close(), radicale?.stop()]);
});

const subjects = (): readonly unknown[] => sandbox.microsoft.events(OUTLOOK).map(({ subject }) => subject);
const card = (text: string) => product.page.getByRole('listitem').filter({ hasText: text });
const dialog = () => product.page.getByRole('dialog');

describe('somebody with calendars in several places', () => {
  it('connects Outlook, by signing in at Microsoft', async () => {
    const { button, goTo, page, signIn } = product;
    await button('Finish later').click();
    await goTo('Connections');
    await button('Connect a calendar').click();
    await page.getByRole('menuitem', { name: /Outlook/ }).click();
    await button('Sign in to Microsoft').click();
    await signIn();
    await card(EMAIL).getByText('Connected', { exact: true }).waitFor();
    await card(EMAIL).getByText('No calendar of it is kept in step yet').waitFor();
    expect(product.faults).toEqual([]);
  });

  it('subscribes to a feed by its address', async () => {
    const { button, page } = product;
    await button('Connect a calendar').click();
    await page.getByRole('menuitem', { name: /ICS feed/ }).click();
    await dialog()
      .getByLabel('Address of the feed')
      .fill(`${sandbox.feedUrl('terms')}x`);
    await dialog().getByRole('button', { name: 'Subscribe' }).click();
    await dialog().getByRole('alert').waitFor();
    await dialog().getByLabel('Address of the feed').fill(sandbox.feedUrl('terms'));
    await dialog().getByRole('button', { name: 'Subscribe' }).click();
    await said(page, 'Subscribed: 1 event.');
    await card('School terms').getByText('Connected, read-only').waitFor();
    expect(product.faults).toEqual([]);
  });

  it('connects a CalDAV server, at the second try at the password', async () => {
    const { button, page } = product;
    await button('Connect a calendar').click();
    await page.getByRole('menuitem', { name: /CalDAV/ }).click();
    await dialog().getByLabel('Server address').fill(radicale.origin);
    await dialog().getByLabel('User name').fill(USERNAME);
    await dialog().getByRole('textbox', { name: 'Password' }).fill('wrong');
    await dialog().getByRole('button', { name: 'Connect' }).click();
    await dialog().getByRole('alert').waitFor();
    await dialog().getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await dialog().getByRole('button', { name: 'Connect' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await card('CalDAV').getByText('Connected', { exact: true }).waitFor();
    expect(product.faults).toEqual([]);
  });

  it('pauses, so that nothing syncs before everything is set up', async () => {
    const { button, goTo, page } = product;
    await goTo('Overview');
    await button('Pause').click();
    await page.getByRole('menuitem', { name: 'Until I resume' }).click();
    await page.getByText('Paused until you resume').first().waitFor();
    expect(product.faults).toEqual([]);
  });

  it.each([
    { account: /Microsoft/, calendar: 'Calendar', direction: /Both ways/, preview: '12 events to add' },
    { account: /ICS/, calendar: 'School terms', direction: null, preview: '1 busy time to share' },
    { account: /CalDAV/, calendar: 'Workshop', direction: /Both ways/, preview: '1 busy time to share' },
  ])('sees what a mapping would do before saving it: $calendar', async (wanted) => {
    const { button, choose, goTo, page } = product;
    await goTo('Mappings');
    await button('Add a calendar').click();
    await choose('Account', wanted.account);
    await choose('Calendar', wanted.calendar);
    if (wanted.direction !== null) await dialog().getByRole('radio', { name: wanted.direction }).click();
    await dialog().getByRole('button', { name: 'Preview' }).click();
    await dialog().getByText(wanted.preview).waitFor();
    expect(subjects()).toEqual([]);
    expect(await workshop.names()).toEqual(['dentist.ics']);
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await page.getByRole('row').getByRole('button', { name: wanted.calendar, exact: true }).waitFor();
  });

  it('syncs now and sees how far it has come', async () => {
    const { button, goTo, page } = product;
    await goTo('Overview');
    // Every write waits until the screen was seen to tell of it, however slow the machine.
    const held = sandbox.faults.add({
      service: 'microsoft',
      method: 'POST',
      times: null,
      effect: { kind: 'hold' },
    });
    await button('Sync now').click();
    await page.getByText(/Writing to your calendar.*of \d+/).waitFor();
    // At nought it has no width, which counts as hidden here.
    await page.getByRole('progressbar', { name: 'Sync progress' }).waitFor({ state: 'attached' });
    sandbox.faults.remove(held);
    await button('Sync now').waitFor();
    await page.getByRole('progressbar', { name: 'Sync progress' }).waitFor({ state: 'detached' });
    expect(subjects()).toHaveLength(12);
    expect(await workshop.names()).toHaveLength(13);
    expect(sandbox.booking.blocks.all(TECHNICIAN)).toHaveLength(2);
  });

  it('has the week filled from everywhere', async () => {
    const { page } = product;
    await page
      .getByRole('button', { name: /Boiler service 0/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: /Inset day/ }).waitFor();
    await page.getByRole('button', { name: /Dentist/ }).click();
    await dialog()
      .getByText(/From Workshop to the booking system/)
      .waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    await product.button('Resume').click();
    await page.getByText(/^Up to date/).waitFor();
    expect(product.faults).toEqual([]);
  });

  it('is told that Microsoft ended the session, signs in again, and is in step again', async () => {
    const { button, goTo, page, signIn } = product;
    sandbox.microsoft.revokeAccount(EMAIL);
    await button('Sync now').click();
    await page.getByText('Microsoft 365 ended the session').waitFor();
    addBooking(sandbox, 1, 'Missed meanwhile');
    await goTo('Connections');
    await card(EMAIL).getByRole('button', { name: 'Reconnect' }).click();
    await button('Sign in to Microsoft').click();
    await signIn();
    await card(EMAIL).getByText('Connected', { exact: true }).waitFor();
    await card(EMAIL).getByRole('button', { name: 'Sync now' }).click();
    await expect.poll(subjects, { timeout: PATIENCE_MS }).toContain('Missed meanwhile');
    expect(product.faults).toEqual([]);
  });
});
