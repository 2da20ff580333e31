import { blockPrint, desiredBlock } from '../../src/main/engine/planner/busy-block.ts';
import { desiredEvent } from '../../src/main/engine/planner/desired-event.ts';
import {
  type ExportCell,
  type ExportLink,
  exportBasis,
  planExport,
} from '../../src/main/engine/planner/export-plan.ts';
import { fingerprint, timePrint } from '../../src/main/engine/planner/fingerprint.ts';
import {
  candidateBlockId,
  type ImportCandidate,
  importBasis,
  importMapping,
  planImport,
} from '../../src/main/engine/planner/import-plan.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { CalendarEvent } from '../../src/shared/domain/calendar-event.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';
import { type Figure, type Measure, milliseconds, timed, verify } from './figure.ts';

const COUNT = 10_000;
const LIMIT_MS = 20;
const WARM_UPS = 5;
const NOW = new Date('2026-11-23T09:00:00Z');
const MINUTE = 60_000;

const mapping: Mapping = {
  id: 'map_bench',
  accountId: 'acc_bench',
  calendarId: 'tess@example.com',
  direction: 'two-way',
  visibility: 'busy-only',
  technicianId: 'tech_tess',
  projectId: null,
  onDelete: 'restore',
  pastDays: 30,
  futureDays: 180,
  skip: [],
  skipTitle: null,
  enabled: true,
  revision: 1,
};

/** The planner alone: no store, no requests. */
export const planning: Measure = {
  name: 'planning',
  title: 'Planning 10,000 unchanged events',
  async run({ runs, say }) {
    const figures: Figure[] = [];
    for (const [name, plan, operations, limit] of plans()) {
      say(name);
      const cold = [await planned(plan, operations)];
      for (let warmUp = 1; warmUp < WARM_UPS; warmUp += 1) await planned(plan, operations);
      const warm: number[] = [];
      for (let run = 0; run < runs; run += 1) warm.push(await planned(plan, operations));
      figures.push(milliseconds(name, warm, limit), milliseconds(`${name}, first call`, cold));
    }
    return { kind: 'measured', figures, counts: [] };
  },
};

/** What is planned: its name, the plan, how many operations must come of it, and its limit. */
function plans(): readonly (readonly [string, () => number, number, number | null])[] {
  const imports = Array.from({ length: COUNT }, (_, index) => [importCandidate(index)]);
  const exports = Array.from({ length: COUNT }, (_, index) => exportCell(index));
  // Touched in something that is not ours to keep in step, so that every field is compared.
  const touchedImports = imports.map(([candidate]) => (candidate === undefined ? [] : [touched(candidate)]));
  const touchedExports = exports.map((cell) => ({
    ...cell,
    link: cell.link === null ? null : { ...cell.link, basis: 'another' },
  }));
  const sum =
    <T>(items: readonly T[], plan: (item: T) => readonly unknown[]) =>
    (): number =>
      items.reduce((operations, item) => operations + plan(item).length, 0);
  return [
    ['import', sum(imports, planImport), 0, LIMIT_MS],
    ['export', sum(exports, planExport), 0, LIMIT_MS],
    ['import, compared in full', sum(touchedImports, planImport), COUNT, null],
    ['export, compared in full', sum(touchedExports, planExport), COUNT, null],
  ];
}

async function planned(plan: () => number, operations: number): Promise<number> {
  let made = 0;
  const { wall } = await timed(() => {
    made = plan();
  });
  verify('operations planned', made, operations);
  return wall;
}

function touched(candidate: ImportCandidate): ImportCandidate {
  return candidate.link === null
    ? candidate
    : { ...candidate, link: { ...candidate.link, basis: 'another' } };
}

function importCandidate(index: number): ImportCandidate {
  const source = { provider: 'google' as const, subject: 'google-tess', calendarId: mapping.calendarId };
  const importing = importMapping(mapping, source, NOW);
  const event = calendarEvent(`personal${index}`, desiredEvent(booking(index)));
  const blockId = candidateBlockId(importing, event);
  const candidate = { mapping: importing, event, hash: `event-${index}`, live: true, ours: false, blockId };
  return {
    ...candidate,
    link: {
      id: index,
      state: 'live',
      sent: blockPrint(desiredBlock(blockId, event, mapping, source)),
      shown: timePrint(event.time),
      basis: importBasis(candidate),
      revision: mapping.revision,
      reason: '',
    },
  };
}

function exportCell(index: number): ExportCell {
  const desired = desiredEvent(booking(index));
  const event = calendarEvent(`exported${index}`, desired);
  const sides = {
    mapping,
    booking: {
      kind: 'selected',
      booking: booking(index),
      hash: `booking-${index}`,
      endsAt: desired.time.end,
    },
    event: { kind: 'seen', event, hash: `event-${index}` },
  } as const;
  const link: ExportLink = {
    id: index,
    state: 'live',
    eventId: event.id,
    incarnation: 0,
    sent: fingerprint(desired),
    shown: fingerprint(event),
    refused: null,
    rewrites: 0,
    basis: exportBasis(sides),
  };
  return { ...sides, link, canReschedule: true, now: NOW };
}

function booking(index: number): Booking {
  const start = NOW.getTime() + index * 15 * MINUTE;
  return {
    id: `bk_${index}`,
    version: '1',
    status: 'confirmed',
    title: `Boiler service – customer ${index}`,
    description: 'Annual service, access by the back door, key with the neighbour.',
    location: `${(index % 90) + 1} Mill Lane, Leeds LS1 4AB`,
    start: new Date(start).toISOString(),
    end: new Date(start + 90 * MINUTE).toISOString(),
    timeZone: 'Europe/London',
    technicianIds: [mapping.technicianId],
    customer: { name: `Customer ${index}`, phone: '07700 900123', email: `customer.${index}@example.com` },
    url: `https://bookings.example.com/jobs/${index}`,
    updatedAt: NOW.toISOString(),
  };
}

function calendarEvent(id: string, content: ReturnType<typeof desiredEvent>): CalendarEvent {
  return {
    ...content,
    id,
    seriesId: null,
    instanceKey: '',
    iCalUid: `${id}@google.com`,
    transparency: 'busy',
    response: 'organizer',
    visibility: 'default',
    kind: 'default',
    etag: '"1"',
    tag: null,
    form: 'single',
  };
}
