import { describe, expect, it } from 'vitest';
import { personalRemover } from '../../src/main/diagnostics/personal.ts';

const remover = (seed = 1) => personalRemover(new Uint8Array(16).fill(seed));

describe('what leaves the machine for support', () => {
  it('tells how long titles, places and notes are, and not what they say', () => {
    const entry = { id: 'event_1', title: 'Dentist', Location: '12 Mill Lane', skip_title: 'Yoga', count: 3 };
    expect(remover()(entry)).toEqual({
      id: 'event_1',
      title: '[7 characters]',
      Location: '[12 characters]',
      skip_title: '[4 characters]',
      count: 3,
    });
    const nested = { attendees: [{ name: 'Tess' }], organizer: { email: 'tess@example.com' }, phone: null };
    expect(remover()([nested])).toEqual([{ attendees: '[removed]', organizer: '[removed]', phone: null }]);
  });

  it('tells as little of what a request carried, whole, cut off or in another form', () => {
    const body = JSON.stringify({ summary: 'Dentist', start: { dateTime: '2026-11-24T09:00:00Z' } });
    expect(remover()({ payload: body })).toEqual({
      payload: { summary: '[7 characters]', start: { dateTime: '2026-11-24T09:00:00Z' } },
    });
    for (const text of [body.slice(0, 30), '<d:prop>Dentist</d:prop>', 'BEGIN:VEVENT\r\nSUMMARY:Dentist']) {
      expect(remover()(text)).toBe(`[${text.length} characters]`);
    }
  });

  it('gives a person one name throughout a file, and another in the next', () => {
    const remove = remover();
    const [first, second] = [remove('From tess@example.com'), remove('to TESS@example.com, ben@example.com')];
    const alias = /person-[0-9a-f]{8}@example\.com/.exec(String(first))?.[0] ?? '';
    expect(alias).not.toBe('');
    expect(String(second).toLowerCase()).toContain(alias);
    expect(`${first}${second}`).not.toMatch(/tess|ben@/i);
    expect(remover(2)('From tess@example.com')).not.toBe(first);
  });

  it('keeps the sentence around a title, and what is to be typed', () => {
    const text = 'Added “Dentist” to the calendar. “calendar-sync sync” tries again, “--full” lists all.';
    expect(remover()(text)).toBe(
      'Added “[7 characters]” to the calendar. “calendar-sync sync” tries again, “--full” lists all.',
    );
  });

  it('takes secrets out as well', () => {
    expect(JSON.stringify(remover()({ url: 'https://host/x?access_token=CANARY' }))).not.toContain('CANARY');
  });
});
