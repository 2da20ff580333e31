import { z } from 'zod';
import type { EventTime } from '../../../shared/domain/calendar-event.ts';
import { unreadable } from './microsoft-errors.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/datetimetimezone */
export const Moment = z.object({
  dateTime: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z?$/),
  timeZone: z.string(),
});
export type Moment = Readonly<z.infer<typeof Moment>>;

const UTC_NAMES: ReadonlySet<string> = new Set(['UTC', 'Etc/UTC', 'tzone://Microsoft/Utc']);
