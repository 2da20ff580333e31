import { describe, expect, it } from 'vitest';
import { bookingTime, desiredEvent } from '../../src/main/engine/planner/desired-event.ts';
import { bookingSpan } from '../../src/main/engine/planner/export-plan.ts';
import { aBooking } from '../support/planner-builders.ts';

const timeOf = (start: string, end: string, timeZone = 'Europe/Berlin') =>
  bookingTime({ start, end, timeZone });

describe('when a booking happens', () => {
  it('is the same instant however it is spelt', () => {
    const utc = timeOf('2026-07-01T08:00:00Z', '2026-07-01T09:30:00Z');
    expect(utc).toEqual({
      kind: 'timed',
      start: '2026-07-01T08:00:00.000Z',
      end: '2026-07-01T09:30:00.000Z',
      timeZone: 'Europe/Berlin',
    });
    expect(timeOf('2026-07-01T10:00:00+02:00', '2026-07-01T11:30:00.000+02:00')).toEqual(utc);
    expect(timeOf('2026-06-30T22:00:00-10:00', '2026-06-30T23:30:00-10:00')).toEqual(utc);
  });

  it('is exact in the hour that daylight saving skips or repeats', () => {
    expect(timeOf('2026-03-29T01:30:00+01:00', '2026-03-29T03:30:00+02:00')).toMatchObject({
      start: '2026-03-29T00:30:00.000Z',
      end: '2026-03-29T01:30:00.000Z',
    });
    expect(timeOf('2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00')).toMatchObject({
      start: '2026-10-25T00:30:00.000Z',
      end: '2026-10-25T01:30:00.000Z',
    });
  });

  it('stays days where it is days, whatever zone they are lived in', () => {
    for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Berlin']) {
      expect(timeOf('2026-03-29', '2026-03-30', timeZone)).toEqual({
        kind: 'all-day',
        start: '2026-03-29',
        end: '2026-03-30',
        timeZone,
      });
    }
  });

  it('spans UTC instants, days being UTC days', () => {
    const span = bookingSpan(aBooking({ start: '2026-11-26', end: '2026-11-28' }));
    expect(span).toEqual({ from: '2026-11-26T00:00:00.000Z', to: '2026-11-28T00:00:00.000Z' });
    const hours = bookingSpan(
      aBooking({ start: '2026-11-26T01:00:00+02:00', end: '2026-11-26T03:00:00+02:00' }),
    );
    expect(hours).toEqual({ from: '2026-11-25T23:00:00.000Z', to: '2026-11-26T01:00:00.000Z' });
  });
});

describe('what a booking’s event says', () => {
  it('names the job and the place, and below the notes whom to call and where to look', () => {
    const booking = aBooking({
      customer: { name: 'Kim Müller', phone: '+49 30 1234', email: 'kim@example.com' },
      url: 'https://bookings.example.com/b/1',
    });
    expect(desiredEvent(booking)).toEqual({
      time: bookingTime(booking),
      title: 'Boiler service',
      description:
        'Bring the ladder\n\nKim Müller · +49 30 1234 · kim@example.com\n\nhttps://bookings.example.com/b/1',
      location: 'Main Street 1',
      status: 'confirmed',
    });
  });

  it.each([
    ['only a name', { customer: { name: 'Kim' }, description: null }, 'Kim'],
    [
      'no phone',
      { customer: { name: 'Kim', phone: null, email: 'kim@example.com' }, description: '' },
      'Kim · kim@example.com',
    ],
    ['only a link', { description: undefined, url: 'https://example.com' }, 'https://example.com'],
    ['nothing at all', { description: null, customer: null, url: null }, ''],
    [
      'blanks around everything',
      { description: ' \r\n a \r\n ', url: ' https://example.com ' },
      'a\n\nhttps://example.com',
    ],
    ['every kind of line end', { description: 'a\r\nb\rc\nd' }, 'a\nb\nc\nd'],
  ])('with %s', (_, changes, description) => {
    expect(desiredEvent(aBooking(changes)).description).toBe(description);
  });

  it('always has a title, and no place when there is none', () => {
    expect(desiredEvent(aBooking({ title: '  ', location: null }))).toMatchObject({
      title: 'Booking',
      location: '',
    });
  });

  it('is tentative only where the booking is', () => {
    expect(desiredEvent(aBooking({ status: 'tentative' })).status).toBe('tentative');
    expect(desiredEvent(aBooking({ status: 'confirmed' })).status).toBe('confirmed');
  });

  it('keeps every script and symbol as it is', () => {
    const title = 'Prüfung 点検 ‏בדיקה 👩🏽‍🔧 e\u0301';
    expect(desiredEvent(aBooking({ title, location: `  ${title}\n` }))).toMatchObject({
      title,
      location: title,
    });
  });

  it('is cut where a calendar would refuse it, never inside a character', () => {
    const { title, description } = desiredEvent(
      aBooking({ title: '🔧'.repeat(2000), description: `a${'🔧'.repeat(9000)}` }),
    );
    for (const [text, longest] of [
      [title, 1000],
      [description, 8000],
    ] as const) {
      expect(text.length).toBeLessThanOrEqual(longest);
      expect(text.length).toBeGreaterThan(longest - 3);
      expect(text.endsWith('🔧…')).toBe(true);
      expect(text.isWellFormed()).toBe(true);
    }
  });
});
