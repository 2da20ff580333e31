import type { ICalTZDateStub } from 'ical-generator';
import { toWall, type Zone } from '../time/zone.ts';

/**
 * An instant whose local getters show the clock of a zone. ical-generator writes a plain Date by the clock of this
 * computer; one of this shape (TZDate of date-fns) it asks for the zone's. Temporal would do as well and takes four
 * times as long.
 */
export class ZonedDate extends Date implements ICalTZDateStub {
  /** Its UTC getters show the wall time. */
  readonly internal: Date;

  constructor(instant: number, zone: Zone) {
    super(instant);
    this.internal = new Date(toWall(zone, instant));
  }

  /** Asked for with the zone it was made with, or with none for UTC, which the UTC getters show. */
  withTimeZone(): this {
    return this;
  }

  /** Part of the shape by which it is recognised. */
  tzComponents(): readonly string[] {
    const minutes = Math.round((this.internal.getTime() - this.getTime()) / 60_000);
    const size = Math.abs(minutes);
    const two = (number: number): string => String(number).padStart(2, '0');
    return [minutes < 0 ? '-' : '+', two(Math.floor(size / 60)), two(size % 60)];
  }

  override getFullYear(): number {
    return this.internal.getUTCFullYear();
  }

  override getMonth(): number {
    return this.internal.getUTCMonth();
  }

  override getDate(): number {
    return this.internal.getUTCDate();
  }

  override getHours(): number {
    return this.internal.getUTCHours();
  }

  override getMinutes(): number {
    return this.internal.getUTCMinutes();
  }

  override getSeconds(): number {
    return this.internal.getUTCSeconds();
  }
}
