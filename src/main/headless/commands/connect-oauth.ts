import type { ConnectedAccount } from '../../../shared/rpc/contract.ts';
import type { OAuthProviderName } from '../../accounts/oauth-providers.ts';
import type { SignInRequest } from '../../app-contract.ts';
import type { OpenUrl } from '../../ports.ts';
import { findAgent } from '../agent/find-agent.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { openPorts } from '../open-client.ts';
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
  const account = await untilStopped((signal) => signIn(context, provider, { access, openUrl, signal }));
  return {
    document: account,
    text: () =>
      `Connected ${account.email}. Next: “calendar-sync calendars --account ${account.accountId}” lists its calendars.`,
  };
}

/**
 * By the agent, or else here: without owning the data directory while the person signs in, so that other commands can
 * be used meanwhile.
 */
async function signIn(
  context: CommandContext,
  provider: OAuthProviderName,
  request: Required<SignInRequest>,
): Promise<ConnectedAccount> {
  const agent = await findAgent(context.dataDir);
  if (agent === null) {
    const ports = await openPorts(context);
    const { connectBeside } = await import('../../app.ts');
    return connectBeside(ports, provider, request);
  }
  const { client, close } = agent;
  try {
    const { id, url } = await client.call('signIn.start', { provider, access: request.access });
    request.signal.addEventListener(
      'abort',
      () => void client.call('signIn.cancel', { id }).catch(() => undefined),
    );
    await request.openUrl(url);
    const account = await client.call('signIn.ended', { id });
    await client.call('signIn.dismiss', { id });
    return account;
  } finally {
    close();
  }
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
