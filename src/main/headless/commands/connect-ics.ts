import type { SubscribedFeed } from '../../../shared/rpc/contract.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { UsageError } from '../failure.ts';
import { withClient } from '../open-client.ts';
import { given } from '../options.ts';
import { oneLine } from '../terminal.ts';
import { count } from '../words.ts';

export interface ConnectIcsOptions {
  readonly url: string;
  readonly name?: string;
  readonly timeZone?: string;
  readonly allowPlainHttp?: boolean;
  readonly allowPrivateNetwork?: boolean;
}

/** Subscribes to a published calendar. */
export async function connectIcs(
  context: CommandContext,
  { url, name, timeZone, allowPlainHttp, allowPrivateNetwork }: ConnectIcsOptions,
): Promise<Outcome> {
  const localTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const request = { url, localTimeZone, ...given({ name, timeZone, allowPlainHttp, allowPrivateNetwork }) };
  const feed = await withClient(context, (client) =>
    client.call('accounts.connectIcs', request).catch(rethrow),
  );
  for (const notice of feed.notices) context.terminal.err(oneLine(notice));
  const { accountId, provider, email } = feed;
  return { document: { accountId, provider, email }, text: () => subscribedText(feed) };
}

/** What the address or the zone was written like is a matter of the command line. */
function rethrow(error: unknown): never {
  const isUsage = error instanceof AppError && ['address', 'time-zone'].includes(error.detail ?? '');
  throw isUsage ? new UsageError(error.message) : error;
}

const subscribedText = ({ accountId, calendarId, email, events, timeZone }: SubscribedFeed): string =>
  [
    `Subscribed to ${oneLine(email)}: ${count(events, 'event')}. Times without a zone are taken as ${timeZone}.`,
    `Next: “calendar-sync mappings add --account ${accountId} --calendar ${oneLine(calendarId)} --direction import”.`,
  ].join('\n');
