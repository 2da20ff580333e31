import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BlockSource,
  blockPrint,
  busyBlockId,
  desiredBlock,
  isFrom,
  opaqueCalendar,
} from '../../src/main/engine/planner/busy-block.ts';
import { BusyBlock } from '../../src/shared/domain/busy-block.ts';
import { aMapping, anEvent, hourAt } from '../support/planner-builders.ts';

const SOURCE: BlockSource = { provider: 'google', subject: '1083', calendarId: 'tess@example.com' };
const ID = 'bb_1';

/** RFC 9562, section 5.5, step by step: SHA-1 of namespace and name, then version 5 and the variant. */
function uuidV5(name: string, namespace: string): string {
  const hash = createHash('sha1');
  hash.update(Buffer.from(namespace.replaceAll('-', ''), 'hex'));
  hash.update(name, 'utf8');
  const bytes = hash.digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

// RFC 9562, section 6.6.
const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
const URL_NAMESPACE = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';

describe('the id of a busy block', () => {
  const parts = [
    'tech_tess',
    'google',
    '1083',
    'tess@example.com',
    'event_1',
    '2026-11-24T10:30:00Z',
  ] as const;
  const idOf = (of: readonly string[]): string => {
    const [technician = '', provider = '', subject = '', calendarId = '', event = '', instance = ''] = of;
    return busyBlockId(technician, { provider, subject, calendarId }, event, instance);
  };

  it('is what the contract computes', () => {
    expect(uuidV5('www.example.com', DNS), 'the example of RFC 9562, appendix A.4').toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
    const namespace = uuidV5('calendar-sync:busy-block', URL_NAMESPACE);
    expect(idOf(parts)).toBe(`bb_${uuidV5(parts.join('\u001f'), namespace)}`);
    const unicode = ['tëch', 'caldav', 'https://dav.example.com/点検/', 'Zuhause 🏠', 'ä', ''];
    expect(idOf(unicode)).toBe(`bb_${uuidV5(unicode.join('\u001f'), namespace)}`);
  });

  it('never changes: blocks that exist are known by it', () => {
    expect(idOf(parts)).toBe('bb_6295a2cc-29b7-5ddb-b015-0d360f8c965c');
  });

  it('is another one for anything else of an event, and for parts that are split otherwise', () => {
    const others = parts.map((_, index) => parts.map((part, at) => (at === index ? `${part}x` : part)));
    const shifted = ['tech_tes', 'sgoogle', ...parts.slice(2)];
    const ids = [parts, ...others, shifted, [...parts.slice(0, 5), '']].map(idOf);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a busy-only block', () => {
  const PLANTED = {
    calendar: 'planted-calendar@example.com',
    subject: 'planted-subject',
    event: 'planted-event-id',
    title: 'Planted title: oncology',
    description: 'Planted description',
    location: 'Planted location, Ward 3',
    uid: 'planted-uid@example.com',
    series: 'planted-series',
  };
  const source = { provider: 'google', subject: PLANTED.subject, calendarId: PLANTED.calendar };
  const event = anEvent({
    id: PLANTED.event,
    title: PLANTED.title,
    description: PLANTED.description,
    location: PLANTED.location,
    iCalUid: PLANTED.uid,
    seriesId: PLANTED.series,
  });

  it.each([
    ['by its mapping', aMapping({ visibility: 'busy-only' }), event],
    [
      'by the event, though the mapping shows details',
      aMapping({ visibility: 'details' }),
      { ...event, visibility: 'private' as const },
    ],
  ])('%s: lets nothing of the event out but when it is', (_, mapping, secret) => {
    const block = desiredBlock(ID, secret, mapping, source);
    const sent = JSON.stringify(block).toLowerCase();
    for (const planted of Object.values(PLANTED)) expect(sent).not.toContain(planted.toLowerCase());
    expect(sent).not.toContain('planted');
    expect(Object.keys(block).sort()).toEqual([
      'end',
      'id',
      'source',
      'start',
      'status',
      'technicianId',
      'timeZone',
      'visibility',
    ]);
    expect(block).toMatchObject({ visibility: 'busy-only', start: event.time.start, end: event.time.end });
    expect(block.source.calendar).toMatch(/^[\w-]{22}$/);
    expect(block.source.event).toMatch(/^[\w-]{22}$/);
  });

  it('says the same whatever the event is about', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string({ unit: 'grapheme' }),
        (title, description, location) => {
          const other = { ...event, title, description, location };
          expect(desiredBlock(ID, other, aMapping(), source)).toEqual(
            desiredBlock(ID, event, aMapping(), source),
          );
        },
      ),
      { numRuns: 200, seed: 2 },
    );
  });

  it('hides calendars and events of different people behind different names', () => {
    const of = (changes: Partial<BlockSource>): string => opaqueCalendar({ ...SOURCE, ...changes });
    expect(of({})).not.toBe(of({ subject: '1084' }));
    expect(of({})).not.toBe(of({ calendarId: 'kim@example.com' }));
    expect(of({})).not.toBe(of({ provider: 'caldav' }));
  });
});

