import { dialog } from 'electron';
import { englishDesktop } from '../../shared/text/english-desktop.ts';
import type { FilePurpose } from '../rpc/desktop-handlers.ts';

/** What the program names backups that somebody asks for; its own end in `.sqlite`. */
const FILE = 'calendar-sync.backup';
const EXTENSIONS = ['backup', 'sqlite'];

/** Asks by the system's own dialog where a backup is to go, or which one is meant. Null: nothing was chosen. */
export async function chooseFile(purpose: FilePurpose): Promise<string | null> {
  const { backupFilter, anyFilter } = englishDesktop.window;
  const backups = { name: backupFilter, extensions: EXTENSIONS };
  if (purpose === 'backup') {
    const { canceled, filePath } = await dialog.showSaveDialog({ defaultPath: FILE, filters: [backups] });
    return canceled || !filePath ? null : filePath;
  }
  const { canceled, filePaths } = await dialog.showOpenDialog({
    properties: ['openFile'],
    filters: [backups, { name: anyFilter, extensions: ['*'] }],
  });
  return canceled ? null : (filePaths[0] ?? null);
}
