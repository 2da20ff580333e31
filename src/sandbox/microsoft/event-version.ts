import { createHash } from 'node:crypto';
import type { CalendarEvent } from './event.ts';

const STORE = createHash('sha256').update('sandbox mailbox store').digest().subarray(0, 16);

/** Of which store, and which change of it: all that a change key says. */
function versionBytes(version: number): Buffer {
  const change = Buffer.alloc(6);
  change.writeUIntBE(version, 0, 6);
  return Buffer.concat([STORE, change]);
}

/** Names the version of an event. */
export function changeKeyOf({ version }: Pick<CalendarEvent, 'version'>): string {
  return versionBytes(version).toString('base64');
}

export function etagOf(event: Pick<CalendarEvent, 'version'>): string {
  return `W/"${changeKeyOf(event)}"`;
}

/** The etag that an occurrence has in delta answers: of another form than the one it has everywhere else. */
export function deltaEtagOf({ version }: Pick<CalendarEvent, 'version'>): string {
  const prefix = Buffer.from([0x0f, 0, 0, 0, 0x16, 0, 0, 0]);
  return `W/"${Buffer.concat([prefix, versionBytes(version)]).toString('base64')}"`;
}

/** A global object id, as Exchange makes them up for the events it creates ([MS-OXOCAL] section 2.2.1.27). */
const CLASS_ID = '040000008200E00074C5B7101A82E008';
const NO_DATE = '00000000';

export function iCalUIdOf(key: string): string {
  const id = createHash('sha256').update(key).digest('hex').toUpperCase();
  return `${CLASS_ID}${NO_DATE}${id.slice(0, 16)}000000000000000010000000${id.slice(16, 48)}`;
}

/** Of an occurrence, the id says on which date it is; ids that others made up stay as they are. */
export function iCalUIdOn(iCalUId: string, date: string | null): string {
  if (date === null || !iCalUId.startsWith(CLASS_ID + NO_DATE)) return iCalUId;
  const hex = (text: string, digits: number): string =>
    Number(text).toString(16).toUpperCase().padStart(digits, '0');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${CLASS_ID}${hex(year, 4)}${hex(month, 2)}${hex(day, 2)}${iCalUId.slice(40)}`;
}
