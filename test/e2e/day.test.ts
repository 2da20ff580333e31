import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  addBooking,
  at,
  buildProgram,
  companyEnvironment,
  createMachine,
  EMAIL,
  type Machine,
  resetCompany,
  setUp,
  startCompany,
  succeed,
} from '../integration/cli-harness.ts';
import { quietPort } from '../support/quiet-port.ts';
import { PATIENCE_MS } from './browser.ts';
import { openProduct, type Product } from './open-product.ts';
import { said } from './said.ts';

/**
 * A day of somebody whose calendar is kept in step, with a long log behind them and an organisation above: one window
 * of the real program, open all the time.
 */

const ENTRIES = 100_000;
/** Bookings, all of which are gone at once when the booking system answers badly. */
const MANY = 13;

/** Where the company is, also when it comes back. */
let port: number;
let sandbox: Sandbox;
let machine: Machine;
let product: Product;
let moved: string;

beforeAll(async () => {
  await buildProgram();
  port = await quietPort();
  sandbox = await startCompany(port);
  resetCompany(sandbox);
  machine = createMachine(companyEnvironment(sandbox));
  moved = addBooking(sandbox, 0, 'Boiler service');
  for (let day = 1; day < MANY; day += 1) addBooking(sandbox, day, `Inspection ${day}`);
  await setUp(machine, sandbox);
  await succeed(machine.run('sync'));
  fillLog(machine);
  setPolicy(machine, { enforced: { intervalMinutes: 30, theme: 'light' } });
  product = await openProduct(machine);
  await product.heading('Overview').waitFor();
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await machine?.dispose();
  await sandbox?.close();
});

/** As ninety days of syncing would have left it, and one entry that is to be found. */
function fillLog({ dataDir }: Machine): void {
  const db = new BetterSqlite3(join(dataDir, 'calendar-sync.sqlite'));
  db.exec(`
    WITH RECURSIVE row (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < ${ENTRIES})
    INSERT INTO sync_log (at, provider, direction, operation, status, booking_id, message, payload)
    SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (${ENTRIES} - n) || ' minutes'), 'google', 'export', 'update',
      iif(n = 41234, 'error', 'ok'), 'bk_old_' || n,
      iif(n = 41234, 'Harbour School could not be changed.', 'Meter reading was changed.'),
      '{"title":"Kept for support"}'
    FROM row`);
  db.close();
}

