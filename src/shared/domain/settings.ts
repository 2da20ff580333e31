import { z } from 'zod';
import { parseDsn } from '../sentry-dsn.ts';

const HttpUrl = z.url({ protocol: /^https?$/ });
/** What carries a secret or reports about a machine leaves it encrypted only; loopback is for trying it out. */
const isSafe = (text: string): boolean =>
  text.startsWith('https://') || /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$)/.test(text);
const SafeUrl = HttpUrl.refine(isSafe, { error: 'must be https://' });
const Dsn = z
  .string()
  .max(2_048)
  .refine(
    (text) => {
      const target = parseDsn(text);
      return target !== null && isSafe(target.endpoint);
    },
    { error: 'must be like https://KEY@HOST/PROJECT' },
  );

/**
 * What people and their IT department can set; flat, so that each value is locked, explained and reset by itself.
 * Everything else about a calendar is in its mapping.
 */
export const Settings = z.object({
  /** Minutes between two runs of the timer. */
  intervalMinutes: z.int().min(1).max(1_440),
  startAtLogin: z.boolean(),
  theme: z.enum(['system', 'light', 'dark']),

  notifyNeedsSignIn: z.boolean(),
  notifyDecisionWaiting: z.boolean(),
  notifyFailing: z.boolean(),
  notifyUpdateReady: z.boolean(),

  /** Goes before HTTPS_PROXY and HTTP_PROXY; null: what those say. */
  proxyUrl: HttpUrl.nullable(),
  /** Certificate authorities to trust beside the usual ones, as PEM; goes before CALENDAR_SYNC_CA_FILE. */
  caFile: z.string().min(1).max(4_096).nullable(),
  /** Whether ICS feeds may be fetched from addresses of a private network. */
  allowPrivateFeeds: z.boolean(),

  /** Days that the sync log is kept. */
  logDays: z.int().min(1).max(3_650),
  /** Minutes without a readable calendar after which dispatch is told that busy times can no longer be trusted. */
  calendarHealthMinutes: z.int().min(1).max(10_080),
  /** Failed runs in a row after which the alert hook is called; runs without a network do not count. */
  alertAfterFailures: z.int().min(1).max(100),
  /** Where a failing sync, and its recovery, are told of as JSON by POST; null: nowhere. */
  alertWebhookUrl: SafeUrl.nullable(),
  /** DSN of a Sentry-compatible server that unexpected errors of the program are reported to; null: none is. */
  errorReportDsn: Dsn.nullable(),
  updateChannel: z.enum(['stable', 'beta']),
});
export type Settings = Readonly<z.infer<typeof Settings>>;
export type SettingName = keyof Settings;

export const SETTING_NAMES = Object.keys(Settings.shape) as readonly SettingName[];

export const DEFAULT_SETTINGS: Settings = {
  intervalMinutes: 10,
  startAtLogin: true,
  theme: 'system',
  notifyNeedsSignIn: true,
  notifyDecisionWaiting: true,
  notifyFailing: true,
  notifyUpdateReady: true,
  proxyUrl: null,
  caFile: null,
  allowPrivateFeeds: false,
  logDays: 90,
  calendarHealthMinutes: 60,
  alertAfterFailures: 3,
  alertWebhookUrl: null,
  errorReportDsn: null,
  updateChannel: 'stable',
};

/** The settings in force, and which of them the person at this machine may not change. */
export const SettingsView = z.object({
  values: Settings,
  /** Set by the organisation. */
  locked: z.array(z.enum(SETTING_NAMES)).readonly(),
  /** Bounds that the organisation sets, where it leaves a choice. */
  intervalBounds: z.object({ min: z.int(), max: z.int() }),
  /** What is wrong with the policy or the settings file, in sentences; what is wrong is passed over. */
  problems: z.array(z.string()).readonly(),
});
export type SettingsView = Readonly<z.infer<typeof SettingsView>>;
