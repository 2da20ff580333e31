import { customZone, type Observance, parseOffset } from '../../time/custom-zone.ts';
import { parseStamp } from '../../time/wall-time.ts';
import { fixedZone, ianaZone, type Zone } from '../../time/zone.ts';
import { offsetNamed, zoneNamed } from '../../time/zone-name.ts';
import type { ObservanceComponent, ZoneComponent } from './components.ts';
import { ruleOf, type ZoneTable } from './property.ts';

/** Tells what in a calendar could not be read as it was meant, for the log. */
export type Notice = (text: string) => void;

/**
 * The zones of a calendar by their TZID. A name that the world knows means what the world means by it; only for one
 * that it does not, the calendar's own definition counts, so that next year's rules do not depend on who wrote it.
 */
export function zoneTable(components: readonly ZoneComponent[], home: Zone, notice: Notice): ZoneTable {
  const definitions = new Map(components.map((component) => [plain(component.id), component]));
  const known = new Map<string, Zone>();
  let own = 0;

  function resolve(name: string): Zone {
    const definition = own < MAX_OWN_ZONES ? definitions.get(name) : undefined;
    const zone = zoneNamed(name) ?? definedZone(definition, home) ?? statedOffset(name, home);
    if (zone === null) notice(`The time zone “${name}” is not known: its times are read as local ones.`);
    else if (zone.custom) {
      own += 1;
      notice(`The time zone “${name}” is the calendar's own: its instants are kept.`);
    }
    return zone ?? home;
  }

  return {
    home,
    named(id) {
      const name = plain(id);
      const zone = known.get(name) ?? resolve(name);
      known.set(name, zone);
      return zone;
    },
  };
}

/** Working one out takes milliseconds, and a calendar has one or two. */
const MAX_OWN_ZONES = 100;

/** node-ical drops the quotes and escapes of some mentions of a name and keeps those of others. */
const plain = (id: string): string => id.replace(/["\\]/g, '').trim();

function definedZone(definition: ZoneComponent | undefined, home: Zone): Zone | null {
  if (definition === undefined) return null;
  return ianaZone(definition.location) ?? customZone(home.name, definition.observances.flatMap(observance));
}

function observance(component: ObservanceComponent): readonly Observance[] {
  const onset = parseStamp(ruleOf(component.start));
  const offsetFrom = parseOffset(component.offsetFrom);
  const offsetTo = parseOffset(component.offsetTo);
  if (onset === null || offsetFrom === null || offsetTo === null) return [];
  const onsets = component.dates
    .flatMap((property) => ruleOf(property).split(','))
    .map((text) => parseStamp(text.trim())?.wall)
    .filter((wall) => wall !== undefined);
  return [{ onset: onset.wall, offsetFrom, offsetTo, rules: component.rules, onsets }];
}

function statedOffset(name: string, home: Zone): Zone | null {
  const offset = offsetNamed(name);
  return offset === null ? null : fixedZone(home.name, offset);
}