/** Only an administrator may write where policy is; this machine's program is shown another file in its place. */
function setPolicy({ environment }: Machine, policy: object): void {
  const folder = environment.HOME ?? '';
  const file = join(folder, 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  const instead = join(folder, 'policy-file.mjs');
  writeFileSync(
    instead,
    `import fs from 'node:fs';
     import { syncBuiltinESMExports } from 'node:module';
     const read = fs.readFileSync;
     fs.readFileSync = (path, ...rest) =>
       read(path === '/etc/calendar-sync/policy.json' ? ${JSON.stringify(file)} : path, ...rest);
     syncBuiltinESMExports();`,
  );
  environment.NODE_OPTIONS = `--import ${pathToFileURL(instead).href}`;
}

const exported = (title: string) =>
  sandbox.google.events(EMAIL).find(({ summary }) => summary?.includes(title));

describe('a day with the window open', () => {
  it('a booking that dispatch changes moves in the week, with nobody touching anything', async () => {
    const { page } = product;
    await page.getByRole('button', { name: /12:00.*Boiler service/ }).waitFor();
    sandbox.booking.bookings.patch(moved, { start: at(0, 4), end: at(0, 5) });
    await page.getByRole('button', { name: /16:00.*Boiler service/ }).waitFor();
    // The booking is known before its event has followed.
    await expect
      .poll(() => exported('Boiler service')?.start)
      .toMatchObject({ dateTime: expect.stringContaining('T16:00') });
  });

  it('a conflict is decided, taken back, and decided again', async () => {
    const { button, goTo, heading, page } = product;
    sandbox.google.editEvent(EMAIL, exported('Boiler service')?.id ?? '', { summary: 'My boiler' });
    sandbox.booking.bookings.patch(moved, { title: 'Boiler service, urgent' });
    await page.getByRole('link', { name: 'Review' }).waitFor();
    // A run that nobody asked for would carry the answer out ten seconds later, which nothing here can count on.
    await button('Pause').click();
    await page.getByRole('menuitem', { name: 'Until I resume' }).click();
    await button('Resume').waitFor();
    await page.getByRole('link', { name: 'Review' }).click();
    await heading('Conflicts').waitFor();
    await page.getByRole('cell', { name: 'My boiler' }).waitFor();
    await button('Keep the booking').click();
    await page.getByText('The booking’s version is kept.').waitFor();
    await button('Undo').click();
    await button('Keep my calendar').click();
    await page.getByText('Your calendar’s version is kept.').waitFor();
    await goTo('Overview');
    await button('Sync now').click();
    await expect
      .poll(() => sandbox.booking.bookings.get(moved)?.title, { timeout: PATIENCE_MS })
      .toBe('My boiler');
    await button('Resume').click();
    await page.getByRole('button', { name: /My boiler/ }).waitFor();
  });

  it('deletions that are unusually many wait, are listed, and go when released', async () => {
    const { button, goTo, page } = product;
    sandbox.booking.expireCursors();
    const fault = sandbox.faults.add({
      service: 'booking',
      path: '/bookings\\?',
      times: null,
      effect: { kind: 'hook', name: 'empty-listing' },
    });
    for (const one of sandbox.booking.bookings.all()) {
      if (one.title.startsWith('Inspection')) sandbox.booking.bookings.delete(one.id);
    }
    await button('Sync now').click();
    await page.getByText(`${MANY} deletions on hold`).waitFor();
    expect(exported('Inspection')).toBeDefined();
    await goTo('Conflicts');
    await page.getByText(`What would go (${MANY})`).click();
    await page.getByRole('listitem').filter({ hasText: 'Inspection 7' }).waitFor();
    await button(`Delete ${MANY} entries…`).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `Delete ${MANY} entries` })
      .click();
    await said(page, `${MANY} deletions released.`);
    await goTo('Overview');
    await button('Sync now').click();
    await expect.poll(() => exported('Inspection'), { timeout: PATIENCE_MS }).toBeUndefined();
    sandbox.faults.remove(fault);
  });

  it('without a network it says so, and goes on by itself when that is back', async () => {
    const { button, goTo, page } = product;
    await goTo('Overview');
    await sandbox.close();
    await button('Sync now').click();
    // Somebody who syncs by hand has every call tried for fifteen seconds.
    await page.getByText('No network', { exact: true }).waitFor();
    addBooking(sandbox, 0, 'Made meanwhile');
    await sandbox.listen(port);
    // It looks for the network every ten seconds at least.
    await page.getByRole('button', { name: /Made meanwhile/ }).waitFor();
    await page.getByText('No network', { exact: true }).waitFor({ state: 'hidden' });
    expect(product.faults).toEqual([]);
  });

  it('one operation is found among a hundred thousand', async () => {
    const { button, goTo, page } = product;
    await goTo('Log');
    await page.getByText(/^100,\d{3} operations/).waitFor();
    await page.getByLabel('Search').fill('harbour');
    await page.getByText(/^1 operation\b/).waitFor();
    await button(/^Details/).click();
    await page.getByText('Kept for support').waitFor();
    await page.getByLabel('Search').fill('bk_old_777');
    // Another answer comes with its details closed.
    await page.getByText('Kept for support').waitFor({ state: 'detached' });
    await page.getByText(/^1 operation\b/).waitFor();
    expect(product.faults).toEqual([]);
  });

  it('what the organisation has set is locked, and says so', async () => {
    const { goTo, page } = product;
    await goTo('Settings');
    expect(await page.getByLabel('Minutes between two syncs').inputValue()).toBe('30');
    expect(await page.getByLabel('Minutes between two syncs').isDisabled()).toBe(true);
    await expect.poll(() => page.getByText('Managed by your organisation').count()).toBe(2);
  });
});
