import { z } from 'zod';

export const CHECK_STATUSES = ['ok', 'warning', 'failed', 'skipped'] as const;

/** One thing that must be right for a sync to work, and whether it is. */
export const DoctorCheck = z.object({
  /**
   * data-directory, settings, database, keychain, dns, proxy, tls, clock, booking-api, account:ID, channels,
   * agreement
   */
  id: z.string(),
  /** For a person: “Clock”, “Google amira@gmail.com”. */
  name: z.string(),
  status: z.enum(CHECK_STATUSES),
  /** False only when it failed. */
  ok: z.boolean(),
  /** What was found, and where something is wrong what to do about it. */
  message: z.string(),
});
export type DoctorCheck = Readonly<z.infer<typeof DoctorCheck>>;

/** What `doctor` found out. */
export const DoctorReport = z.object({
  /** Nothing failed. */
  ok: z.boolean(),
  /** UTC instant. */
  at: z.string(),
  checks: z.array(DoctorCheck).readonly(),
});
export type DoctorReport = Readonly<z.infer<typeof DoctorReport>>;

export const doctorReport = (at: Date, checks: readonly DoctorCheck[]): DoctorReport => ({
  ok: checks.every(({ ok }) => ok),
  at: at.toISOString(),
  checks,
});

/** A check as found. */
export const check = (
  id: string,
  name: string,
  status: DoctorCheck['status'],
  message: string,
): DoctorCheck => ({ id, name, status, ok: status !== 'failed', message });
