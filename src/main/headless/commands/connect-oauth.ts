import type { OAuthProviderName } from '../../oauth-providers.ts';
import type { OpenUrl } from '../../ports.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { openPorts } from '../open-app.ts';
import { untilStopped } from '../stop-signal.ts';
import type { Terminal } from '../terminal.ts';

export interface ConnectOptions {
  readonly readOnly?: boolean;
  /** False with `--no-browser`. */
  readonly browser: boolean;
}

const NAMES: Readonly<Record<OAuthProviderName, string>> = { google: 'Google', microsoft: 'Microsoft' };

export const connectGoogle = (context: CommandContext, options: ConnectOptions): Promise<Outcome> =>
  connect(context, 'google', options);

export const connectMicrosoft = (context: CommandContext, options: ConnectOptions): Promise<Outcome> =>
  connect(context, 'microsoft', options);

/** Signs in in the system browser, or at an address that is printed. */
async function connect(
  context: CommandContext,
  provider: OAuthProviderName,
  options: ConnectOptions,
): Promise<Outcome> {
  const { terminal } = context;
  const access = options.readOnly === true ? 'read' : 'write';
  const openUrl = options.browser ? systemBrowser(terminal, NAMES[provider]) : printedAddress(terminal);
  const ports = await openPorts(context);
  const { connectBeside } = await import('../../app.ts');
  const account = await untilStopped((signal) => connectBeside(ports, provider, { access, openUrl, signal }));
  return {
    document: account,
    text: () =>
      `Connected ${account.email}. Next: “calendar-sync calendars --account ${account.accountId}” lists its calendars.`,
  };
}

const printedAddress =
  (terminal: Terminal): OpenUrl =>
  async (url) => {
    terminal.err(`open: ${url}`);
  };

const systemBrowser =
  (terminal: Terminal, name: string): OpenUrl =>
  async (url) => {
    terminal.err(
      `Sign in to ${name} in the browser window that opens now. Waiting for at most 5 minutes; Ctrl-C cancels.`,
    );
    try {
      const { default: open } = await import('open');
      await open(url);
    } catch {
      terminal.err('The browser could not be started. Open this address in a browser on this computer:');
      terminal.err(`open: ${url}`);
    }
  };
