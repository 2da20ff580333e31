import type { Discrepancy } from '../../shared/domain/discrepancy.ts';
import { plural } from './plural.ts';

/** What calendars and records disagree about. */
export const englishRepairs = {
  repairs: {
    title: 'Calendars and records',
    hint: 'Reads every calendar afresh and shows where it disagrees with what this computer knows. Nothing is changed until you say so.',
    told: (count: number) => `${entries(count)} did not fit when this was last looked at.`,
    compare: 'Compare',
    agree: 'Calendars and records agree.',
    found: (count: number) => `${entries(count)} ${count === 1 ? 'does' : 'do'} not fit`,
    done: (count: number) => `${entries(count)} put right.`,
    putRight: (count: number) => (count === 1 ? 'Put it right' : `Put ${count} right`),
    held: {
      many: 'Held, because that is unusually many at once.',
      'read-only':
        'It has to stay: the account was connected for reading only. Reconnect it for reading and writing.',
    } satisfies Record<NonNullable<Discrepancy['held']>, string>,
    release: (count: number) => `Remove ${entries(count)} that ${count === 1 ? 'is' : 'are'} held…`,
    releaseTitle: (count: number) => `Remove ${entries(count)}?`,
    releaseBody:
      'That is unusually many at once. What is removed is gone from the calendar, or no longer keeps customers from booking that time.',
    releaseAction: (count: number) => `Remove ${entries(count)}`,
    unnamed: {
      'event-without-link': 'An event',
      'duplicate-event': 'A second event',
      'left-behind': 'An event',
      'link-without-event': 'A booking',
      'block-without-event': 'A busy time',
    } satisfies Record<Discrepancy['kind'], string>,
    toSettings: 'Open Settings',
  },
};

const entries = (count: number): string => plural(count, 'entry', 'entries');
