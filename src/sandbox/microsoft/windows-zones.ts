import { isTimeZone } from '../wall-time.ts';

/**
 * Windows time zones with the IANA zone that Unicode's CLDR gives for each worldwide (territory 001), as far as made-up
 * mailboxes need them. Written down apart from the product's own table, so that a mistake there shows here.
 *
 * https://github.com/unicode-org/cldr/blob/main/common/supplemental/windowsZones.xml
 */
const WINDOWS_ZONES: Readonly<Record<string, string>> = {
  UTC: 'Etc/UTC',
  'GMT Standard Time': 'Europe/London',
  'Greenwich Standard Time': 'Atlantic/Reykjavik',
  'Morocco Standard Time': 'Africa/Casablanca',
  'W. Europe Standard Time': 'Europe/Berlin',
  'Central Europe Standard Time': 'Europe/Budapest',
  'Romance Standard Time': 'Europe/Paris',
  'Central European Standard Time': 'Europe/Warsaw',
  'W. Central Africa Standard Time': 'Africa/Lagos',
  'GTB Standard Time': 'Europe/Bucharest',
  'E. Europe Standard Time': 'Europe/Chisinau',
  'FLE Standard Time': 'Europe/Kiev',
  'Turkey Standard Time': 'Europe/Istanbul',
  'Israel Standard Time': 'Asia/Jerusalem',
  'Egypt Standard Time': 'Africa/Cairo',
  'South Africa Standard Time': 'Africa/Johannesburg',
  'Russian Standard Time': 'Europe/Moscow',
  'Arab Standard Time': 'Asia/Riyadh',
  'E. Africa Standard Time': 'Africa/Nairobi',
  'Iran Standard Time': 'Asia/Tehran',
  'Arabian Standard Time': 'Asia/Dubai',
  'Pakistan Standard Time': 'Asia/Karachi',
  'India Standard Time': 'Asia/Calcutta',
  'Nepal Standard Time': 'Asia/Katmandu',
  'Bangladesh Standard Time': 'Asia/Dhaka',
  'SE Asia Standard Time': 'Asia/Bangkok',
  'China Standard Time': 'Asia/Shanghai',
  'Singapore Standard Time': 'Asia/Singapore',
  'W. Australia Standard Time': 'Australia/Perth',
  'Tokyo Standard Time': 'Asia/Tokyo',
  'Korea Standard Time': 'Asia/Seoul',
  'Cen. Australia Standard Time': 'Australia/Adelaide',
  'AUS Eastern Standard Time': 'Australia/Sydney',
  'E. Australia Standard Time': 'Australia/Brisbane',
  'New Zealand Standard Time': 'Pacific/Auckland',
  'Chatham Islands Standard Time': 'Pacific/Chatham',
  'Azores Standard Time': 'Atlantic/Azores',
  'E. South America Standard Time': 'America/Sao_Paulo',
  'Argentina Standard Time': 'America/Buenos_Aires',
  'Newfoundland Standard Time': 'America/St_Johns',
  'Atlantic Standard Time': 'America/Halifax',
  'Eastern Standard Time': 'America/New_York',
  'Central Standard Time': 'America/Chicago',
  'Central Standard Time (Mexico)': 'America/Mexico_City',
  'Mountain Standard Time': 'America/Denver',
  'US Mountain Standard Time': 'America/Phoenix',
  'Pacific Standard Time': 'America/Los_Angeles',
  'Alaskan Standard Time': 'America/Anchorage',
  'Hawaiian Standard Time': 'Pacific/Honolulu',
};

/** Zones that share the clocks of another one in the table, by CLDR's mapping for their territory. */
const SAME_CLOCKS: Readonly<Record<string, string>> = {
  UTC: 'UTC',
  'Europe/Dublin': 'GMT Standard Time',
  'Europe/Lisbon': 'GMT Standard Time',
  'Europe/Amsterdam': 'W. Europe Standard Time',
  'Europe/Rome': 'W. Europe Standard Time',
  'Europe/Vienna': 'W. Europe Standard Time',
  'Europe/Zurich': 'W. Europe Standard Time',
  'Europe/Stockholm': 'W. Europe Standard Time',
  'Europe/Madrid': 'Romance Standard Time',
  'Europe/Prague': 'Central Europe Standard Time',
  'Europe/Athens': 'GTB Standard Time',
  'Europe/Helsinki': 'FLE Standard Time',
};

const WINDOWS_NAMES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(WINDOWS_ZONES).map(([name, zone]): [string, string] => [zone, name]),
  ...Object.entries(SAME_CLOCKS),
]);

/** A zone that desktop Outlook made up itself: it has a name, and nobody else knows its rules. */
export const CUSTOM_ZONE = 'tzone://Microsoft/Custom';

/** The IANA zone that a client means by a Windows or IANA name; null when Exchange would not know it. */
export function ianaZone(name: string): string | null {
  const zone = WINDOWS_ZONES[name];
  if (zone !== undefined) return zone;
  return /^[A-Z][A-Za-z_]*(\/[\w+-]+)*$/.test(name) && isTimeZone(name) ? name : null;
}

/** What Windows calls an IANA zone; the zone itself where the table has no name for it. */
export function windowsName(zone: string): string {
  return WINDOWS_NAMES.get(zone) ?? zone;
}
