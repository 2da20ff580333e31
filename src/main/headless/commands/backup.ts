import { resolve } from 'node:path';
import type { Output } from '../../../shared/rpc/contract.ts';
import { toAppError } from '../../../shared/rpc/errors.ts';
import { findAgent } from '../agent/find-agent.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { UsageError } from '../failure.ts';
import { openPorts, withClient } from '../open-client.ts';
import { count } from '../words.ts';

export async function backup(context: CommandContext, path: string): Promise<Outcome> {
  const file = resolve(path);
  try {
    await withClient(context, (client) => client.call('data.backup', { file }));
  } catch (error) {
    // The file that was named cannot be meant.
    if (toAppError(error).code === 'INVALID_INPUT') throw new UsageError(toAppError(error).message);
    throw error;
  }
  return {
    document: { file },
    text: () => `Everything but sign-ins was written to ${file}. “calendar-sync restore FILE” reads it.`,
  };
}

export async function restore(context: CommandContext, path: string): Promise<Outcome> {
  const file = resolve(path);
  const restored = await restoreFrom(context, file);
  const { accounts, mappings, needSignIn, keptAs } = restored;
  return {
    document: { file, ...restored },
    text: () =>
      [
        `Restored ${count(accounts, 'account')} and ${count(mappings, 'mapping')} from ${file}.`,
        ...(keptAs === null ? [] : [`What was there before is kept in ${keptAs}.`]),
        ...needSignIn.map(
          ({ email }) => `${email} needs you to sign in again: “calendar-sync connect google”.`,
        ),
      ].join('\n'),
  };
}

/** By the agent, or else here: the database that is replaced may be one that nothing can open. */
async function restoreFrom(context: CommandContext, file: string): Promise<Output<'data.restore'>> {
  const agent = await findAgent(context.dataDir);
  if (agent !== null) {
    try {
      return await agent.client.call('data.restore', { file });
    } finally {
      agent.close();
    }
  }
  const ports = await openPorts(context);
  const { restoreDatabase } = await import('../../app.ts');
  return restoreDatabase(ports, file);
}

export async function reset(
  context: CommandContext,
  { keepAccounts = false }: { readonly keepAccounts?: boolean },
): Promise<Outcome> {
  const { backup: file } = await withClient(context, (client) => client.call('data.reset', { keepAccounts }));
  return {
    document: { backup: file, keepAccounts },
    text: () =>
      [
        keepAccounts
          ? 'All mappings are forgotten; enrolment and accounts are kept.'
          : 'Everything is forgotten: enrolment, accounts and mappings.',
        'What was created in calendars and in the booking system stays.',
        `A backup is in ${file}.`,
      ].join('\n'),
  };
}
