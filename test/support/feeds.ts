import type { SubscriptionRequest } from '../../src/main/app-contract.ts';
import type { AccountResult, SyncResult } from '../../src/shared/domain/sync-result.ts';
import type { World } from './world.ts';

export const FEED = 'rota';

/** Publishes a calendar with one event on 25 November 2026. */
export function publish(world: World, feed = FEED): void {
  world.sandbox.ics.addFeed({ id: feed, name: 'Rota' });
  addPublished(world, 10, { uid: 'training@example.com', summary: 'Training' }, feed);
}

/** An hour's event on 25 November 2026 from `hour` (UTC). */
export function addPublished(world: World, hour: number, changes: object = {}, feed = FEED): string {
  const at = (hours: number) => ({ dateTime: `2026-11-25T${String(hours).padStart(2, '0')}:00:00Z` });
  return world.sandbox.ics.addEvent(feed, {
    summary: `Published ${hour}`,
    start: at(hour),
    end: at(hour + 1),
    ...changes,
  }).uid;
}

/** Subscribes to the feed and imports it. Answers with the account's id. */
export async function subscribe(
  world: World,
  feed = FEED,
  request: Partial<SubscriptionRequest> = {},
): Promise<string> {
  const { accountId, calendarId } = await world.app.connectIcs({
    url: world.sandbox.feedUrl(feed),
    ...request,
  });
  await world.app.addMapping({ accountId, calendarId, direction: 'import' });
  return accountId;
}

/** What a run did for the subscription. */
export function feedResult({ accounts }: SyncResult): AccountResult {
  const found = accounts.find(({ provider }) => provider === 'ics');
  if (found === undefined) throw new RangeError('The run covered no subscription');
  return found;
}