describe('a block with details', () => {
  const mapping = aMapping({ visibility: 'details' });

  it('names the event and where it is', () => {
    const event = anEvent({ title: 'Prüfung 🔧', location: 'Main Street 1', description: 'private notes' });
    expect(desiredBlock(ID, event, mapping, SOURCE)).toEqual({
      id: ID,
      technicianId: 'tech_tess',
      start: event.time.start,
      end: event.time.end,
      timeZone: 'Europe/Berlin',
      status: 'busy',
      visibility: 'details',
      title: 'Prüfung 🔧',
      location: 'Main Street 1',
      source: { provider: 'google', calendar: 'tess@example.com', event: 'event_1' },
    });
  });

  it('leaves out a place that there is not', () => {
    expect(desiredBlock(ID, anEvent(), mapping, SOURCE)).not.toHaveProperty('location');
  });
});

describe('any block', () => {
  it.each([
    [{}, 'busy'],
    [{ status: 'tentative' }, 'tentative'],
    [{ response: 'tentative' }, 'tentative'],
    [{ response: 'needs-action' }, 'busy'],
  ] as const)('of an event with %o is %s', (changes, status) => {
    expect(desiredBlock(ID, anEvent(changes), aMapping(), SOURCE).status).toBe(status);
  });

  it('of whole days is of dates', () => {
    const days = {
      kind: 'all-day',
      start: '2026-11-26',
      end: '2026-11-28',
      timeZone: 'Europe/Berlin',
    } as const;
    const block = desiredBlock(ID, anEvent({ time: days }), aMapping(), SOURCE);
    expect([block.start, block.end]).toEqual(['2026-11-26', '2026-11-28']);
  });

  it('keeps to the contract', () => {
    for (const visibility of ['busy-only', 'details'] as const) {
      const block = desiredBlock(ID, anEvent(), aMapping({ visibility }), SOURCE);
      expect(BusyBlock.parse(block)).toEqual(block);
    }
  });

  it('is known to come from its calendar, on any machine, and from no other', () => {
    for (const visibility of ['busy-only', 'details'] as const) {
      const block = desiredBlock(ID, anEvent(), aMapping({ visibility }), SOURCE);
      expect(isFrom(block, { ...SOURCE })).toBe(true);
      expect(isFrom(block, { ...SOURCE, calendarId: 'kim@example.com' })).toBe(false);
      expect(isFrom(block, { ...SOURCE, provider: 'caldav' })).toBe(false);
    }
  });
});

describe('the fingerprint of a block', () => {
  const block = desiredBlock(
    ID,
    anEvent({ location: 'Main Street 1' }),
    aMapping({ visibility: 'details' }),
    SOURCE,
  );

  it('is the same however the booking system spells it', () => {
    const offset = {
      start: block.start.replace('.000Z', 'Z'),
      end: block.end.replace('11:30:00.000Z', '12:30:00+01:00'),
    };
    expect(offset.end).not.toBe(block.end);
    expect(blockPrint({ ...block, ...offset, timeZone: null })).toBe(blockPrint(block));
    const bare = { ...block, title: undefined, location: undefined };
    expect(blockPrint({ ...block, title: null, location: null })).toBe(blockPrint(bare));
  });

  it.each([
    ['start', { start: hourAt(2).start }],
    ['end', { end: hourAt(2).end }],
    ['whole days', { start: '2026-11-24', end: '2026-11-25' }],
    ['status', { status: 'tentative' }],
    ['visibility', { visibility: 'busy-only' }],
    ['title', { title: 'Doctor' }],
    ['location', { location: '' }],
    ['calendar', { source: { ...block.source, calendar: 'other' } }],
    ['event', { source: { ...block.source, event: 'other' } }],
  ] as const)('changes with its %s', (_, changes) => {
    expect(blockPrint({ ...block, ...changes })).not.toBe(blockPrint(block));
  });
});
