import { assertNever } from '../../shared/assert-never.ts';
import type { Account } from '../../shared/domain/account.ts';
import type { SyncProgress } from '../../shared/domain/sync-progress.ts';
import { PROVIDER_NAMES } from './words.ts';

/** `Google tess@example.com: writing events, 12 of 57` */
export function progressText(progress: SyncProgress, accounts: readonly Account[]): string {
  const account = accounts.find(({ id }) => id === progress.accountId);
  const name = account === undefined ? '' : `${PROVIDER_NAMES[account.provider]} ${account.email}: `;
  return `${name}${phaseText(progress)}…`;
}

function phaseText({ phase, done, total }: SyncProgress): string {
  const counted = total === null ? String(done) : `${done} of ${total}`;
  switch (phase) {
    case 'read-bookings':
      return `reading bookings, ${counted}`;
    case 'read-calendar':
      return `reading the calendar, ${counted}`;
    case 'propose':
      return `proposing moves to dispatch, ${counted}`;
    case 'write-events':
      return `writing events, ${counted}`;
    case 'write-blocks':
      return `writing busy times, ${counted}`;
    case 'finished':
      return 'done';
    default:
      return assertNever(phase);
  }
}
