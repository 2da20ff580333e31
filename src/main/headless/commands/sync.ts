import type { Account } from '../../../shared/domain/account.ts';
import type { SyncResult } from '../../../shared/domain/sync-result.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { EXIT, syncExitCode } from '../exit-code.ts';
import { ExitError } from '../failure.ts';
import { type Client, withClient } from '../open-client.ts';
import { given } from '../options.ts';
import { progressText } from '../progress-text.ts';
import { untilStopped } from '../stop-signal.ts';
import { syncText } from '../sync-text.ts';
import { withProgress } from '../terminal.ts';

export interface SyncCommandOptions {
  readonly account?: string;
  readonly mapping?: string;
  readonly dryRun?: boolean;
  readonly full?: boolean;
}

/** One run now. Asked to stop, it finishes the write in progress; the rest is done by the next run. */
export async function sync(context: CommandContext, options: SyncCommandOptions): Promise<Outcome> {
  const { result, accounts } = await withClient(context, (client) =>
    withProgress(context.terminal, 'Syncing…', async () => ({
      result: await runOnce(client, context, options),
      accounts: (await client.call('accounts.list', {})).items,
    })),
  );
  return syncOutcome(result, accounts);
}

async function runOnce(
  client: Client,
  { terminal }: CommandContext,
  { account, mapping, dryRun = false, full }: SyncCommandOptions,
): Promise<SyncResult> {
  client.on('snapshot', ({ progress, accounts }) => {
    if (progress !== null) terminal.progress(progressText(progress, accounts));
  });
  const scope = given({ accountId: account, mappingId: mapping, full });
  try {
    return await untilStopped((signal) => {
      signal.addEventListener('abort', () => void client.call('sync.cancel', {}).catch(() => undefined));
      return client.call(dryRun ? 'sync.preview' : 'sync.now', scope);
    });
  } catch (error) {
    const isNotReady = error instanceof AppError && error.detail === 'not-ready';
    throw isNotReady ? new ExitError(EXIT.notReady, error) : error;
  }
}

function syncOutcome(result: SyncResult, accounts: readonly Account[]): Outcome {
  return {
    document: result,
    text: (screen) => syncText(screen, result, accounts),
    exitCode: syncExitCode(result),
  };
}
