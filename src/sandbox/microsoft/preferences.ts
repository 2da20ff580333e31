import { GraphError } from './graph-error.ts';
import type { IdForm } from './item-id.ts';
import { knownZone } from './time-point.ts';

/** How a client wants its answers: https://learn.microsoft.com/en-us/graph/api/event-get#request-headers */
export interface Preferences {
  readonly idForm: IdForm;
  /** The zone to give times in, by IANA and as the client named it. */
  readonly zone: string;
  readonly zoneName: string;
  /** At most so many entries a page; null: as the service likes. */
  readonly pageSize: number | null;
  readonly bodyType: 'html' | 'text';
  /** What `Preference-Applied` answers. */
  readonly applied: readonly string[];
}

export const STANDARD_PREFERENCES: Preferences = {
  idForm: 'regular',
  zone: 'UTC',
  zoneName: 'UTC',
  pageSize: null,
  bodyType: 'html',
  applied: [],
};

const PREFERENCE = /([\w.-]+)\s*=\s*(?:"([^"]*)"|([^,;\s]+))/g;
const LARGEST_PAGE = 1000;

/**
 * Reads the header `Prefer` (RFC 7240). What the service does not know it ignores.
 * @throws GraphError 400 when a time zone or page size makes no sense
 */
export function readPreferences(header: string | readonly string[] | undefined): Preferences {
  let preferences = STANDARD_PREFERENCES;
  for (const [text, name = '', quoted, plain] of [header ?? []].flat().join(',').matchAll(PREFERENCE)) {
    const change = preference(name.toLowerCase(), quoted ?? plain ?? '');
    if (change !== null) preferences = { ...preferences, ...change, applied: [...preferences.applied, text] };
  }
  return preferences;
}

function preference(name: string, value: string): Partial<Preferences> | null {
  switch (name) {
    case 'idtype':
      return value.toLowerCase() === 'immutableid' ? { idForm: 'immutable' } : null;
    case 'outlook.timezone':
      return { zone: knownZone(value), zoneName: value };
    case 'outlook.body-content-type':
      return value.toLowerCase() === 'text' ? { bodyType: 'text' } : { bodyType: 'html' };
    case 'odata.maxpagesize':
      return { pageSize: Math.min(positive(value), LARGEST_PAGE) };
    default:
      return null;
  }
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new GraphError(400, 'ErrorInvalidUrlQuery', `The page size '${text}' is not a positive number.`);
}
