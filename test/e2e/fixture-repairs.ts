import type { Discrepancy } from '../../src/shared/domain/discrepancy.ts';
import type { SyncResult } from '../../src/shared/domain/sync-result.ts';
import type { Handlers } from '../../src/shared/rpc/dispatcher.ts';
import { PREVIEW } from './fixture-week.ts';

const place = { accountId: 'acc_google', mappingId: 'map_work', calendarId: 'work@calendar.example' };

const SECOND: Discrepancy = {
  ...place,
  kind: 'duplicate-event',
  eventId: 'event_2',
  sourceId: 'bk_1',
  title: 'Boiler service, 12 Mill Lane',
  start: '2026-11-24T10:00:00Z',
  message: 'The booking has another event in this calendar: this one is removed.',
  held: null,
};

const LOST: Discrepancy = {
  ...place,
  kind: 'link-without-event',
  eventId: 'event_3',
  sourceId: 'bk_2',
  title: '',
  start: '',
  message:
    'Its event is not in the calendar: it is looked for, and if it was deleted the mapping decides what follows.',
  held: null,
};

const HELD: Discrepancy = {
  ...place,
  kind: 'left-behind',
  eventId: 'event_4',
  sourceId: 'bk_3',
  title: 'Quote, 2 Elm Close',
  start: '2026-12-01T13:00:00Z',
  message:
    'It was exported earlier, or by another device, and this device exports nothing to this calendar in that way: it is removed.',
  held: 'many',
};

const STAYS: Discrepancy = {
  ...HELD,
  accountId: 'acc_outlook',
  mappingId: 'map_outlook',
  eventId: 'event_5',
  sourceId: 'bk_4',
  title: 'Leak, 9 Station Road',
  held: 'read-only',
};

/** What a comparison of calendars and records found, or a repair did. */
export function comparison(discrepancies: readonly Discrepancy[], dryRun: boolean): SyncResult {
  const { operations: _, ...rest } = PREVIEW;
  return { ...rest, dryRun, discrepancies };
}

/** Four findings, of which one is made only by somebody who has agreed to it, and one not at all. */
export const REPAIRS: Partial<Handlers> = {
  'sync.previewRepair': () => comparison([SECOND, LOST, HELD, STAYS], true),
  'sync.repair': ({ release }) =>
    comparison([SECOND, LOST, { ...HELD, held: release ? null : 'many' }, STAYS], false),
};
