import { AppError } from '../../shared/rpc/errors.ts';
import type { App, AppPorts, LookApp } from '../app-contract.ts';
import type { CommandContext } from './command.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { createPorts } from './ports.ts';

/** The ports of this process on a data directory that is ready to be used. */
export async function openPorts({ environment, dataDir }: CommandContext): Promise<AppPorts> {
  prepareDataDirectory(dataDir);
  return createPorts(environment, dataDir);
}

/**
 * Runs `work` as the owner of the data directory.
 * @throws AppError CONFLICT, detail `locked`, when another process owns it and does not let go within seconds
 */
export async function withApp<T>(context: CommandContext, work: (app: App) => T | Promise<T>): Promise<T> {
  return withOwned(await openPorts(context), work);
}

/** Runs `work` beside whoever owns the data directory, or as its owner where the database is not there yet. */
export async function withLook<T>(
  context: CommandContext,
  work: (app: LookApp) => T | Promise<T>,
): Promise<T> {
  const ports = await openPorts(context);
  const app = await openLook(ports);
  if (app === null) return withOwned(ports, work);
  try {
    return await work(app);
  } finally {
    app.close();
  }
}

async function withOwned<T>(ports: AppPorts, work: (app: App) => T | Promise<T>): Promise<T> {
  const { openApp } = await import('../app.ts');
  const app = await openApp(ports);
  try {
    return await work(app);
  } finally {
    app.close();
  }
}

async function openLook(ports: AppPorts): Promise<LookApp | null> {
  const { openLookApp } = await import('../app.ts');
  try {
    return openLookApp(ports);
  } catch (error) {
    if (error instanceof AppError && error.detail === 'needs-migration') return null;
    throw error;
  }
}
