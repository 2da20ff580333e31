import type { ProviderName } from '../domain/account.ts';

/** What tray, notifications and the health line say. A translation is another value of the same type. */
export const englishDesktop = {
  product: 'Calendar Sync',

  providers: {
    google: 'Google',
    microsoft: 'Microsoft 365',
    ics: 'ICS feed',
    caldav: 'CalDAV',
  } satisfies Record<ProviderName, string> as Record<ProviderName, string>,

  status: {
    upToDate: (time: string) => `Up to date · ${time}`,
    neverSynced: 'Ready for the first sync',
    syncing: 'Syncing…',
    pausedUntil: (time: string) => `Paused until ${time}`,
    paused: 'Paused until you resume',
    offline: 'Offline · will sync when back',
    needsSignIn: (who: string) => `${who} needs you to sign in again`,
    needsSignIns: (count: number) => `${count} accounts need you to sign in again`,
    failingSince: (time: string) => `Sync is failing since ${time}`,
    failing: 'The last sync failed',
    damaged: 'The database is damaged · restore a backup',
    decisions: (count: number) =>
      count === 1 ? '1 decision waits for you' : `${count} decisions wait for you`,
    notEnrolled: 'Not set up yet',
    noAccounts: 'No calendar is connected yet',
  },

  tray: {
    syncNow: 'Sync Now',
    pause: 'Pause',
    pauseHour: 'For 1 hour',
    pauseTomorrow: 'Until tomorrow',
    pauseResumed: 'Until resumed',
    resume: 'Resume',
    open: 'Open Calendar Sync',
    conflicts: (count: number) => (count === 0 ? 'Conflicts' : `Conflicts (${count})`),
    settings: 'Settings',
    help: 'Help',
    diagnostics: 'Save diagnostics…',
    documentation: 'Documentation',
    quit: 'Quit',
  },

  window: {
    hiddenTitle: 'Calendar Sync keeps running',
    hiddenBody:
      'It goes on syncing without its window. Its icon beside the clock opens it again, and ends it.',
    cannotStart: 'Calendar Sync cannot start',
    failed: 'That did not work',
    diagnosticsFilter: 'ZIP archive',
    backupFilter: 'Backup of Calendar Sync',
    anyFilter: 'All files',
    updateQuestion: (version: string) => `Restart Calendar Sync with version ${version}?`,
    updateDetail: 'It takes a moment. What is being written is finished first.',
    updateNow: 'Restart and update',
    updateLater: 'Later',
  },

  notices: {
    signInTitle: 'Sign in again',
    signInBody: (who: string) =>
      `${who} ended the session. Nothing was removed; syncing goes on once you are signed in.`,
    signInsBody: (count: number) => `${count} accounts ended their session. Nothing was removed.`,
    decisionTitle: (count: number) =>
      count === 1 ? 'A decision waits for you' : `${count} decisions wait for you`,
    decisionBody: 'Syncing goes on meanwhile. Open Calendar Sync to see both versions.',
    failingTitle: 'Sync is failing',
    failingBody: (time: string) => `Nothing has been synced since ${time}. Open Calendar Sync to see why.`,
    damagedTitle: 'The database is damaged',
    damagedBody: 'Nothing was lost in your calendars. Restore a backup in Settings to go on.',
    discrepanciesTitle: (count: number) =>
      count === 1 ? 'An entry does not fit' : `${count} entries do not fit`,
    discrepanciesBody:
      'Your calendar and the records of this computer disagree. Settings shows what a repair would do.',
    updateTitle: 'An update is ready',
    updateBody: (version: string) => `Version ${version} is installed when you say so.`,
  },
};

export type DesktopTexts = typeof englishDesktop;
