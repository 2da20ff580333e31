import { resolve } from 'node:path';
import type { Visibility } from '../../../shared/domain/mapping.ts';
import type { AppError } from '../../../shared/rpc/errors.ts';
import type { FeedItem } from '../../feeds/feeds.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { failureOf, UsageError } from '../failure.ts';
import { localAddress } from '../local-address.ts';
import { withApp, withLook } from '../open-app.ts';
import { table } from '../table.ts';
import type { Screen } from '../terminal.ts';

/** A feed with the addresses that calendar apps take. */
type Shown = Omit<FeedItem, 'path'> & { readonly feedId: string; readonly url: string | null };

function shown({ path, ...feed }: FeedItem): Shown {
  return { ...feed, feedId: feed.id, url: path === null ? null : localAddress() + path };
}

export async function listFeeds(context: CommandContext): Promise<Outcome> {
  const feeds = await withLook(context, (app) => app.feeds.list());
  const items = feeds.map(shown);
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
  const input = { technicianId: technician, projectId: project, visibility, publish };
  const feed = shown(await withApp(context, (app) => app.feeds.create(input)));
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
  const { feed, pending } = await withApp(context, (app) => app.feeds.rotate(id));
  const item = shown(feed);
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
  const { pending } = await withApp(context, (app) => app.feeds.disable(id));
  return {
    ...withPending({ feedId: id, enabled: false }, pending),
    text: () =>
      [`Feed ${id} is switched off. Its link stopped working here.`, ...pendingLines(pending)].join('\n'),
  };
}

function withPending(document: object, pending: AppError | null): Pick<Outcome, 'document' | 'exitCode'> {
  if (pending === null) return { document };
  const { code, message } = failureOf(pending);
  return { document: { ...document, error: { code, message } }, exitCode: EXIT.failed };
}

function pendingLines(pending: AppError | null): readonly string[] {
  if (pending === null) return [];
  return [
    `The booking system does not follow yet; it is told again after the next sync. ${failureOf(pending).message}`,
  ];
}

export async function writeFeed(context: CommandContext, id: string, path: string): Promise<Outcome> {
  const file = resolve(path);
  const bytes = await withApp(context, (app) => app.feeds.write(id, file));
  return {
    document: { feedId: id, file, bytes },
    text: () => `Wrote feed ${id} to ${file}. It stays as it is now until it is written again.`,
  };
}
