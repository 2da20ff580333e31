/** A preload beside the program's own: lets a test send what a page that took the bridge apart would send. */
const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld(
  'electronInvoke',
  (/** @type {string} */ channel, /** @type {unknown[]} */ args) => ipcRenderer.invoke(channel, ...args),
);
