import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountResult, SyncResult } from '../../src/shared/domain/sync-result.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  EMAIL,
  exported,
  onlyAccount,
  type World,
  writes,
} from '../support/world.ts';

const HOME = 'tess@home.example';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  addBooking(world, 9);
  addPersonal(world, 10);
});
afterEach(() => world.close());

describe('access that was revoked', () => {
  beforeEach(async () => {
    await world.sync();
    world.sandbox.google.revokeAccount(EMAIL);
    addBooking(world, 13);
    world.sandbox.faults.journal.clear();
  });

  it('is a request to sign in again, and deletes nothing', async () => {
    const result = await world.sync();
    expect(onlyAccount(result)).toMatchObject({ ok: false, error: { code: 'AUTH_EXPIRED' } });
    expect(world.app.status()).toMatchObject({
      state: 'needs-sign-in',
      accounts: [{ state: 'needs-sign-in', error: { code: 'AUTH_EXPIRED' } }],
    });
    expect(world.app.logs({ status: 'error' }).items[0]).toMatchObject({ code: 'AUTH_EXPIRED' });
    await world.sync();
    // Dispatch is told that busy times can no longer be trusted; nothing else is written.
    expect(writes(world)).toEqual([
      expect.stringMatching(/^PUT .*\/technicians\/tech_tess\/calendar-health$/),
    ]);
    expect(exported(world)).toHaveLength(1);
    expect(blocks(world)).toHaveLength(1);
  });

  it('is forgotten after signing in again', async () => {
    await world.sync();
    await world.signIn();
    expect(onlyAccount(await world.sync()).error).toBeNull();
    expect(world.app.status().state).toBe('up-to-date');
    expect(world.app.accounts()).toHaveLength(1);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('in the middle of a sync leaves the rest for later', async () => {
    await world.signIn();
    for (let hour = 1; hour < 7; hour += 1)
      addBooking(world, hour, { start: `2026-12-0${hour}T09:00:00Z`, end: `2026-12-0${hour}T10:00:00Z` });
    world.sandbox.faults.add({
      service: 'google',
      method: 'POST',
      path: '/events',
      skip: 2,
      times: null,
      effect: { kind: 'status', status: 401, when: 'before' },
    });
    expect(onlyAccount(await world.sync()).error?.code).toBe('AUTH_EXPIRED');
    world.sandbox.faults.clear();
    await world.sync();
    expectInStep(world);
    await expectQuiet(world);
  });
});

describe('an account connected for reading only', () => {
  beforeEach(async () => {
    await world.signIn(EMAIL, 'read');
    world.sandbox.faults.journal.clear();
  });

  it('imports, writes nothing to the calendar, and says what to do about its writing mapping', async () => {
    const result = await world.sync();
    expect(onlyAccount(result).error).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('Connect the account again'),
    });
    expect(blocks(world)).toHaveLength(1);
    expect(exported(world)).toEqual([]);
    expect(writes(world).filter((write) => write.includes('/google/'))).toEqual([]);
  });

  it('may not be given a writing mapping, and is content with an importing one', async () => {
    const [mapping] = world.app.mappings();
    await world.app.updateMapping(mapping?.id ?? '', { direction: 'import' });
    expect((await world.sync()).ok).toBe(true);
    await expect(world.app.updateMapping(mapping?.id ?? '', { direction: 'two-way' })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
    await expectQuiet(world);
  });

  it('exports once it is connected for writing', async () => {
    await world.sync();
    await world.signIn();
    expect((await world.sync()).ok).toBe(true);
    expectInStep(world);
    await expectQuiet(world);
  });
});

describe('a device that dispatch has struck off', () => {
  it('deletes nothing, and carries on once it is enrolled again', async () => {
    await world.sync();
    const token = 'bkt_of-this-device';
    world.sandbox.booking.devices.addToken({ technicianId: 'tech_tess' }, { token });
    await world.app.enrol({ url: world.sandbox.urls().booking, token });
    world.sandbox.booking.devices.revokeToken(token);
    addPersonal(world, 14);
    expect(onlyAccount(await world.sync()).error?.code).toBe('AUTH_EXPIRED');
    expect(exported(world)).toHaveLength(1);

    world.sandbox.booking.devices.addToken({ technicianId: 'tech_tess' }, { token: 'bkt_new' });
    const url = world.sandbox.urls().booking;
    const enrol = (input: Parameters<typeof world.app.enrol>[0]) => world.app.enrol(input);
    world.sandbox.faults.add({
      service: 'booking',
      path: '/devices/enrol',
      effect: { kind: 'status', status: 401, when: 'before' },
    });
    await expect(enrol({ url, code: 'WRONG-1' })).rejects.toThrow('does not accept this code');
    await expect(enrol({ url, token: 'bkt_wrong' })).rejects.toThrow('does not accept this token');
    await expect(enrol({ url: new URL(url).origin, token: 'bkt_new' })).rejects.toThrow('usually ends in');
    await enrol({ url, token: 'bkt_new' });
    expect(onlyAccount(await world.sync()).error).toBeNull();
    expectInStep(world);
    await expectQuiet(world);
  });
});

describe('two accounts', () => {
  beforeEach(async () => {
    world.sandbox.google.addAccount({
      email: HOME,
      sub: 'google-home',
      name: 'Tess at home',
      calendars: [
        { id: HOME, summary: 'Home', timeZone: 'Europe/London', primary: true, accessRole: 'owner' },
      ],
    });
    const accountId = await world.signIn(HOME);
    await world.app.addMapping({ accountId, calendarId: HOME, direction: 'two-way' });
    addPersonal(world, 16, {}, HOME);
  });

  const idOf = (email: string): string =>
    world.app.accounts().find((account) => account.email === email)?.id ?? '';
  const of = (result: SyncResult, email: string): AccountResult | undefined =>
    result.accounts.find(({ accountId }) => accountId === idOf(email));
  const toGoogle = (calendar: string): number =>
    world.sandbox.faults.journal.count({ service: 'google', path: new RegExp(encodeURIComponent(calendar)) });

  it('one for a technician whom this device may not see fails alone', async () => {
    const [mapping] = world.app.mappings().filter(({ accountId }) => accountId === idOf(HOME));
    const nobody = { technicianId: 'tech_nobody' };
    const refusal = { code: 'NOT_FOUND', message: expect.stringContaining('tech_tess (Tess Technician)') };
    await expect(world.app.updateMapping(mapping?.id ?? '', nobody)).rejects.toMatchObject(refusal);
    // While the booking system cannot be asked, it is taken at its word.
    world.sandbox.faults.add({
      service: 'booking',
      path: '/technicians$',
      effect: { kind: 'status', status: 503 },
    });
    await world.app.updateMapping(mapping?.id ?? '', nobody);
    for (const full of [false, false, true]) {
      const result = await world.sync({ full });
      expect(of(result, EMAIL)).toMatchObject({ ok: true, error: null });
      expect(of(result, HOME)).toMatchObject({ ok: false, error: { code: expect.any(String) } });
      expect(of(result, HOME)?.error?.message).toContain('tech_nobody');
    }
    expect(exported(world)).toHaveLength(1);
    expect(exported(world, HOME)).toEqual([]);
    await world.app.updateMapping(mapping?.id ?? '', { technicianId: 'tech_tess' });
    expect((await world.sync()).ok).toBe(true);
    expect(exported(world, HOME)).toHaveLength(1);
    await expectQuiet(world);
  });

  it('each has its copy of a booking, and each its own appointments', async () => {
    const result = await world.sync();
    expect(result.ok).toBe(true);
    expect(exported(world)).toHaveLength(1);
    expect(exported(world, HOME)).toHaveLength(1);
    expect(blocks(world)).toHaveLength(2);
    await expectQuiet(world);
  });

  it.each([
    [EMAIL, HOME],
    [HOME, EMAIL],
  ])('%s revoked: the other is unaffected', async (revoked, other) => {
    await world.sync();
    world.sandbox.google.revokeAccount(revoked);
    const added = addBooking(world, 13);
    addPersonal(world, 18, {}, other);
    const result = await world.sync();
    expect(result.ok).toBe(false);
    expect(of(result, revoked)).toMatchObject({ ok: false, error: { code: 'AUTH_EXPIRED' } });
    expect(of(result, other)).toMatchObject({ ok: true, error: null });
    expect(exported(world, other).map(({ bookingId }) => bookingId)).toContain(added.id);
    expect(exported(world, revoked)).toHaveLength(1);
    expect(blocks(world)).toHaveLength(3);
    const states = new Map(world.app.accounts().map(({ email, state }) => [email, state]));
    expect(states.get(revoked)).toBe('needs-sign-in');
    expect(states.get(other)).toBe('connected');
  });

  it('one answers slowly or badly: the other is not held up', async () => {
    await world.sync();
    world.sandbox.faults.add({
      service: 'google',
      path: encodeURIComponent(HOME),
      times: null,
      effect: { kind: 'status', status: 503, retryAfterSeconds: 5, when: 'before' },
    });
    addBooking(world, 13);
    const started = world.clock.now().getTime();
    const result = await world.sync();
    expect(of(result, EMAIL)?.ok).toBe(true);
    expect(exported(world)).toHaveLength(2);
    const entries = world.sandbox.faults.journal.entries({
      service: 'google',
      method: 'POST',
      path: new RegExp(encodeURIComponent(EMAIL)),
    });
    expect(Date.parse(entries.at(-1)?.at ?? '') - started).toBeLessThan(5_000);
  });

  it('--account syncs that one only', async () => {
    world.sandbox.faults.journal.clear();
    const result = await world.sync({ accountId: idOf(HOME) });
    expect(result.accounts.map(({ accountId }) => accountId)).toEqual([idOf(HOME)]);
    expect(toGoogle(EMAIL)).toBe(0);
    expect(exported(world)).toEqual([]);
    expect(exported(world, HOME)).toHaveLength(1);
    expect(blocks(world)).toHaveLength(1);
    await world.sync();
    expect(exported(world)).toHaveLength(1);
    await expectQuiet(world);
  });

  it('--mapping syncs its calendar only', async () => {
    const mapping = world.app.mappings().find(({ calendarId }) => calendarId === CALENDAR);
    world.sandbox.faults.journal.clear();
    const result = await world.sync({ mappingId: mapping?.id ?? '' });
    expect(onlyAccount(result).mappings.map(({ mappingId }) => mappingId)).toEqual([mapping?.id]);
    expect(toGoogle(HOME)).toBe(0);
    expect(exported(world)).toHaveLength(1);
    expect(exported(world, HOME)).toEqual([]);
    await world.sync();
    expect(exported(world, HOME)).toHaveLength(1);
    await expectQuiet(world);
  });

  it('an account or mapping that is not there is an error that says where to look', async () => {
    await expect(world.sync({ accountId: 'acc_none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(world.sync({ mappingId: 'map_none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('removing one leaves the other alone', async () => {
    await world.sync();
    expect(await world.app.removeAccount(idOf(HOME), { deleteEvents: true })).toEqual({ removed: 2 });
    expect(exported(world, HOME)).toEqual([]);
    expect(exported(world)).toHaveLength(1);
    expect(blocks(world)).toHaveLength(1);
    await expectQuiet(world);
    expectInStep(world);
  });
});

describe('a booking system that does not say who this device is', () => {
  const silent = (): void => {
    world.sandbox.faults.add({
      service: 'booking',
      path: '/me$',
      effect: { kind: 'status', status: 503 },
      times: null,
    });
  };

  it('is believed to be what it last said it was', async () => {
    await world.sync();
    addBooking(world, 13);
    world.clock.advance(25 * 3_600_000);
    silent();
    expect(await world.sync()).toMatchObject({ ok: true });
    expect(exported(world)).toHaveLength(2);
  });
});
