import { Argument, type Command, Option } from 'commander';
import { Visibility } from '../../shared/domain/mapping.ts';
import type { CommandContext, Outcome } from './command.ts';
import { nonEmpty } from './options.ts';

/** As `createProgram` runs a command whose work is loaded when it is asked for. */
export type Run = <Args extends unknown[]>(
  load: () => Promise<(context: CommandContext, ...args: Args) => Promise<Outcome>>,
) => (...given: unknown[]) => Promise<void>;

/** `feeds` and what can be done with them. */
export function feedCommands(program: Command, run: Run): void {
  const work = () => import('./commands/feeds.ts');
  const feeds = program
    .command('feeds')
    .description('list the feeds that calendar apps can subscribe to')
    .action(run(async () => (await work()).listFeeds));
  feeds
    .command('create')
    .description('make a feed of the bookings of a technician or a project')
    .addOption(new Option('--technician <id>', 'whose bookings').argParser(nonEmpty).conflicts('project'))
    .option('--project <id>', 'the bookings of this project', nonEmpty)
    .addOption(
      new Option('--visibility <level>', 'what whoever has the link may see')
        .choices(Visibility.options)
        .default('busy-only'),
    )
    .option('--publish', 'let the booking system host it, for apps on other devices')
    .action(run(async () => (await work()).createFeed));
  feeds
    .command('rotate')
    .description('give a feed a new link; the old ones stop working')
    .addArgument(feedArgument())
    .action(run(async () => (await work()).rotateFeed));
  feeds
    .command('disable')
    .description('switch a feed off; its link stops working')
    .addArgument(feedArgument())
    .action(run(async () => (await work()).disableFeed));
  feeds
    .command('write')
    .description('write a feed to a file')
    .addArgument(feedArgument())
    .addArgument(new Argument('<file>', 'path of the file, which is replaced').argParser(nonEmpty))
    .action(run(async () => (await work()).writeFeed));
}

const feedArgument = (): Argument => new Argument('<id>', 'id of the feed').argParser(nonEmpty);
