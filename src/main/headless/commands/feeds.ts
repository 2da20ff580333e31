import { resolve } from 'node:path';
import type { FeedItem } from '../../../shared/domain/feed.ts';
import type { Visibility } from '../../../shared/domain/mapping.ts';
import type { Output } from '../../../shared/rpc/contract.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { UsageError } from '../failure.ts';
import { type Client, withClient, withLook } from '../open-client.ts';
import { given } from '../options.ts';
import { table } from '../table.ts';
import type { Screen } from '../terminal.ts';

/** A feed with the addresses that calendar apps take. */
type Shown = Omit<FeedItem, 'path'> & { readonly feedId: string; readonly url: string | null };

function shown({ origin }: Client, { path, ...feed }: FeedItem): Shown {
  return { ...feed, feedId: feed.id, url: path === null ? null : origin + path };
}

export async function listFeeds(context: CommandContext): Promise<Outcome> {
  const items = await withLook(context, async (client) => {
    const feeds = await client.call('feeds.list', {});
    return feeds.items.map((feed) => shown(client, feed));
  });
  return { document: { items }, text: (screen) => feedsText(screen, items) };
}

function feedsText(screen: Screen, feeds: readonly Shown[]): string {
  if (feeds.length === 0) {
    return 'There are no feeds. “calendar-sync feeds create --technician ID” makes one.';
  }
  const columns = [
    { head: 'Feed' },
    { head: 'Of', wraps: true },
    { head: 'Shows' },
    { head: 'State', wraps: true },
  ];
  const rows = feeds.map((feed) => [feed.id, ofText(feed), feed.visibility, stateText(feed)]);
  const links = feeds
    .filter(({ enabled }) => enabled)
    .map((feed) => [`${feed.id}:`, ...linkLines(feed)].join('\n'));
  return [table(screen, columns, rows), ...links].join('\n\n');
}

function ofText({ name, technicianId, projectId }: Shown): string {
  return technicianId === null ? `${name} (project ${projectId})` : `${name} (${technicianId})`;
}

function stateText({ enabled, publish, publishedUrl }: Shown): string {
  if (!enabled) return 'switched off';
  if (!publish) return 'on this computer';
  return publishedUrl === null ? 'not published yet' : 'published';
}

function linkLines({ id, url, publishedUrl }: Shown): readonly string[] {
  const none = `  its link is not known on this computer; “calendar-sync feeds rotate ${id}” gives it a new one`;
  return [
    url === null ? none : `  ${url} (while “calendar-sync serve” runs)`,
    ...(publishedUrl === null ? [] : [`  ${publishedUrl} (hosted by the booking system)`]),
  ];
}

export async function createFeed(
  context: CommandContext,
  options: {
    readonly technician?: string;
    readonly project?: string;
    readonly visibility: Visibility;
    readonly publish?: boolean;
  },
): Promise<Outcome> {
  const { technician, project, visibility, publish = false } = options;
  if (technician === undefined && project === undefined) {
    throw new UsageError('Name whose bookings the feed is of: --technician ID or --project ID.');
  }
  const input = given({ technicianId: technician, projectId: project, visibility, publish });
  const feed = await withClient(context, async (client) =>
    shown(client, await client.call('feeds.create', input)),
  );
  return {
    document: linkDocument(feed),
    text: () =>
      [`Made feed ${feed.id} of ${ofText(feed)}. ${WHO_SEES[visibility]}`, ...linkLines(feed)].join('\n'),
  };
}

const WHO_SEES = {
  'busy-only': 'Whoever has the link sees when there are bookings, and nothing else of them:',
  details: 'Whoever has the link sees everything about the bookings, customers included:',
} as const;

const linkDocument = ({ feedId, url, publishedUrl }: Shown): object => ({
  feedId,
  url,
  ...(publishedUrl !== null && { publishedUrl }),
});

export async function rotateFeed(context: CommandContext, id: string): Promise<Outcome> {
  const { item, pending } = await withClient(context, async (client) => {
    const { feed, pending: failure } = await client.call('feeds.rotate', { id });
    return { item: shown(client, feed), pending: failure };
  });
  return {
    ...withPending(linkDocument(item), pending),
    text: () =>
      [
        `Feed ${id} has a new link. The old one stopped working here.`,
        ...linkLines(item),
        ...pendingLines(pending),
      ].join('\n'),
  };
}

export async function disableFeed(context: CommandContext, id: string): Promise<Outcome> {
  const { pending } = await withClient(context, (client) => client.call('feeds.disable', { id }));
  return {
    ...withPending({ feedId: id, enabled: false }, pending),
    text: () =>
      [`Feed ${id} is switched off. Its link stopped working here.`, ...pendingLines(pending)].join('\n'),
  };
}

type Pending = Output<'feeds.rotate'>['pending'];

function withPending(document: object, pending: Pending): Pick<Outcome, 'document' | 'exitCode'> {
  if (pending === null) return { document };
  return { document: { ...document, error: pending }, exitCode: EXIT.failed };
}

function pendingLines(pending: Pending): readonly string[] {
  if (pending === null) return [];
  return [`The booking system does not follow yet; it is told again after the next sync. ${pending.message}`];
}

export async function writeFeed(context: CommandContext, id: string, path: string): Promise<Outcome> {
  const file = resolve(path);
  const { bytes } = await withClient(context, (client) => client.call('feeds.write', { id, file }));
  return {
    document: { feedId: id, file, bytes },
    text: () => `Wrote feed ${id} to ${file}. It stays as it is now until it is written again.`,
  };
}
