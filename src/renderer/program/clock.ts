import { useSyncExternalStore } from 'react';
import type { Reader } from '../../shared/text/moment.ts';

/** The one place of the screens that reads the clock, the locale and the time zone of the machine. */

const MINUTE_MS = 60_000;

export const now = (): Date => new Date();

let hostLocale: string | null = null;

/** Told by a program that knows its user better than the browser does: a desktop is set up in other places as well. */
export function writeAs(locale: string | null): void {
  hostLocale = locale;
}

export const locale = (): string => hostLocale ?? navigator.language;

export const timeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

export const reader = (): Reader => ({ now: now(), locale: locale(), timeZone: timeZone() });

/** Calls back at the start of every minute, when texts that name a distance in time change. */
function everyMinute(onChange: () => void): () => void {
  let timer: number;
  const arm = (): void => {
    timer = window.setTimeout(
      () => {
        onChange();
        arm();
      },
      MINUTE_MS - (now().getTime() % MINUTE_MS),
    );
  };
  arm();
  return () => window.clearTimeout(timer);
}

/** For whom times are written, kept current. */
export function useReader(): Reader {
  const minute = useSyncExternalStore(everyMinute, () => Math.floor(now().getTime() / MINUTE_MS));
  return { ...reader(), now: new Date(minute * MINUTE_MS + (now().getTime() % MINUTE_MS)) };
}
