import { z } from 'zod';

export const PATH_KINDS = ['data', 'database', 'settings', 'backups', 'policy'] as const;

/** What runs here, and where it keeps what it knows. */
export const About = z.object({
  /** Of what the program is made on, e.g. `Node 24.2.0`. */
  versions: z.array(z.object({ name: z.string(), version: z.string() })).readonly(),
  paths: z.array(z.object({ kind: z.enum(PATH_KINDS), path: z.string() })).readonly(),
  /** Whether the organisation has put a policy there. */
  hasPolicy: z.boolean(),
});
export type About = Readonly<z.infer<typeof About>>;
