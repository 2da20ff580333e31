import { z } from 'zod';
import { ProviderName } from './account.ts';

/** What a backup would bring. */
export const BackupContent = z.object({
  /** When its file was last written, UTC instant. */
  savedAt: z.string(),
  accounts: z.array(z.object({ provider: ProviderName, email: z.string() })).readonly(),
  mappings: z.number().int(),
});
export type BackupContent = Readonly<z.infer<typeof BackupContent>>;
