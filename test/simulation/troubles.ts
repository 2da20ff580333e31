import type { FaultEffect } from '../../src/sandbox/faults.ts';
import type { Dice } from './dice.ts';
import { positionIn, type SeenRequest } from './request-seen.ts';

/** What may happen to a request; each is counted when it does. */
export const TROUBLES = {
  'drop-before': 3,
  'drop-after': 3,
  truncate: 2,
  twice: 2,
  delay: 1,
  '401': 1,
  '403': 1,
  '409': 1,
  '410': 1,
  '412': 2,
  '429': 2,
  '500': 1,
  '503': 2,
  '503-after': 2,
} as const;
export type Trouble = keyof typeof TROUBLES;

const status = (code: number, reason?: string, when: 'before' | 'after' = 'before'): FaultEffect => ({
  ...{ kind: 'status', status: code, when },
  ...(reason !== undefined && { reason }),
});

/** What a server would do, or null where no server would do that. */
export function effectOf(trouble: Trouble, request: SeenRequest, dice: Dice): FaultEffect | null {
  switch (trouble) {
    case 'drop-before':
    case 'drop-after':
      return { kind: 'drop', when: trouble === 'drop-after' ? 'after' : 'before' };
    case 'truncate':
      return { kind: 'truncate' };
    case 'delay':
      return { kind: 'delay', milliseconds: dice.between(100, 9_000) };
    case '403':
      return forbidden(request, dice);
    case '409':
      return isPatchOfBooking(request) ? status(409, 'slot_unavailable') : null;
    case '410':
      return expired(request);
    case '412':
      return outdated(request);
    case '429':
      return {
        ...{ kind: 'status', status: 429, when: 'before' },
        retryAfterSeconds: dice.one([1, 3, 7, 40, 300, 900]) ?? 1,
      };
    case '503-after':
      return status(503, undefined, 'after');
    default:
      return status(Number(trouble));
  }
}

const isPatchOfBooking = ({ service, method }: SeenRequest): boolean =>
  service === 'booking' && method === 'PATCH';

function forbidden(request: SeenRequest, dice: Dice): FaultEffect | null {
  if (request.service === 'google') return status(403, dice.chance(0.7) ? 'rateLimitExceeded' : 'forbidden');
  return isPatchOfBooking(request) || ['microsoft', 'caldav'].includes(request.service) ? status(403) : null;
}

/** The position that a listing goes on from is not known any more. */
function expired(request: SeenRequest): FaultEffect | null {
  const { service, url } = request;
  if (service === 'caldav') return positionIn(request) === null ? null : status(403, 'd:valid-sync-token');
  if (service === 'google' && url.includes('syncToken')) return status(410, 'fullSyncRequired');
  if (service === 'microsoft' && url.includes('deltatoken')) return status(410, 'syncStateNotFound');
  return url.includes('/changes?') ? status(410, 'cursor_expired') : null;
}

function outdated({ service, method, url }: SeenRequest): FaultEffect | null {
  if (url.endsWith('$batch')) return status(412, 'ErrorIrresolvableConflict');
  if (service === 'caldav') return method === 'PUT' || method === 'DELETE' ? status(412) : null;
  return method === 'PATCH' || method === 'DELETE' ? status(412, 'conditionNotMet') : null;
}
