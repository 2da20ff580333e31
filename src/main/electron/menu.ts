import { Menu } from 'electron';

/** macOS copies and pastes by its menu; elsewhere the window needs none. */
export function setApplicationMenu(platform: NodeJS.Platform = process.platform): void {
  Menu.setApplicationMenu(
    platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  );
}
