import type { Account } from '../../../shared/domain/account.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { withClient, withLook } from '../open-client.ts';
import { table } from '../table.ts';
import { oneLine, type Screen } from '../terminal.ts';
import { ACCOUNT_STATES, localTime, PROVIDER_NAMES } from '../words.ts';

export async function listAccounts(context: CommandContext): Promise<Outcome> {
  const items = await withLook(context, async (client) => (await client.call('accounts.list', {})).items);
  return { document: { items }, text: (screen) => accountsText(screen, items) };
}

export function accountsText(screen: Screen, accounts: readonly Account[]): string {
  if (accounts.length === 0) return 'No calendar is connected. “calendar-sync connect google” connects one.';
  const rows = accounts.map(({ id, provider, email, access, state, lastSyncedAt }) => [
    id,
    PROVIDER_NAMES[provider],
    email,
    state === 'connected' && access === 'read' ? ACCOUNT_STATES['read-only'] : ACCOUNT_STATES[state],
    localTime(lastSyncedAt),
  ]);
  const columns = [
    { head: 'Account' },
    { head: 'Provider' },
    { head: 'Address', wraps: true },
    { head: 'State' },
    { head: 'Last sync' },
  ];
  const problems = accounts.flatMap(({ email, error }) =>
    error === null ? [] : [oneLine(`${email}: ${error.message}`)],
  );
  return [table(screen, columns, rows), ...problems].join('\n');
}

export async function removeAccount(
  context: CommandContext,
  id: string,
  { deleteEvents = false }: { readonly deleteEvents?: boolean },
): Promise<Outcome> {
  const { removed } = await withClient(context, (client) =>
    client.call('accounts.remove', { id, deleteEvents }),
  );
  return {
    document: { id, removed },
    text: () => `Disconnected ${id}. ${removalText(deleteEvents, removed)}`,
  };
}

/** What became of the things that a mapping or an account had created. */
export function removalText(deleteEvents: boolean, removed: number): string {
  return deleteEvents
    ? `${removed} of its events and busy blocks were removed.`
    : 'What it had created was left in place. To have it removed after all, add the same again, sync, and remove it with “--delete-events”.';
}
