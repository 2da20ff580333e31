import { describe, expect, it } from 'vitest';
import { createBookingApi } from '../../src/main/booking/booking-client.ts';
import { type Company, createCompany } from './booking-api-fixture.ts';

const ICS = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nSUMMARY:Grüße 🪜\r\nEND:VCALENDAR\r\n';
const TOKEN = 'a'.repeat(43);

const clientOf = ({ sandbox, baseUrl, token }: Company) =>
  createBookingApi({ baseUrl, token, fetch: sandbox.fetch, userAgent: 'calendar-sync/0 (test; test)' });

describe('a hosted feed', () => {
  it('is public where the answer says, byte for byte, until it is deleted', async () => {
    const company = createCompany();
    const client = clientOf(company);
    const { url } = await client.putFeed(TOKEN, ICS, 'k1');
    const shown = await company.sandbox.fetch(url);
    expect(shown.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(await shown.text()).toBe(ICS);

    expect(await client.putFeed(TOKEN, ICS.replace('Grüße', 'Gruß'), 'k2')).toEqual({ url });
    expect(await (await company.sandbox.fetch(url)).text()).toContain('Gruß');

    await client.deleteFeed(TOKEN, 'k3');
    expect((await company.sandbox.fetch(url)).status).toBe(404);
    await expect(client.deleteFeed(TOKEN, 'k4')).resolves.toBeUndefined();
  });

  it('is not exchanged by a key that was used for another one', async () => {
    const company = createCompany();
    const client = clientOf(company);
    const { url } = await client.putFeed(TOKEN, ICS, 'k1');
    await expect(client.putFeed(TOKEN, ICS.replace('Grüße', 'Gruß'), 'k1')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await client.putFeed(TOKEN, ICS, 'k1')).toEqual({ url });
    expect(await (await company.sandbox.fetch(url)).text()).toBe(ICS);
  });

  it('is not taken without a token, as another kind of text, or where none are hosted', async () => {
    const company = createCompany();
    const { ask, sandbox } = company;
    const calendar = { 'content-type': 'text/calendar' };
    expect((await ask('PUT', `/feeds/${TOKEN}`, ICS, { ...calendar, authorization: '' })).status).toBe(401);
    expect((await ask('PUT', `/feeds/${TOKEN}`, 'hello', calendar)).status).toBe(422);
    expect((await ask('PUT', `/feeds/${TOKEN}`, {})).status).toBe(415);

    sandbox.booking.capabilities = { ...sandbox.booking.capabilities, feedHosting: false };
    await expect(clientOf(company).putFeed(TOKEN, ICS, 'k')).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
    });
  });

  it('has a web address, or the answer is no answer', async () => {
    const { baseUrl, token } = createCompany();
    const client = createBookingApi({
      baseUrl,
      token,
      fetch: async () => Response.json({ url: 'javascript:alert(1)' }),
      userAgent: 'calendar-sync/0 (test; test)',
    });
    await expect(client.putFeed(TOKEN, ICS, 'k')).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
  });
});
