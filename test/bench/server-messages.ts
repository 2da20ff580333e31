import { z } from 'zod';

/** What the bench asks of its server process. */
export const ServerRequest = z.discriminatedUnion('kind', [
  /** Begin anew with so much to sync. */
  z.object({
    kind: z.literal('fill'),
    provider: z.enum(['google', 'microsoft']).optional(),
    personalEvents: z.int(),
    bookings: z.int(),
  }),
  /** Say what has arrived. */
  z.object({ kind: z.literal('inspect') }),
]);
export type ServerRequest = z.infer<typeof ServerRequest>;

/** What the servers hold after a sync. */
export const Arrived = z.object({ blocks: z.int(), exportedEvents: z.int() });
export type Arrived = z.infer<typeof Arrived>;

export const ServerAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listening'), env: z.record(z.string(), z.string()), bookingUrl: z.string() }),
  z.object({ kind: z.literal('filled') }),
  z.object({ kind: z.literal('arrived'), arrived: Arrived }),
]);
export type ServerAnswer = z.infer<typeof ServerAnswer>;
