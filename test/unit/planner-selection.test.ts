import { describe, expect, it } from 'vitest';
import {
  exportScope,
  isHistory,
  mappingWindow,
  overlaps,
  selects,
  unionWindow,
} from '../../src/main/engine/planner/selection.ts';
import { aBooking, aMapping } from '../support/planner-builders.ts';

const at = (text: string): Date => new Date(text);

describe('the window of a mapping', () => {
  it('reaches from the first to the last of its days, in whole UTC days', () => {
    expect(mappingWindow({ pastDays: 30, futureDays: 180 }, at('2026-11-23T10:30:00Z'))).toEqual({
      from: '2026-10-24T00:00:00.000Z',
      to: '2027-05-23T00:00:00.000Z',
    });
    expect(mappingWindow({ pastDays: 0, futureDays: 1 }, at('2026-11-23T00:00:00Z'))).toEqual({
      from: '2026-11-23T00:00:00.000Z',
      to: '2026-11-25T00:00:00.000Z',
    });
  });

  it('moves once a day and not with daylight saving', () => {
    const days = { pastDays: 1, futureDays: 1 };
    const morning = mappingWindow(days, at('2026-03-29T00:00:00Z'));
    expect(mappingWindow(days, at('2026-03-29T23:59:59.999Z'))).toEqual(morning);
    expect(mappingWindow(days, at('2026-03-30T00:00:00Z'))).toEqual({
      from: '2026-03-29T00:00:00.000Z',
      to: '2026-04-01T00:00:00.000Z',
    });
  });

  it('of several mappings covers all of them', () => {
    const short = mappingWindow({ pastDays: 1, futureDays: 200 }, at('2026-11-23T00:00:00Z'));
    const long = mappingWindow({ pastDays: 90, futureDays: 10 }, at('2026-11-23T00:00:00Z'));
    expect(unionWindow([short, long])).toEqual({ from: long.from, to: short.to });
  });

  it('holds what touches it for a moment, not what ends or begins at its edge', () => {
    const span = { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' };
    const holds = (from: string, to: string): boolean => overlaps(`${from}.000Z`, `${to}.000Z`, span);
    expect(holds('2026-10-31T23:00:00', '2026-11-01T00:00:00')).toBe(false);
    expect(holds('2026-10-31T23:00:00', '2026-11-01T00:00:01')).toBe(true);
    expect(holds('2026-11-30T23:59:59', '2026-12-02T00:00:00')).toBe(true);
    expect(holds('2026-12-01T00:00:00', '2026-12-02T00:00:00')).toBe(false);
    expect(holds('2026-01-01T00:00:00', '2027-01-01T00:00:00')).toBe(true);
  });
});

describe('what a mapping exports', () => {
  it.each([
    ['its technician', {}, {}, true],
    ['one of several technicians', {}, { technicianIds: ['tech_other', 'tech_tess'] }, true],
    ['another technician', {}, { technicianIds: ['tech_other'] }, false],
    ['nobody', {}, { technicianIds: [] }, false],
    ['any project where none is asked for', {}, { projectId: 'project_1' }, true],
    ['its project', { projectId: 'project_1' }, { projectId: 'project_1' }, true],
    ['another project', { projectId: 'project_1' }, { projectId: 'project_2' }, false],
    ['no project where one is asked for', { projectId: 'project_1' }, {}, false],
  ])('%s', (_, mapping, booking, selected) => {
    expect(selects(aMapping(mapping), aBooking(booking))).toBe(selected);
  });

  it('is tagged with its technician and project', () => {
    expect(exportScope(aMapping())).toBe('tech_tess');
    expect(exportScope(aMapping({ projectId: 'project_1' }))).toBe('tech_tess/project_1');
  });
});

describe('history', () => {
  const now = at('2026-11-23T10:30:00Z');

  it('begins two windows back', () => {
    expect(isHistory('2026-09-24T10:30:00.000Z', { pastDays: 30 }, now)).toBe(false);
    expect(isHistory('2026-09-24T10:29:59.999Z', { pastDays: 30 }, now)).toBe(true);
  });

  it.each([0, 1, 30, 365])('never reaches into a window of %i days', (pastDays) => {
    for (const hour of ['00:00:00.000', '23:59:59.999']) {
      const late = at(`2026-11-23T${hour}Z`);
      expect(isHistory(mappingWindow({ pastDays, futureDays: 1 }, late).from, { pastDays }, late)).toBe(
        false,
      );
    }
  });
});
