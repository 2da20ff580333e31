import { toAppError } from '../../shared/rpc/errors.ts';
import type { AccountContext, RunContext } from './context.ts';
import { executeBlocks } from './execute-blocks.ts';
import { planImports } from './plan-imports.ts';

/** A busy block that changes hands takes two passes; more than this is a loop, and the next run's business. */
const MAX_PASSES = 5;

/**
 * Looks once more at meetings that are in the calendars of several accounts: while the one was at work on its copy, the
 * other had to leave it alone.
 * @param accounts those that went through without an error
 */
export async function settleCopies(run: RunContext, accounts: readonly AccountContext[]): Promise<void> {
  if (accounts.length < 2) return;
  for (let pass = 0; pass < MAX_PASSES && !run.signal.aborted; pass += 1) {
    let done = 0;
    for (const account of accounts) done += await settleAccount(run, account);
    if (done === 0) return;
  }
}

async function settleAccount(run: RunContext, account: AccountContext): Promise<number> {
  if (account.error !== null) return 0;
  try {
    for (const context of account.mappings) planImports(run, context);
    return await executeBlocks(run, account);
  } catch (thrown) {
    account.error ??= toAppError(thrown);
    return 0;
  }
}
