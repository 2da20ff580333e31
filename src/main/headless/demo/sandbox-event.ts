import { z } from 'zod';
import type { ProviderName } from '../../../shared/domain/account.ts';

/** An event as the sandbox has it, whatever service it is in. */
export interface SandboxEvent {
  readonly id: string;
  /** The same in every copy of a meeting. */
  readonly uid: string;
  /** Another one after every change. */
  readonly version: string;
  readonly title: string;
  /** As the service words them: instants, dates, or times by a zone's clocks. */
  readonly start: string;
  readonly end: string;
}

const GoogleTime = z
  .object({ date: z.string().optional(), dateTime: z.string().optional() })
  .transform(({ date, dateTime }) => dateTime ?? date ?? '');

const GoogleEvent = z
  .object({
    id: z.string(),
    iCalUID: z.string(),
    etag: z.string(),
    summary: z.string().default(''),
    start: GoogleTime,
    end: GoogleTime,
  })
  .transform(
    ({ id, iCalUID, etag, summary, start, end }): SandboxEvent => ({
      id,
      uid: iCalUID,
      version: etag,
      title: summary,
      start,
      end,
    }),
  );

/** Graph shows UTC unless it is asked for something else. */
const GraphTime = z.object({ dateTime: z.string() }).transform(({ dateTime }) => `${dateTime.slice(0, 19)}Z`);

const GraphEvent = z
  .object({
    id: z.string(),
    iCalUId: z.string(),
    changeKey: z.string(),
    subject: z.string().nullable(),
    start: GraphTime,
    end: GraphTime,
  })
  .transform(
    ({ id, iCalUId, changeKey, subject, start, end }): SandboxEvent => ({
      id,
      uid: iCalUId,
      version: changeKey,
      title: subject ?? '',
      start,
      end,
    }),
  );

const FeedTime = z
  .object({ date: z.string().optional(), dateTime: z.string().optional() })
  .transform(({ date, dateTime }) => dateTime ?? date ?? '');

const FeedEvent = z
  .object({
    uid: z.string(),
    sequence: z.int(),
    modifiedAt: z.string(),
    summary: z.string(),
    start: FeedTime,
    end: FeedTime.optional(),
    recurrenceId: FeedTime.optional(),
  })
  .transform(
    ({ uid, sequence, modifiedAt, summary, start, end, recurrenceId = '' }): SandboxEvent => ({
      id: `${uid} ${recurrenceId}`,
      uid,
      version: `${sequence} ${modifiedAt}`,
      title: summary,
      start,
      end: end ?? start,
    }),
  );

/** The services that the sandbox makes up; CalDAV servers are real ones. */
export type SandboxProvider = Exclude<ProviderName, 'caldav'>;

const EVENTS: Readonly<Record<SandboxProvider, z.ZodType<SandboxEvent>>> = {
  google: GoogleEvent,
  microsoft: GraphEvent,
  ics: FeedEvent,
};

/** The events of one service, as its control endpoint lists them. @throws ZodError when it lists something else */
export function sandboxEvents(provider: SandboxProvider, answer: unknown): readonly SandboxEvent[] {
  return z.object({ items: z.array(EVENTS[provider]) }).parse(answer).items;
}
