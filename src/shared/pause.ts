import type { Reader } from './text/moment.ts';

export type PauseChoice = 'hour' | 'tomorrow' | 'resumed';

const HOUR_MS = 60 * 60 * 1000;
/** When “until tomorrow” ends: before the working day begins. */
const MORNING_HOUR = 6;

/** Until when a pause lasts, as `sync.pause` takes it: a UTC instant, or `resumed`. */
export function pauseUntil(choice: PauseChoice, { now, timeZone }: Omit<Reader, 'locale'>): string {
  if (choice === 'resumed') return 'resumed';
  if (choice === 'hour') return new Date(now.getTime() + HOUR_MS).toISOString();
  return tomorrowMorning(now, timeZone).toISOString();
}

/** 06:00 on the next calendar day of the zone. A zone's clock moves at most once in between, so two looks suffice. */
function tomorrowMorning(now: Date, timeZone: string): Date {
  const today = wallClock(now, timeZone);
  const wanted = Date.UTC(today.year, today.month - 1, today.day + 1, MORNING_HOUR);
  let guess = wanted;
  for (let look = 0; look < 2; look += 1) {
    const shown = wallClock(new Date(guess), timeZone);
    guess += wanted - Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute);
  }
  return new Date(guess);
}

function wallClock(
  instant: Date,
  timeZone: string,
): Record<'year' | 'month' | 'day' | 'hour' | 'minute', number> {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(instant);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
  };
}
