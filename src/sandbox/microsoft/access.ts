import { GraphError } from './graph-error.ts';

/** Which scopes open which door; any one of them does. https://learn.microsoft.com/en-us/graph/permissions-reference */
const DOORS = {
  readUser: ['User.Read', 'User.ReadWrite'],
  readCalendars: ['Calendars.Read', 'Calendars.ReadWrite'],
  writeCalendars: ['Calendars.ReadWrite'],
} as const;
export type Door = keyof typeof DOORS;

export const OFFLINE_ACCESS = 'offline_access';

const KNOWN_SCOPES: ReadonlyMap<string, string> = new Map(
  ['openid', 'email', 'profile', OFFLINE_ACCESS, ...Object.values(DOORS).flat()].map((scope) => [
    scope.toLowerCase(),
    scope,
  ]),
);
const RESOURCE = /^https:\/\/graph\.microsoft\.(com|us)\//i;

/** A scope as Microsoft spells it, whether or not it was asked for with Graph's address; null when it knows none. */
export function canonicalScope(scope: string): string | null {
  return KNOWN_SCOPES.get(scope.replace(RESOURCE, '').toLowerCase()) ?? null;
}

/** @throws GraphError 403 `ErrorAccessDenied` when none of the scopes opens the door */
export function assertScope(scopes: readonly string[], door: Door): void {
  if (!DOORS[door].some((scope) => scopes.includes(scope))) throw new GraphError(403);
}
