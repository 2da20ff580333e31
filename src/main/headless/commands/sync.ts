import type { Account } from '../../../shared/domain/account.ts';
import type { SyncProgress } from '../../../shared/domain/sync-progress.ts';
import type { SyncResult } from '../../../shared/domain/sync-result.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { App } from '../../app-contract.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { EXIT, syncExitCode } from '../exit-code.ts';
import { ExitError } from '../failure.ts';
import { withApp } from '../open-app.ts';
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
  const { result, accounts } = await withApp(context, (app) =>
    withProgress(context.terminal, 'Syncing…', async () => ({
      result: await runOnce(app, context, options),
      accounts: app.accounts(),
    })),
  );
  return syncOutcome(result, accounts);
}

async function runOnce(
  app: App,
  { terminal }: CommandContext,
  { account, mapping, dryRun, full }: SyncCommandOptions,
): Promise<SyncResult> {
  try {
    const known = app.accounts();
    const onProgress = (progress: SyncProgress): void => terminal.progress(progressText(progress, known));
    return await untilStopped((signal) =>
      app.sync({ ...given({ accountId: account, mappingId: mapping, dryRun, full }), signal, onProgress }),
    );
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
