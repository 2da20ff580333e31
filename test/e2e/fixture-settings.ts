import type { About } from '../../src/shared/domain/about.ts';
import type { BackupContent } from '../../src/shared/domain/backup-content.ts';
import { check, type DoctorReport, doctorReport } from '../../src/shared/domain/doctor.ts';
import type { Reach } from '../../src/shared/domain/reach.ts';
import { DEFAULT_SETTINGS, type SettingsView } from '../../src/shared/domain/settings.ts';

export const SETTINGS: SettingsView = {
  values: DEFAULT_SETTINGS,
  locked: [],
  intervalBounds: { min: 1, max: 1_440 },
  problems: [],
};

export const UNDER_POLICY: SettingsView = {
  values: {
    ...DEFAULT_SETTINGS,
    intervalMinutes: 15,
    proxyUrl: 'http://proxy.example.com:8080',
    theme: 'dark',
  },
  locked: ['intervalMinutes', 'startAtLogin', 'theme', 'proxyUrl', 'allowPrivateFeeds'],
  intervalBounds: { min: 5, max: 60 },
  problems: ['policy.json: logDays must be a number, so it is passed over.'],
};

export const DOCTOR: DoctorReport = doctorReport(new Date('2026-11-23T09:45:00Z'), [
  check('data-directory', 'Data directory', 'ok', 'It can be written, and only by you.'),
  check('keychain', 'Keychain', 'warning', 'There is none, so a key file protects the sign-ins.'),
  check('proxy', 'Proxy', 'skipped', 'None is set.'),
  check(
    'booking-api',
    'Booking system',
    'failed',
    'bookings.example.com does not answer. Check the network.',
  ),
]);

export const REACHED: readonly Reach[] = [
  { name: 'Booking system', host: 'bookings.example.com', ok: true, milliseconds: 84, message: '' },
  { name: 'Google', host: 'www.googleapis.com', ok: true, milliseconds: 41, message: '' },
  {
    name: 'tess@cloud.example.org',
    host: 'cloud.example.org',
    ok: false,
    milliseconds: null,
    message:
      'No address was found for cloud.example.org. Check that this computer is online, and that its DNS server knows the name.',
  },
];

export const ABOUT: About = {
  versions: [
    { name: 'Electron', version: '45.5.0' },
    { name: 'Chromium', version: '152.0.7977.3' },
    { name: 'Node.js', version: '24.21.0' },
  ],
  paths: [
    { kind: 'data', path: '/home/tess/.local/share/calendar-sync' },
    { kind: 'database', path: '/home/tess/.local/share/calendar-sync/calendar-sync.sqlite' },
    { kind: 'settings', path: '/home/tess/.local/share/calendar-sync/settings.json' },
    { kind: 'backups', path: '/home/tess/.local/share/calendar-sync/backups' },
    { kind: 'policy', path: '/etc/calendar-sync/policy.json' },
  ],
  hasPolicy: false,
};

export const BACKUP: BackupContent = {
  savedAt: '2026-11-20T16:30:00Z',
  accounts: [{ provider: 'google', email: 'tess@gmail.example' }],
  mappings: 2,
};
