import { assertNever } from './assert-never.ts';
import type { UpdateState } from './domain/update.ts';

/** What the updater tells of its work. */
export type UpdateEvent =
  | { readonly kind: 'checking' }
  | { readonly kind: 'found'; readonly version: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'progress'; readonly percent: number }
  | { readonly kind: 'downloaded'; readonly version: string }
  /** `code` as the updater names the fault, if it does. */
  | { readonly kind: 'failed'; readonly code: string | null };

/** Of electron-updater: what was downloaded is not what its maker signed. */
const TAMPERED_CODES: ReadonlySet<string> = new Set([
  'ERR_UPDATER_INVALID_SIGNATURE',
  'ERR_CHECKSUM_MISMATCH',
]);

/**
 * How it stands after an event. A version that is downloaded waits whatever later looks find, unless that is a newer one.
 * @param at when it happened, UTC instant
 */
export function afterUpdateEvent(state: UpdateState, event: UpdateEvent, at: string): UpdateState {
  switch (event.kind) {
    case 'checking':
      return state.kind === 'ready' || state.kind === 'downloading' ? state : { kind: 'checking' };
    case 'found':
      if (state.kind === 'ready' && state.version === event.version) return state;
      return { kind: 'downloading', version: event.version, percent: 0 };
    case 'none':
      return state.kind === 'ready' ? state : { kind: 'up-to-date', at };
    case 'progress':
      if (state.kind !== 'downloading') return state;
      return { ...state, percent: Math.min(100, Math.max(0, Math.floor(event.percent))) };
    case 'downloaded':
      return { kind: 'ready', version: event.version };
    case 'failed':
      if (state.kind === 'ready') return state;
      return {
        kind: 'failed',
        at,
        reason: TAMPERED_CODES.has(event.code ?? '') ? 'tampered' : 'unreachable',
      };
    default:
      return assertNever(event);
  }
}
