import { assertNever } from '../../../shared/assert-never.ts';
import type { Snapshot as Status } from '../../../shared/domain/snapshot.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { withLook } from '../open-client.ts';
import { oneLine, type Screen } from '../terminal.ts';
import { count, localTime } from '../words.ts';
import { accountsText } from './accounts.ts';
import { mappingsText } from './mappings.ts';

export async function showStatus(context: CommandContext): Promise<Outcome> {
  const status = await withLook(context, (client) => client.call('snapshot.get', {}));
  return { document: statusDocument(status), text: (screen) => statusText(screen, status) };
}

/** What `host.md` names, in its order; what the daily look found is added only where it found something. */
function statusDocument(status: Status): object {
  const { enrolled, technician, state, accounts, mappings, lastRun, nextRunAt, conflicts, holds } = status;
  const facts = { enrolled, technician, state, accounts, mappings, lastRun, nextRunAt, conflicts, holds };
  return status.maintenance === undefined ? facts : { ...facts, maintenance: status.maintenance };
}

function statusText(screen: Screen, status: Status): string {
  const facts = [
    ['State', stateSentence(status)],
    ['Booking system', enrolmentText(status)],
    ['Last run', lastRunText(status)],
    ...(status.nextRunAt === null ? [] : [['Next run', localTime(status.nextRunAt)]]),
    ['Waiting', waitingText(status)],
  ];
  const block = facts.map(([name = '', text = '']) => `${name.padEnd(16)}${text}`).join('\n');
  const lists = [
    ...(status.accounts.length > 0 ? [accountsText(screen, status.accounts)] : []),
    ...(status.mappings.length > 0 ? [mappingsText(screen, status.mappings)] : []),
  ];
  return [block, ...lists].join('\n\n');
}

function stateSentence({ state, maintenance }: Status): string {
  if (maintenance?.damaged === true)
    return 'The database is damaged. Restore a backup with “calendar-sync restore FILE”.';
  switch (state) {
    case 'not-enrolled':
      return 'Not enrolled. Run “calendar-sync enrol --url URL --code CODE” with the code from dispatch.';
    case 'no-accounts':
      return 'No calendar is connected. Run “calendar-sync connect google”.';
    case 'syncing':
      return 'Syncing.';
    case 'paused':
      return 'Paused: nothing runs by itself.';
    case 'offline':
      return 'Offline. It is tried again by itself.';
    case 'up-to-date':
      return 'Up to date.';
    case 'needs-sign-in':
      return 'An account needs you to sign in again. Run “calendar-sync connect google”.';
    case 'attention':
      return 'Something waits for your decision.';
    case 'error':
      return 'The last sync failed. “calendar-sync logs --status error” says why.';
    default:
      return assertNever(state);
  }
}

function enrolmentText({ enrolled, technician }: Status): string {
  if (technician !== null) return oneLine(`${technician.name} (${technician.id})`);
  return enrolled ? 'configured; it has not been asked yet' : 'not enrolled';
}

function lastRunText({ lastRun }: Status): string {
  if (lastRun === null) return 'never';
  return `${localTime(lastRun.finishedAt)}, ${lastRun.ok ? 'all done' : 'with failures'}`;
}

function waitingText({ conflicts, holds, maintenance }: Status): string {
  const discrepancies = maintenance?.discrepancies ?? 0;
  if (conflicts === 0 && holds === 0 && discrepancies === 0) return 'nothing';
  return [
    ...(conflicts > 0 ? [`${count(conflicts, 'conflict')} (“calendar-sync conflicts”)`] : []),
    ...(holds > 0 ? [`${count(holds, 'hold')} (“calendar-sync holds”)`] : []),
    ...(discrepancies > 0 ? [`${count(discrepancies, 'disagreement')} (“calendar-sync repair”)`] : []),
  ].join(', ');
}
