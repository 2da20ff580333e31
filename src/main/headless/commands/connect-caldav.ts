import { AppError } from '../../../shared/rpc/errors.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { UsageError } from '../failure.ts';
import { withClient } from '../open-client.ts';

export interface ConnectCaldavOptions {
  readonly url: string;
  readonly username: string;
}

/** Connects a CalDAV account. Its password comes by standard input only: arguments are seen by others. */
export async function connectCaldav(
  context: CommandContext,
  { url, username }: ConnectCaldavOptions,
): Promise<Outcome> {
  const password = await readPassword(context);
  const localTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const request = { url, username, password, localTimeZone };
  const account = await withClient(context, (client) =>
    client.call('accounts.connectCaldav', request).catch(rethrow),
  );
  return {
    document: account,
    text: () =>
      `Connected ${account.email}. Next: “calendar-sync calendars --account ${account.accountId}” lists its calendars.`,
  };
}

/** What the address was written like is a matter of the command line. */
function rethrow(error: unknown): never {
  throw error instanceof AppError && error.code === 'INVALID_INPUT' ? new UsageError(error.message) : error;
}

/** Blanks may be part of a password, the end of its line is not. */
async function readPassword({ readInput }: CommandContext): Promise<string> {
  const password = (await readInput()).replace(/\r?\n$/, '');
  if (password === '')
    throw new UsageError(
      'Standard input was empty. Pass the password on it, as in “… --password-stdin < FILE”.',
    );
  return password;
}
