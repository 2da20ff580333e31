import { expect, it } from 'vitest';
import { describeEachCalendar, EVERY_CALENDAR, expectNothingToDo } from '../support/technician-calendar.ts';
import { blocks } from '../support/world.ts';

describeEachCalendar(EVERY_CALENDAR, (open) => {
  it('an appointment that is made a series blocks each of its times once', async () => {
    const calendar = await open({});
    const { world } = calendar;
    const id = await calendar.add('Physio', '2026-11-25T10:00:00Z', '2026-11-25T11:00:00Z');
    await world.sync();
    expect(blocks(world)).toHaveLength(1);
    await calendar.repeat(id);
    await world.sync();
    const days = blocks(world).map(({ start }) => start.slice(0, 13));
    expect(days.toSorted()).toEqual([25, 26, 27, 28, 29].map((day) => `2026-11-${day}T10`));
    await expectNothingToDo(calendar);
  });
});
