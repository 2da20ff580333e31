import { z } from 'zod';
import { SETTING_NAMES, type SettingName, Settings } from '../../shared/domain/settings.ts';

/** What a setting does, for whoever writes a policy in an editor. */
const MEANINGS: Readonly<Record<SettingName, string>> = {
  intervalMinutes: 'Minutes between two runs of the timer.',
  startAtLogin: 'Whether the desktop program starts when somebody signs in.',
  theme: 'Colours of the screens.',
  notifyNeedsSignIn: 'Whether a notification says that an account needs signing in again.',
  notifyDecisionWaiting: 'Whether a notification says that something waits for a decision.',
  notifyFailing: 'Whether a notification says that the sync keeps failing.',
  notifyUpdateReady: 'Whether a notification says that an update is ready.',
  proxyUrl: 'The proxy. Goes before HTTPS_PROXY and HTTP_PROXY; null: what those say.',
  caFile:
    'A PEM file of certificate authorities to trust beside the usual ones. Goes before CALENDAR_SYNC_CA_FILE.',
  allowPrivateFeeds: 'Whether calendars may be subscribed to that lie in a private network.',
  logDays: 'Days that the log is kept.',
  calendarHealthMinutes:
    'Minutes without a readable calendar after which dispatch is told that its busy times cannot be trusted.',
  alertAfterFailures: 'Failed runs in a row after which alertWebhookUrl is told.',
  alertWebhookUrl:
    'An https address that is told by POST of a sync that keeps failing, and of its recovery; null: none.',
  errorReportDsn: 'DSN of a Sentry-compatible server for unexpected errors; null: none are reported.',
  updateChannel: 'Which updates the desktop program looks for.',
};

/** The form of a policy file (`host.md`, Files) as JSON Schema, draft 2020-12, for editors and deployment tools. */
export function policySchema(): object {
  const described = SETTING_NAMES.map(
    (name) => [name, Settings.shape[name].describe(MEANINGS[name])] as const,
  );
  const settings = Object.fromEntries(described);
  const minutes = Settings.shape.intervalMinutes;
  const choice = z.strictObject({ min: minutes.optional(), max: minutes.optional() });
  const enforced = {
    ...settings,
    intervalMinutes: z
      .union([minutes, choice])
      .describe('Minutes between two runs of the timer, or between which of them people may choose.'),
  };
  const policy = z.strictObject({
    $schema: z.string().optional(),
    defaults: z.strictObject(settings).partial().optional().describe('People may change these.'),
    enforced: z.strictObject(enforced).partial().optional().describe('These are locked.'),
  });
  return { title: 'Policy of Calendar Sync', ...z.toJSONSchema(policy, { io: 'input' }) };
}
