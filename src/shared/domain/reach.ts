import { z } from 'zod';

/** One host that syncing needs, and whether this computer gets through to it. */
export const Reach = z.object({
  /** For a person: “Booking system”, “Google”, the address of an account. */
  name: z.string(),
  /** With its port where that is not the usual one. */
  host: z.string(),
  ok: z.boolean(),
  /** How long the answer took, in milliseconds; null where there was none. */
  milliseconds: z.number().int().nullable(),
  /** Why there was none and what to do about it; empty where there was one. */
  message: z.string(),
});
export type Reach = Readonly<z.infer<typeof Reach>>;
