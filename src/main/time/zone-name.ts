import { findIana } from 'windows-iana';
import { HOUR_MS } from './wall-time.ts';
import { ianaZone, UTC, type Zone } from './zone.ts';

/**
 * The zone that a calendar means by a name: an IANA name, one under a registry's path such as
 * `/freeassociation.sourceforge.net/Europe/Berlin` (RFC 5545 section 3.2.19), or a Windows name by CLDR's table. Null
 * when it is somebody's own, such as `tzone://Microsoft/Custom`: then the definition beside it counts.
 *
 * https://github.com/unicode-org/cldr/blob/main/common/supplemental/windowsZones.xml
 */
export function zoneNamed(name: string): Zone | null {
  const known = named.get(name);
  if (known !== undefined) return known;
  const zone = lookUp(name);
  if (named.size < MAX_NAMES) named.set(name, zone);
  return zone;
}

/** A calendar asks for the same few names with each of its times. */
const named = new Map<string, Zone | null>();
const MAX_NAMES = 1_000;

function lookUp(name: string): Zone | null {
  const plain = name.replace(/["\\]/g, '').trim();
  if (/^(tzone:\/\/Microsoft\/Utc|Z)$/i.test(plain)) return UTC;
  return ianaZone(plain) ?? windowsZone(plain) ?? registryZone(plain);
}

function windowsZone(name: string): Zone | null {
  // The first is the one of the zone's whole territory, the others are those of single countries.
  const [iana] = findIana(name);
  return iana === undefined ? null : ianaZone(iana);
}

function registryZone(name: string): Zone | null {
  if (!name.startsWith('/')) return null;
  const parts = name.split('/');
  // The longest names have three parts: America/Argentina/Ushuaia.
  for (const length of [3, 2, 1]) {
    const zone = ianaZone(parts.slice(-length).join('/'));
    if (zone !== null) return zone;
  }
  return null;
}

/**
 * The offset that a name states, in milliseconds: `+0100`, `UTC-5`, `(GMT+05:30) Chennai, Kolkata`. Null when it
 * states none. The last resort: such a name says nothing of when the clocks change.
 */
export function offsetNamed(name: string): number | null {
  const match = /^\(?(?:UTC|GMT)? ?([+-])(\d{1,2})(?:[:.]?([0-5]\d))?(?!\d)/i.exec(name.trim());
  if (match === null) return null;
  const [, sign, hours, minutes = '0'] = match;
  if (Number(hours) > 14) return null;
  const size = Number(hours) * HOUR_MS + Number(minutes) * 60_000;
  return sign === '-' ? -size : size;
}
