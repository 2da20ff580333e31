import { z } from 'zod';
import { Mapping } from './mapping.ts';

/** Why an event or a booking is, or is not, where somebody looks for it. */
export const Explanation = z.object({
  id: z.string(),
  links: z
    .array(
      z.object({
        kind: z.enum(['export', 'import']),
        mappingId: z.string(),
        bookingId: z.string().nullable(),
        blockId: z.string().nullable(),
        eventId: z.string().nullable(),
        state: z.string(),
        reason: z.string(),
        decidedAt: z.string(),
      }),
    )
    .readonly(),
  mapping: Mapping.nullable(),
  decisions: z.array(z.object({ at: z.string(), operation: z.string(), reason: z.string() })).readonly(),
});
export type Explanation = Readonly<z.infer<typeof Explanation>>;
