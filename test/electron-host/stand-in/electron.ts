/** The module `electron` as far as this program uses it. What it does not use is missing, and so fails. */
import { app, powerMonitor } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import {
  dialog,
  Menu,
  Notification,
  nativeImage,
  nativeTheme,
  net,
  screen,
  shell,
  Tray,
} from './desktop-parts.ts';
import { ipcMain } from './ipc-main.ts';
import { protocol, session } from './session.ts';

const electron = {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  net,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
};
export default electron;
export {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeImage,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
};
