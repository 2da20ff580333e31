import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { app } from './app.ts';
import { type Session, session } from './session.ts';
import { WebContents } from './web-contents.ts';
import { needsReady } from './world.ts';

interface Options {
  readonly show?: boolean;
  readonly title?: string;
  readonly icon?: string;
  readonly webPreferences: { readonly preload: string; readonly session?: Session };
}

const windows = new Set<BrowserWindow>();
export const openWindows = (): readonly BrowserWindow[] => [...windows];

/** A window of a screen that nobody sees, with a real page. */
export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents;
  readonly options: Options;
  #visible: boolean;
  #minimized = false;
  #shownOnce = false;

  static getAllWindows = openWindows;

  constructor(options: Options) {
    super();
    needsReady('BrowserWindow');
    const { preload, session: own } = options.webPreferences;
    if (options.icon !== undefined && !existsSync(options.icon)) throw new Error(`No icon ${options.icon}`);
    this.options = options;
    this.#visible = options.show !== false;
    this.webContents = new WebContents(own ?? session.defaultSession, preload);
    windows.add(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.loadURL(url);
    if (this.#shownOnce) return;
    this.#shownOnce = true;
    this.emit('ready-to-show');
  }

  show(): void {
    this.#visible = true;
    this.emit('show');
  }

  hide(): void {
    this.#visible = false;
    this.emit('hide');
  }

  focus(): void {}
  isVisible = (): boolean => this.#visible;
  isMinimized = (): boolean => this.#minimized;
  isDestroyed = (): boolean => this.webContents.isDestroyed();
  getNormalBounds = (): object => ({ x: 10, y: 20, width: 1180, height: 780 });

  minimize(): void {
    this.#minimized = true;
  }

  restore(): void {
    this.#minimized = false;
  }

  /** What the cross of the window does. @returns whether it closed */
  close(): boolean {
    let prevented = false;
    this.emit('close', {
      preventDefault: () => {
        prevented = true;
      },
    });
    if (!prevented) this.destroy();
    return !prevented;
  }

  destroy(): void {
    if (!windows.delete(this)) return;
    this.webContents.destroy();
    this.emit('closed');
    if (windows.size > 0) return;
    if (app.listenerCount('window-all-closed') === 0) app.quit();
    else app.emit('window-all-closed');
  }
}
