import type { AccountState, ProviderName } from '../../shared/domain/account.ts';

export const PROVIDER_NAMES: Readonly<Record<ProviderName, string>> = {
  google: 'Google',
  microsoft: 'Microsoft',
  ics: 'ICS feed',
  caldav: 'CalDAV',
};

export const ACCOUNT_STATES: Readonly<Record<AccountState, string>> = {
  connected: 'connected',
  'needs-sign-in': 'needs sign-in',
  'read-only': 'read-only',
  error: 'error',
  paused: 'paused',
};

/** `1 event`, `2 events`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** An RFC 3339 instant as `2026-11-23 09:42` in this computer's time zone; a date stays a date. */
export function localTime(text: string | null): string {
  if (text === null) return 'never';
  const date = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(date.getTime())) return text;
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
