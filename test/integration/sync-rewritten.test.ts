import { expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import {
  describeEachCalendar,
  EVERY_CALENDAR,
  expectNothingToDo,
  jobsIn,
  type TechnicianCalendar,
} from '../support/technician-calendar.ts';
import { addBooking, onlyMapping } from '../support/world.ts';

/** A service that stores places in a form of its own, as those do that look them up. */
const completesPlaces =
  (fetch: Fetch): Fetch =>
  (input, init) =>
    typeof init?.body === 'string' && init.body.includes('12 Mill Lane')
      ? fetch(input, { ...init, body: init.body.replaceAll('12 Mill Lane', '12 Mill Lane - Leeds') })
      : fetch(input, init);

describeEachCalendar(EVERY_CALENDAR, (open) => {
  it('what the service makes of an event is not taken for an edit of the technician', async () => {
    const calendar: TechnicianCalendar = await open({ network: completesPlaces });
    const { world } = calendar;
    const booking = addBooking(world, 9);
    await world.sync();
    const [job] = await jobsIn(calendar);
    expect(job?.location).toBe('12 Mill Lane - Leeds');
    await expectNothingToDo(calendar);

    // What is hers changes, and everything is looked at again.
    await calendar.makeFree(job?.id ?? '');
    calendar.forgetWrites();
    expect(onlyMapping(await world.sync())).toMatchObject({ conflicts: 0 });
    expect(calendar.writes()).toEqual([]);

    world.sandbox.booking.bookings.patch(booking.id, { title: 'Second visit' });
    expect(onlyMapping(await world.sync())).toMatchObject({ exported: { updated: 1 }, conflicts: 0 });
    expect(await jobsIn(calendar)).toMatchObject([
      { title: 'Second visit', location: '12 Mill Lane - Leeds' },
    ]);
    await expectNothingToDo(calendar);
  });
});
