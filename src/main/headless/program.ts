import { Argument, Command, Option } from 'commander';
import { ProviderName } from '../../shared/domain/account.ts';
import { Direction, OnDelete, Visibility } from '../../shared/domain/mapping.ts';
import { LOG_STATUSES } from '../../shared/domain/sync-log.ts';
import type { CommandContext, Host, Outcome } from './command.ts';
import { print } from './command.ts';
import { dataDirectory } from './data-directory.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { feedCommands } from './feed-commands.ts';
import { SERVE_PORT } from './local-address.ts';
import { momentFrom, momentTo, nonEmpty, skipKinds, titlePattern, wholeNumber } from './options.ts';
import { VERSION } from './version.ts';

const MAX_DAYS = 3650;
const MAX_PAGE = 1_000_000;
const MAX_PORT = 65_535;

/** A command's work, loaded when it is asked for, so that no command pays for another one's libraries. */
type Load<Args extends unknown[]> = () => Promise<
  (context: CommandContext, ...args: Args) => Promise<Outcome>
>;

/** A command that prints for itself because it stays: it ends when it is stopped. */
type LoadService<Args extends unknown[]> = () => Promise<
  (context: CommandContext, ...args: Args) => Promise<ExitCode>
>;

/**
 * The whole command line.
 * @param onExit told the exit code of the command that ran
 */
export function createProgram(host: Host, onExit: (code: ExitCode) => void): Command {
  const program = new Command('calendar-sync')
    .description('Keeps the jobs in your booking system and your own calendar in step.')
    .option('--json', 'print one JSON document instead of text')
    .option(
      '--data-dir <dir>',
      'where state lives (default: CALENDAR_SYNC_DATA_DIR, or the place your system has)',
      nonEmpty,
    )
    .version(VERSION, '--version', 'print the version')
    .helpOption('--help', 'explain the usage')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => host.terminal.out(text.trimEnd()),
      writeErr: (text) => host.terminal.err(text.trimEnd()),
      // Whoever called says what was wrong, in the form that was asked for.
      outputError: () => undefined,
    })
    .exitOverride();

  const contextOf = (): CommandContext => {
    const { json = false, dataDir } = program.opts<{ json?: boolean; dataDir?: string }>();
    return { ...host, json, dataDir: dataDirectory(dataDir, host.environment) };
  };
  // Commander passes the arguments, the options and last the command itself.
  const run =
    <Args extends unknown[]>(load: Load<Args>) =>
    async (...given: unknown[]): Promise<void> => {
      const context = contextOf();
      const outcome = await (await load())(context, ...(given.slice(0, -1) as Args));
      print(context, outcome);
      onExit(outcome.exitCode ?? EXIT.done);
    };
  const serve =
    <Args extends unknown[]>(load: LoadService<Args>) =>
    async (...given: unknown[]): Promise<void> => {
      onExit(await (await load())(contextOf(), ...(given.slice(0, -1) as Args)));
    };

  tryOutCommands(program, serve);
  serveCommand(program, serve);
  setUpCommands(program, run);
  mappingCommands(program, run);
  syncCommands(program, run);
  feedCommands(program, run);
  recordCommands(program, run);
  keepingCommands(program, run);
  return program;
}

type Run = <Args extends unknown[]>(load: Load<Args>) => (...given: unknown[]) => Promise<void>;
type Serve = <Args extends unknown[]>(load: LoadService<Args>) => (...given: unknown[]) => Promise<void>;

const portOption = (description: string): Option =>
  new Option('--port <number>', description).argParser(wholeNumber(0, MAX_PORT));

function tryOutCommands(program: Command, serve: Serve): void {
  program
    .command('demo')
    .description('show the whole program at work with made-up data, on this computer only')
    .option('--once', 'sync, check, print what happened, and end')
    .addOption(
      portOption('port of the screens; with --once, of the made-up servers (default: any that is free)'),
    )
    .action(serve(async () => (await import('./commands/demo.ts')).demo));
  program
    .command('sandbox')
    .description('run a made-up booking system and calendars, to try the program against')
    .addOption(portOption('port of the sandbox (default: any that is free)'))
    .action(serve(async () => (await import('./commands/sandbox.ts')).sandbox));
}

function serveCommand(program: Command, serve: Serve): void {
  program
    .command('serve')
    .description('keep everything in step until it is stopped, and show the screens in a browser')
    .addOption(portOption(`port of the screens (default: ${SERVE_PORT}, or any that is free; 0: any)`))
    .action(serve(async () => (await import('./commands/serve.ts')).serve));
}

