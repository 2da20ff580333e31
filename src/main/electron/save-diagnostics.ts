import { dialog } from 'electron';
import type { RpcClient } from '../../shared/rpc/client.ts';
import { englishDesktop } from '../../shared/text/english-desktop.ts';
import { writeDiagnostics } from '../diagnostics/diagnostics-file.ts';

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
  writeDiagnostics(filePath, items);
}
