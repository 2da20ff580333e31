import { contextBridge, ipcRenderer } from 'electron';
import { CHANNELS } from './channels.ts';

/** Everything that the page is given of the desktop (`security.md` 7); the program checks what comes through. */
contextBridge.exposeInMainWorld('calendarSync', {
  // As text, so that the program can measure a message before it takes it apart.
  request: (message: unknown): Promise<unknown> =>
    ipcRenderer.invoke(CHANNELS.request, JSON.stringify(message)),
  subscribe(listener: (message: unknown) => void): () => void {
    const onMessage = (_event: unknown, message: unknown): void => listener(message);
    ipcRenderer.on(CHANNELS.message, onMessage);
    return () => {
      ipcRenderer.off(CHANNELS.message, onMessage);
    };
  },
});
