import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  addAppointment,
  addBooking,
  at,
  buildProgram,
  CODE,
  companyEnvironment,
  createMachine,
  EMAIL,
  type Machine,
  NOW,
  resetCompany,
  setUp,
  startCompany,
} from '../integration/cli-harness.ts';
import { launchBrowser, newContext, PATIENCE_MS, watchFaults } from './browser.ts';
import { holdDate } from './fixed-date.ts';
import { rememberWords, said } from './said.ts';

/** What people do, in the screens that the real program serves, against the company's servers. */

let browser: Browser;
let sandbox: Sandbox;
let machine: Machine;
let context: BrowserContext;
let page: Page;
let faults: readonly string[];

beforeAll(async () => {
  await buildProgram();
  sandbox = await startCompany();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await sandbox.close();
});

/** A company and a machine of which nobody knows yet. */
async function begin(): Promise<void> {
  resetCompany(sandbox);
  machine = createMachine(companyEnvironment(sandbox));
  context = await newContext(browser);
  // The week that is shown is the one that the tests have filled, also where midnight passes meanwhile.
  await holdDate(context, NOW);
  await rememberWords(context);
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  faults = watchFaults(page);
}

async function end(): Promise<void> {
  await context.close();
  await machine.dispose();
}

/** Starts the program and opens the link it prints. */
async function open(): Promise<void> {
  const agent = machine.start('serve', '--port', '0');
  const [, link = ''] = await agent.waitFor('stderr', /^ready: (\S+)$/m);
  await page.goto(link);
}

const heading = (name: string) => page.getByRole('heading', { level: 1, name });
const button = (name: string | RegExp) => page.getByRole('button', { name });

/** What “Copy link” puts on the clipboard. */
async function copiedLink(): Promise<string> {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await button(/^Copy link/).click();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(clipboard, { timeout: PATIENCE_MS }).not.toBe('');
  return clipboard();
}

async function goTo(screen: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: screen }).click();
  await heading(screen).waitFor();
}

describe('somebody without the link', () => {
  beforeEach(begin);
  afterEach(end);

  it('is told to open it, and is let in as soon as they have', async () => {
    const agent = machine.start('serve', '--port', '0');
    const [, link = ''] = await agent.waitFor('stderr', /^ready: (\S+)$/m);
    await page.goto(new URL('/', link).href);
    await page.getByText('Open the link that “calendar-sync serve” or the demo printed').waitFor();
    const other = await context.newPage();
    await other.goto(link);
    await heading('Enrol this computer').waitFor();
    expect(await heading('Enrol this computer').isVisible()).toBe(true);
  });
});

describe('somebody new', () => {
  beforeEach(begin);
  afterEach(end);

  it('enrols, connects Google, chooses a calendar, sees what will happen, and has the week filled', async () => {
    addBooking(sandbox, 0, 'Boiler service');
    addAppointment(sandbox, 0, 'Dentist');
    await open();

    await heading('Enrol this computer').waitFor();
    expect(page.url()).not.toContain('token');
    await page.getByLabel('Address of the booking system').fill(sandbox.urls().booking);
    await page.getByLabel('Enrolment code').fill('WRONG-1');
    await button('Enrol this computer').click();
    await page.getByRole('alert').getByText(/code/).waitFor();
    await page.getByLabel('Enrolment code').fill(CODE);
    await button('Enrol this computer').click();

    await heading('Connect a calendar').waitFor();
    await page.getByText('Enrolled as Tess Technician').waitFor();
    await button(/Google Calendar/).click();
    await button('Sign in to Google').click();
    const signInPage = context.waitForEvent('page');
    await page.getByRole('link', { name: 'Open the sign-in page' }).click();
    await signInPage;

    await heading('Choose calendars').waitFor();
    await button('See what will happen').click();
    await page.getByText('1 event to add').waitFor();
    await page.getByText('1 busy time to share').waitFor();
    expect(sandbox.google.events(EMAIL).filter(({ summary }) => summary === 'Boiler service')).toEqual([]);
    await button('Start syncing').click();

    await heading('Overview').waitFor();
    await page.getByRole('button', { name: /Boiler service/ }).waitFor();
    await page.getByRole('button', { name: /Dentist/ }).waitFor();
    await expect
      .poll(() => sandbox.google.events(EMAIL).map(({ summary }) => summary))
      .toContain('Boiler service');
    expect(faults).toEqual([]);
  });
});

