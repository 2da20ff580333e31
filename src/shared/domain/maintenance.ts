import { z } from 'zod';

/** What the daily look at the database and at the calendars found last. */
export const Maintenance = z.object({
  /** The database is damaged. */
  damaged: z.boolean(),
  /** Entries that calendars and records disagree about. */
  discrepancies: z.int(),
});
export type Maintenance = Readonly<z.infer<typeof Maintenance>>;
