import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp } from '../../src/main/app.ts';
import type { App } from '../../src/main/app-contract.ts';
import type { Fetch } from '../../src/main/ports.ts';
import type { Direction } from '../../src/shared/domain/mapping.ts';
import { openWith } from '../support/world.ts';
import { CALENDARS, ENROLMENT_CODE, type Load } from './company.ts';
import { benchPorts } from './ports.ts';
import type { ServerProcess } from './server-process.ts';

/** A data directory that goes when it is done with. */
export function temporaryDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'calendar-sync-bench-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export const databaseFile = (dataDir: string): string => join(dataDir, 'calendar-sync.sqlite');

interface SetUpOptions {
  readonly fetch?: Fetch;
  readonly provider?: Load['provider'];
}

/** The app on a data directory, enrolled, signed in and with one mapping, but not synced yet. */
export async function setUpApp(
  server: ServerProcess,
  dataDir: string,
  direction: Direction,
  { fetch = globalThis.fetch, provider = 'google' }: SetUpOptions = {},
): Promise<App> {
  const app = await openApp(benchPorts(dataDir, server.env, fetch));
  await app.enrol({ url: server.bookingUrl, code: ENROLMENT_CODE });
  const openUrl = openWith(globalThis.fetch);
  const { accountId } = await app.connectOAuth(provider, { access: 'write', openUrl });
  await app.addMapping({ accountId, calendarId: CALENDARS[provider], direction });
  return app;
}