function setUpCommands(program: Command, run: Run): void {
  program
    .command('enrol')
    .description('connect this device to the booking system')
    .requiredOption('--url <url>', 'address of the booking API', nonEmpty)
    .option('--code <code>', 'enrolment code from dispatch', nonEmpty)
    .addOption(new Option('--token-stdin', 'read a token from standard input instead').conflicts('code'))
    .action(run(async () => (await import('./commands/enrol.ts')).enrol));

  const connect = program.command('connect').description('connect a calendar account');
  const signIn = (provider: string, name: string): Command =>
    connect
      .command(provider)
      .description(`sign in to ${name}`)
      .option('--read-only', 'ask for reading only: such an account can import, not export')
      .option('--no-browser', 'print the sign-in address instead of opening a browser');
  const oauth = () => import('./commands/connect-oauth.ts');
  signIn('google', 'Google').action(run(async () => (await oauth()).connectGoogle));
  signIn('microsoft', 'Microsoft 365 or Outlook').action(run(async () => (await oauth()).connectMicrosoft));
  connect
    .command('ics')
    .description('subscribe to a published calendar (iCal, ICS): its busy times can be imported')
    .requiredOption('--url <url>', 'its address: https, webcal, file, or http of this computer', nonEmpty)
    .option('--name <name>', 'what to call it (default: what it calls itself)', nonEmpty)
    .option('--time-zone <zone>', 'zone of times that name none, such as Europe/London (default: its own)')
    .option('--allow-plain-http', 'agree to http, which anybody on the way can read and change')
    .option('--allow-private-network', 'agree to an address in your own network')
    .action(run(async () => (await import('./commands/connect-ics.ts')).connectIcs));

  connect
    .command('caldav')
    .description('connect calendars at iCloud, Fastmail, Nextcloud or another CalDAV server')
    .requiredOption('--url <url>', 'address of the server, e.g. https://caldav.icloud.com', nonEmpty)
    .requiredOption('--username <name>', 'user name there', nonEmpty)
    .addOption(new Option('--password-stdin', 'read the password from standard input').makeOptionMandatory())
    .action(run(async () => (await import('./commands/connect-caldav.ts')).connectCaldav));

  const accounts = program
    .command('accounts')
    .description('list the connected accounts')
    .action(run(async () => (await import('./commands/accounts.ts')).listAccounts));
  accounts
    .command('remove')
    .description('disconnect an account')
    .addArgument(idArgument('account'))
    .option('--delete-events', 'also remove what was created for it, in the calendar and the booking system')
    .action(run(async () => (await import('./commands/accounts.ts')).removeAccount));

  program
    .command('calendars')
    .description('list the calendars of an account')
    .requiredOption('--account <id>', 'the account', nonEmpty)
    .action(run(async () => (await import('./commands/calendars.ts')).listCalendars));
}

function mappingCommands(program: Command, run: Run): void {
  const mappings = program
    .command('mappings')
    .description('list which calendars are kept in step, and how')
    .action(run(async () => (await import('./commands/mappings.ts')).listMappings));

  const add = mappings
    .command('add')
    .description('keep a calendar in step')
    .requiredOption('--account <id>', 'the account', nonEmpty)
    .requiredOption('--calendar <id>', 'one of its calendars, as “calendars” lists them', nonEmpty)
    .addOption(directionOption().makeOptionMandatory());
  mappingOptions(add).action(run(async () => (await import('./commands/mappings.ts')).addMapping));

  const update = mappings
    .command('update')
    .description('change how a calendar is kept in step')
    .addArgument(idArgument('mapping'))
    .addOption(directionOption());
  mappingOptions(update).action(run(async () => (await import('./commands/mappings.ts')).updateMapping));

  mappings
    .command('remove')
    .description('stop keeping a calendar in step')
    .addArgument(idArgument('mapping'))
    .option('--delete-events', 'also remove what was created for it, in the calendar and the booking system')
    .action(run(async () => (await import('./commands/mappings.ts')).removeMapping));
  mappings
    .command('resync')
    .description('forget what is known of a calendar and adopt afresh what is there')
    .addArgument(idArgument('mapping'))
    .action(run(async () => (await import('./commands/mappings.ts')).resyncMapping));
}

const directionOption = (): Option =>
  new Option(
    '--direction <direction>',
    'import: busy times to the booking system; export: bookings to the calendar; two-way: both',
  ).choices(Direction.options);

function mappingOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--visibility <level>',
        'what the booking system may see of personal events (new mappings: busy-only)',
      ).choices(Visibility.options),
    )
    .option('--technician <id>', 'whose bookings and busy times (new mappings: who is enrolled)', nonEmpty)
    .option('--project <id>', 'only the bookings of this project; "" for all')
    .addOption(
      new Option(
        '--on-delete <policy>',
        'when you delete an exported event: put it back, leave it away, or ask (new mappings: restore)',
      ).choices(OnDelete.options),
    )
    .option('--past-days <n>', 'days back that are kept in step (new mappings: 30)', wholeNumber(0, MAX_DAYS))
    .option(
      '--future-days <n>',
      'days ahead that are kept in step (new mappings: 180)',
      wholeNumber(1, MAX_DAYS),
    )
    .option(
      '--skip <kinds>',
      'personal events to leave out: all-day,tentative,private; "" for none',
      skipKinds,
    )
    .option(
      '--skip-title <pattern>',
      'leave out personal events whose title matches this regular expression; "" for none',
      titlePattern,
    )
    .addOption(new Option('--enable', 'switch the mapping on').conflicts('disable'))
    .option('--disable', 'switch the mapping off');
}

