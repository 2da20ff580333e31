import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dialog } from 'electron';
import { strToU8, zipSync } from 'fflate';
import type { RpcClient } from '../../shared/rpc/client.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import { englishDesktop } from '../../shared/text/english-desktop.ts';

/** Asks where, and writes what support needs, without secrets and without what is personal. */
export async function saveDiagnostics(client: RpcClient): Promise<void> {
  const { canceled, filePath } = await dialog.showSaveDialog({
    defaultPath: 'calendar-sync-diagnostics.zip',
    filters: [{ name: englishDesktop.window.diagnosticsFilter, extensions: ['zip'] }],
  });
  if (canceled || !filePath) return;
  const { electron = '', chrome = '', node } = process.versions;
  const { items } = await client.call('diagnostics.collect', {
    machine: { electron, chrome, node, architecture: process.arch },
  });
  writeWhole(filePath, zipSync(Object.fromEntries(items.map(({ name, text }) => [name, strToU8(text)]))));
}

/** What stood there stays whole until the new file is. */
function writeWhole(file: string, bytes: Uint8Array): void {
  const partial = `${file}.partial`;
  try {
    writeFileSync(partial, bytes, { mode: 0o600 });
    renameSync(partial, file);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw new AppError('PERMISSION_DENIED', `${file} could not be written. Choose another place for it.`, {
      cause,
    });
  }
}
