import type { About } from '../../shared/domain/about.ts';
import type { DoctorCheck } from '../../shared/domain/doctor.ts';
import { numeral, plural } from './plural.ts';

/** Settings. */
export const englishSettings = {
  settings: {
    title: 'Settings',
    lead: 'Changes apply at once',
    failed: 'The settings could not be loaded',
    locked: 'Managed by your organisation',
    problems: 'Some settings are passed over',

    sync: 'Sync',
    intervalMinutes: 'Minutes between two syncs',
    intervalHint: (min: number, max: number) =>
      `${numeral(min)} to ${numeral(max)}. Sync now works at any time.`,
    startAtLogin: 'Start when I log in to this computer',
    desktopOnly: 'Followed by the desktop app. A background service is started by the system.',

    notifications: 'Notifications',
    notificationsHint: 'Never about success. Shown by the desktop app.',
    notifyNeedsSignIn: 'An account needs me to sign in again',
    notifyDecisionWaiting: 'A decision waits for me',
    notifyFailing: 'Syncing has been failing for long',
    notifyUpdateReady: 'An update is ready',

    appearance: 'Appearance',
    theme: 'Theme',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },

    network: 'Network',
    proxyUrl: 'Proxy',
    proxyUrlHint: 'For example http://proxy.example.com:8080. Empty: what the system says.',
    invalid: 'That is not valid here. Write it as in the example, or leave it empty.',
    caFile: 'Certificates to trust as well',
    caFileHint: 'Path of a PEM file on this computer. Empty: the usual ones only.',
    allowPrivateFeeds: 'Allow ICS feeds from addresses of a private network',
    testConnection: 'Test connection',
    reachedAll: 'Every host that is needed answers.',
    reachedNone: 'There is nothing to reach yet.',
    reachedNot: (count: number) => `${plural(count, 'host')} cannot be reached.`,
    reached: (ms: number) => `answers, ${numeral(Math.round(ms))} ms`,
    notReached: 'not reached',

    alerts: 'When syncing fails',
    alertsHint: 'Times without a network do not count.',
    alertAfterFailures: 'Failed syncs in a row before somebody is told',
    alertAfterFailuresHint: (min: number, max: number) =>
      `${numeral(min)} to ${numeral(max)}. It is told of again when it has healed.`,
    alertWebhookUrl: 'Address to tell',
    alertWebhookUrlHint:
      'Gets a message as JSON, for example https://alerts.example.com/hook. Empty: nobody.',
    calendarHealthMinutes: 'Minutes without a readable calendar before dispatch is told',
    calendarHealthMinutesHint: (min: number, max: number) =>
      `${numeral(min)} to ${numeral(max)}. Busy times can no longer be trusted then.`,

    updates: 'Updates',
    updatesHint: 'Followed by the desktop app.',
    updatesElsewhere: 'This one does not update itself: a new version is installed as this one was.',
    checkForUpdates: 'Check for updates now',
    standings: {
      notChecked: 'Nobody has looked for a newer version yet.',
      checking: 'Looking for a newer version…',
      upToDate: (time: string) => `This is the newest version, as of ${time}.`,
      downloading: (version: string, percent: number) =>
        `Version ${version} is being downloaded: ${numeral(percent)} %.`,
      ready: (version: string) =>
        `Version ${version} is downloaded. Restarting takes a moment; what is being written is finished first.`,
      failed: {
        unreachable:
          'The server for updates could not be reached. It is tried again by itself within six hours.',
        tampered:
          'What was downloaded is not what its maker signed, so it was thrown away. Tell support if it happens again.',
      },
    },
    updateChannel: 'Versions',
    channels: { stable: 'Stable', beta: 'Beta' },

    logDays: 'Days that the log is kept',
    logDaysHint: (min: number, max: number) =>
      `${numeral(min)} to ${numeral(max)}. Older operations are forgotten.`,

    data: 'Data',
    dataHint:
      'What this computer knows. Calendars and bookings themselves are elsewhere and stay as they are.',
    backup: 'Back up…',
    backupTitle: 'Back up to a file',
    backupBody: 'Everything but sign-ins and passwords. A file of that name is replaced.',
    backupAction: 'Back up',
    backedUp: (file: string) => `Backed up to ${file}. Sign-ins and passwords are not in it.`,
    restore: 'Restore…',
    restoreTitle: 'Restore a backup?',
    restoreBody:
      'It takes the place of what is here now, which is kept as a backup itself. Accounts may ask you to sign in again.',
    restoreLook: 'Look into it',
    backupOf: (time: string) => `Backup of ${time}`,
    hereNow: 'Here now, replaced',
    restoreAction: 'Restore',
    restored: (accounts: string, mappings: string) => `Restored: ${accounts} and ${mappings}.`,
    accounts: (count: number) => plural(count, 'account'),
    mappings: (count: number) => plural(count, 'mapping'),
    needSignIn: (addresses: string) => `Sign in again: ${addresses}.`,
    keptAs: (file: string) => `What was here is kept as ${file}.`,
    file: 'File on this computer',
    fileHint: 'A full path on the computer that Calendar Sync runs on',
    restoreFileHint: (folder: string) => `A full path. Calendar Sync keeps its own backups in ${folder}`,
    reset: 'Forget everything…',
    resetTitle: 'Forget what this computer knows?',
    resetBody:
      'A backup is made first. Events and busy times that were created stay where they are, and are recognised again.',
    resetKeep: 'Keep the accounts and what is kept in step; match everything afresh',
    resetAll: 'Forget the accounts too, and set up again',
    resetAction: 'Forget everything',
    resetKeepAction: 'Match everything afresh',
    resetDone: (file: string) => `Done. A backup is in ${file}.`,

    support: 'Support',
    supportHint: 'When something does not work, check this computer first.',
    doctor: 'Check this computer',
    doctorOk: 'Nothing is in the way of syncing.',
    doctorFailed: (count: number) => `${plural(count, 'check')} failed.`,
    checkStatuses: { ok: 'OK', warning: 'Warning', failed: 'Failed', skipped: 'Left out' } satisfies Record<
      DoctorCheck['status'],
      string
    > as Readonly<Record<DoctorCheck['status'], string>>,
    diagnostics: 'Collect diagnostics…',
    diagnosticsTitle: 'Diagnostics for support',
    diagnosticsBody:
      'This is what is saved: no sign-ins, no titles, no email addresses. Nothing is sent; you decide who gets the file.',
    diagnosticsSave: 'Save as a file',
    diagnosticsLines: (count: number) => plural(count, 'line'),
    diagnosticsFile: 'File',
    diagnosticsContent: 'What is in it',
    diagnosticsSaved: (name: string) => `${name} was saved`,

    about: 'About',
    version: 'Version',
    runsAs: 'Runs as',
    hosts: { electron: 'desktop app', headless: 'background service with this page' },
    paths: {
      data: 'Data directory',
      database: 'Database and log',
      settings: 'Settings file',
      backups: 'Backups',
      policy: 'Policy file',
    } satisfies Record<About['paths'][number]['kind'], string> as Readonly<
      Record<About['paths'][number]['kind'], string>
    >,
    noPolicy: '(there is none)',
    licences: 'Licences…',
    licencesTitle: 'Licences',
    licencesBody: (count: number) =>
      `${plural(count, 'package')} of others ${count === 1 ? 'is' : 'are'} part of Calendar Sync, each under its own licence.`,

    bookingSystem: 'Booking system',
    address: 'Address',
    technician: 'Enrolled as',
    notEnrolled: 'not enrolled yet',
    enrolAgain: 'Enrol again…',
    enrolAgainTitle: 'Enrol this computer again',
    enrolAgainBody:
      'With a new code from dispatch, for the same booking system or another one. Accounts and mappings stay.',
  },
};
