import { check, type DoctorReport, doctorReport } from '../../src/shared/domain/doctor.ts';
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
