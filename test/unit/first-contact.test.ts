import { describe, expect, it } from 'vitest';
import { discoverCaldav } from '../../src/main/accounts/caldav-accounts.ts';
import { subscribeToFeed } from '../../src/main/accounts/ics-accounts.ts';
import { refusal, unreachable } from '../../src/main/booking/booking-error.ts';
import { firstContact } from '../../src/main/first-contact.ts';
import type { Fetch } from '../../src/main/ports.ts';
import { memorySettings } from '../support/memory-settings.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Nobody who cannot connect to a server is told to wait for a sync that will never ask there. */

const log = (): void => undefined;
const answering =
  (status: number, body = '') =>
  (): Fetch =>
  async () =>
    new Response(body, { status });
const offline = (): Fetch => async () => {
  throw new TypeError('fetch failed');
};

const said = async (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'nothing',
    (error: Error) => error.message,
  );

describe('somebody who connects for the first time', () => {
  it.each([
    ['that is not there', offline, 'cannot be reached. Check the internet connection and the address.'],
    ['that fails', answering(503), 'dav.example.org failed (HTTP 503).'],
  ])('to a CalDAV server %s is told nothing of a sync', async (_, http, end) => {
    const request = { url: 'https://dav.example.org', username: 'tess', password: 'secret' };
    const message = await said(discoverCaldav(request, { log }, http, 'Europe/London'));
    expect(message.slice(-end.length)).toBe(end);
  });

  it.each([
    [
      'that is not there',
      offline,
      '127.0.0.1 cannot be reached. Check the internet connection and the address.',
    ],
    ['that is a page', answering(200, '<html>'), 'which may need no signing in.'],
    ['that fails', answering(500), '127.0.0.1 failed to send its calendar (HTTP 500).'],
  ])('to a feed %s is told nothing of a sync', async (_, http, end) => {
    const settings = memorySettings();
    const ports = { clock: new VirtualClock(), environment: {}, log, settings: async () => settings };
    const message = await said(
      subscribeToFeed({ url: 'http://127.0.0.1:9/a.ics' }, ports, http, async () => null),
    );
    expect(message.slice(-end.length)).toBe(end);
  });

  it.each([
    [unreachable(null), 'The booking system cannot be reached. Check the network connection.'],
    [
      refusal(new Response(null, { status: 404 }), {}),
      'The booking system does not know what was asked for. Check its address.',
    ],
    [
      refusal(new Response(null, { status: 503 }), { detail: 'Back at noon' }),
      'The booking system failed (HTTP 503). Tell dispatch if it lasts. It says: Back at noon.',
    ],
  ])('to the booking system is told nothing of a sync', async (error, message) => {
    const asked = firstContact(() => Promise.reject(error));
    await expect(asked).rejects.toMatchObject({ message, code: error.code, party: 'booking-system' });
    expect(error.message).toMatch(/ (It is tried again automatically|Sync again if it is right)\.$/);
  });
});