function syncCommands(program: Command, run: Run): void {
  program
    .command('sync')
    .description('sync once, now')
    .option('--account <id>', 'only this account', nonEmpty)
    .option('--mapping <id>', 'only the calendar of this mapping', nonEmpty)
    .option('--dry-run', 'show what would be done, and write nothing')
    .option('--full', 'list both sides afresh instead of asking what changed')
    .action(run(async () => (await import('./commands/sync.ts')).sync));
  program
    .command('status')
    .description('how things stand')
    .action(run(async () => (await import('./commands/status.ts')).showStatus));

  const conflicts = program
    .command('conflicts')
    .description('list what was changed on both sides and waits for a decision')
    .action(run(async () => (await import('./commands/conflicts.ts')).listConflicts));
  conflicts
    .command('resolve')
    .description('decide a conflict')
    .addArgument(idArgument('conflict'))
    .addOption(
      new Option('--keep <side>', 'whose version to keep')
        .choices(['booking', 'calendar'])
        .makeOptionMandatory(),
    )
    .action(run(async () => (await import('./commands/conflicts.ts')).resolveConflict));

  const holds = program
    .command('holds')
    .description('list deletions that were held because they are unusually many')
    .action(run(async () => (await import('./commands/holds.ts')).listHolds));
  holds
    .command('release')
    .description('let held deletions go ahead')
    .addArgument(idArgument('hold'))
    .action(run(async () => (await import('./commands/holds.ts')).releaseHold));
  holds
    .command('discard')
    .description('keep what held deletions would remove')
    .addArgument(idArgument('hold'))
    .action(run(async () => (await import('./commands/holds.ts')).discardHold));
}

function recordCommands(program: Command, run: Run): void {
  program
    .command('logs')
    .description('what the sync did, newest first, 100 entries a page')
    .addOption(new Option('--status <status>', 'only entries of this status').choices(LOG_STATUSES))
    .addOption(new Option('--provider <name>', 'only entries of this provider').choices(ProviderName.options))
    .option('--from <time>', 'entries at or after this date or time', momentFrom)
    .option('--to <time>', 'entries before this time, or up to the end of this date', momentTo)
    .option('--search <text>', 'part of the id of a technician, project, booking or event, or of the message')
    .option('--page <number>', 'which page (default: 1)', wholeNumber(1, MAX_PAGE))
    .action(run(async () => (await import('./commands/logs.ts')).showLogs));
  program
    .command('explain')
    .description('why an event or a booking is, or is not, where you look for it')
    .addArgument(idArgument('event or booking'))
    .action(run(async () => (await import('./commands/explain.ts')).explain));
}

function keepingCommands(program: Command, run: Run): void {
  program
    .command('doctor')
    .description('check everything that a sync needs, and say what to do about what is wrong')
    .action(run(async () => (await import('./commands/doctor.ts')).doctor));
  program
    .command('repair')
    .description(
      'show what calendars and records disagree about although no change was told of; with --yes, put it right',
    )
    .option('--yes', 'put right what would be shown')
    .addOption(new Option('--release', 'also remove what is held because it is unusually many'))
    .action(run(async () => (await import('./commands/repair.ts')).repair));
  program
    .command('diagnostics')
    .description(
      'write a file for support: what was checked and done here, without anything secret or personal',
    )
    .addArgument(new Argument('<file>', 'the file to write, a ZIP archive').argParser(nonEmpty))
    .option('--show', 'print what the file would hold, and write nothing')
    .action(run(async () => (await import('./commands/diagnostics.ts')).diagnostics));
  program
    .command('backup')
    .description('write everything but sign-ins to a file')
    .addArgument(fileArgument())
    .action(run(async () => (await import('./commands/backup.ts')).backup));
  program
    .command('restore')
    .description('read a backup; what is there now is kept as a backup itself')
    .addArgument(fileArgument())
    .action(run(async () => (await import('./commands/backup.ts')).restore));
  program
    .command('reset')
    .description('forget everything, after a backup; calendars and bookings are left as they are')
    .option('--keep-accounts', 'keep the enrolment and the accounts')
    .action(run(async () => (await import('./commands/backup.ts')).reset));
}

const idArgument = (what: string): Argument => new Argument('<id>', `id of the ${what}`).argParser(nonEmpty);

const fileArgument = (): Argument => new Argument('<file>', 'path of the backup').argParser(nonEmpty);
