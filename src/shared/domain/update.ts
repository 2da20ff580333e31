import { z } from 'zod';

/** How the desktop app stands to newer versions of itself. Times are UTC instants. */
export const UpdateState = z.discriminatedUnion('kind', [
  /** Nobody has looked since it started. */
  z.object({ kind: z.literal('not-checked') }),
  z.object({ kind: z.literal('checking') }),
  z.object({ kind: z.literal('up-to-date'), at: z.string() }),
  z.object({ kind: z.literal('downloading'), version: z.string(), percent: z.int().min(0).max(100) }),
  /** Downloaded, its signature checked; installed when somebody says so. */
  z.object({ kind: z.literal('ready'), version: z.string() }),
  z.object({ kind: z.literal('failed'), at: z.string(), reason: z.enum(['unreachable', 'tampered']) }),
]);
export type UpdateState = Readonly<z.infer<typeof UpdateState>>;
