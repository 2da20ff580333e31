import type { Snapshot } from '../../src/shared/domain/snapshot.ts';
import type { Handlers } from '../../src/shared/rpc/dispatcher.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { ABOUT, BACKUP, DOCTOR, REACHED, SETTINGS } from './fixture-settings.ts';
import {
  CALENDARS,
  CONFLICTS,
  FEEDS,
  HOLDS,
  logEntry,
  PREVIEW,
  PROJECTS,
  TECHNICIANS,
  WEEK,
} from './fixture-week.ts';

const LOG_ENTRIES = 24_310;
const PAGE = 100;

/** What the fixture program answers where a test gives nothing else. */
export function fixtureHandlers(snapshot: () => Snapshot): Handlers {
  const unknown = (): never => {
    throw new AppError('NOT_FOUND', 'The test has not prepared an answer to this.');
  };
  const answers: Partial<Handlers> = {
    'snapshot.get': snapshot,
    'technicians.list': () => ({ items: TECHNICIANS }),
    'projects.list': () => ({ items: PROJECTS }),
    'accounts.list': () => ({ items: [...snapshot().accounts] }),
    'accounts.created': () => ({ events: 38, busyBlocks: 12 }),
    'mappings.created': () => ({ events: 38, busyBlocks: 12 }),
    'calendars.list': ({ accountId }) => ({ items: [...(CALENDARS[accountId] ?? [])] }),
    'mappings.list': () => ({ items: [...snapshot().mappings] }),
    'mappings.preview': () => PREVIEW,
    'sync.preview': () => PREVIEW,
    'sync.now': () => PREVIEW,
    'sync.cancel': () => ({}),
    'sync.pause': () => ({}),
    'sync.resume': () => ({}),
    'week.get': () => ({ items: [...WEEK] }),
    'explain.get': ({ id }) => ({
      id,
      links: [],
      mapping: null,
      decisions: [
        { at: '2026-11-20T14:02:11Z', operation: 'create', reason: 'A booking of yours.' },
        { at: '2026-11-23T09:41:58Z', operation: 'update', reason: 'Dispatch changed the time.' },
      ],
    }),
    'conflicts.list': () => ({ items: CONFLICTS.slice(0, snapshot().conflicts) }),
    'conflicts.decided': () => ({ items: [] }),
    'holds.list': () => ({ items: HOLDS.slice(0, snapshot().holds) }),
    'feeds.list': () => ({ items: FEEDS }),
    'feeds.create': ({ technicianId, projectId, visibility = 'busy-only', publish = false }) => ({
      ...FEEDS[0],
      technicianId: technicianId ?? null,
      projectId: projectId ?? null,
      visibility,
      publish,
    }),
    'feeds.rotate': () => ({ feed: FEEDS[0], pending: null }),
    'feeds.disable': () => ({ feed: FEEDS[0], pending: null }),
    'settings.get': () => SETTINGS,
    'settings.change': () => SETTINGS,
    'doctor.run': () => DOCTOR,
    'network.test': () => ({ items: REACHED }),
    'about.get': () => ABOUT,
    'data.inspect': () => BACKUP,
    'diagnostics.collect': ({ machine }) => ({
      items: [
        { name: 'README.txt', text: 'Diagnostics of Calendar Sync, for support.\n' },
        { name: 'program.json', text: `${JSON.stringify({ version: '0.1.0', ...machine }, null, 2)}\n` },
      ],
    }),
    'conflicts.resolve': () => ({}),
    'conflicts.undo': () => ({}),
    'holds.release': () => ({ deletions: 14 }),
    'holds.discard': () => ({ deletions: 14 }),
    'logs.query': ({ page = 1 }) => ({
      items: Array.from({ length: PAGE }, (_, row) => logEntry(LOG_ENTRIES - (page - 1) * PAGE - row)),
      page,
      pages: Math.ceil(LOG_ENTRIES / PAGE),
      total: LOG_ENTRIES,
    }),
    'logs.export': ({ format }) => ({ fileName: `calendar-sync-log-2026-11-23.${format}`, text: 'id\n1\n' }),
  };
  return new Proxy(answers, { get: (known, name) => Reflect.get(known, name) ?? unknown }) as Handlers;
}
