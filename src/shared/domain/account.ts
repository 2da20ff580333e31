import { z } from 'zod';

export const ProviderName = z.enum(['google', 'microsoft', 'ics', 'caldav']);
export type ProviderName = z.infer<typeof ProviderName>;

export const AccountState = z.enum(['connected', 'needs-sign-in', 'read-only', 'error', 'paused']);
export type AccountState = z.infer<typeof AccountState>;

/** A calendar account that somebody signed in to. Its tokens are in the vault, never here. */
export const Account = z.object({
  id: z.string(),
  provider: ProviderName,
  /** Who it is to the provider, for ever: Google `sub`, Graph `tid/oid`, CalDAV principal URL; of an ICS feed a hash, as its URL is secret. */
  subject: z.string(),
  email: z.string(),
  /** `read` when only read scopes were granted. */
  access: z.enum(['read', 'write']),
  state: AccountState,
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  tokenExpiresAt: z.string().nullable(),
  lastSyncedAt: z.string().nullable(),
});
export type Account = z.infer<typeof Account>;

/** A calendar as its provider lists it. */
export interface CalendarListEntry {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly primary: boolean;
  readonly writable: boolean;
}