describe('somebody who is set up, in one window, one thing after the other', () => {
  beforeAll(async () => {
    await begin();
    addBooking(sandbox, 0, 'Boiler service');
    await setUp(machine, sandbox);
    await machine.run('sync');
    await open();
    await heading('Overview').waitFor();
  });
  afterAll(end);

  it('finds an operation in the log', async () => {
    await goTo('Log');
    await page.getByLabel('Search').fill('Nothing of the kind');
    await page.getByText('No operation fits these filters').waitFor();
    await page.getByLabel('Search').fill('Boiler');
    await page.getByText(/^1 operation/).waitFor();
    await button(/^Details/).click();
    await page.getByText('Sent and answered').or(page.getByText('Nothing further')).waitFor();
    expect(faults).toEqual([]);
  });

  it('creates a feed, hands its link out, and takes it back', async () => {
    await goTo('Feeds');
    await button('Create a feed').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Tess Technician' }).waitFor();
    const link = await copiedLink();
    await said(page, 'Copied');
    const feed = await page.request.get(link);
    expect(feed.status()).toBe(200);
    expect(await feed.text()).toContain('BEGIN:VEVENT');
    expect(await feed.text()).not.toContain('Boiler service');

    await button('More for Tess Technician').click();
    await page.getByRole('menuitem', { name: 'New link…' }).click();
    await button('Replace the link').click();
    await said(page, 'The feed has a new link');
    expect((await page.request.get(link)).status()).toBe(404);
    const next = await copiedLink();
    expect((await page.request.get(next)).status()).toBe(200);

    await button('More for Tess Technician').click();
    await page.getByRole('menuitem', { name: 'Switch off…' }).click();
    await button('Switch off').click();
    await page.getByText('Switched off', { exact: true }).waitFor();
    expect((await page.request.get(next)).status()).toBe(404);
    expect(faults).toEqual([]);
  });

  it('pauses and resumes', async () => {
    await goTo('Overview');
    await button('Pause').click();
    await page.getByRole('menuitem', { name: 'Until I resume' }).click();
    await page.getByText('Paused until you resume').first().waitFor();
    await button('Resume').click();
    await page.getByText(/^Up to date/).waitFor();
    expect(faults).toEqual([]);
  });

  it('sees a booking move after a sync, and why', async () => {
    const [booking] = sandbox.booking.bookings.all();
    sandbox.booking.bookings.patch(booking?.id ?? '', {
      title: 'Boiler service, second visit',
      end: at(0, 2),
    });
    await goTo('Overview');
    await button('Sync now').click();
    await page.getByRole('button', { name: /second visit/ }).click();
    await page.getByRole('dialog').getByText('What was decided').waitFor();
    await page
      .getByRole('dialog')
      .getByText(/From the booking system to/)
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(faults).toEqual([]);
  });

  it('disconnects an account and has removed what was created, by its count', async () => {
    await goTo('Connections');
    await button(`More for ${EMAIL}`).click();
    await page.getByRole('menuitem', { name: 'Disconnect…' }).click();
    await page.getByText('Remove them').click();
    await button('Remove 1 entry and disconnect').click();
    await said(page, `${EMAIL} was disconnected`);
    expect(sandbox.google.events(EMAIL).map(({ summary }) => summary)).not.toContain('Boiler service');
    expect(faults).toEqual([]);
  });
});
