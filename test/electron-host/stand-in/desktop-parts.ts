import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { needsReady, type ShownNotification, world } from './world.ts';

export interface MenuItem {
  readonly id?: string;
  readonly type?: string;
  readonly role?: string;
  readonly label?: string;
  readonly enabled?: boolean;
  readonly click?: () => void;
  readonly submenu?: readonly MenuItem[];
}

export class Menu {
  readonly items: readonly MenuItem[];

  constructor(items: readonly MenuItem[]) {
    this.items = items;
  }

  static buildFromTemplate(template: readonly MenuItem[]): Menu {
    for (const { type, role, label } of template) {
      if (type !== 'separator' && role === undefined && !label) {
        throw new TypeError('Invalid template for MenuItem: must have either label, role or type');
      }
    }
    return new Menu(template);
  }

  static setApplicationMenu(): void {
    needsReady('Menu.setApplicationMenu');
  }
}

class NativeImage {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  isEmpty(): boolean {
    return !existsSync(this.file);
  }

  setTemplateImage(): void {}
}

export const nativeImage = { createFromPath: (file: string): NativeImage => new NativeImage(file) };

const trays = new Set<Tray>();
export const openTrays = (): readonly Tray[] => [...trays];

export class Tray extends EventEmitter {
  tooltip = '';
  icon = '';
  menu: Menu | null = null;

  constructor(image: NativeImage) {
    super();
    needsReady('Tray');
    this.setImage(image);
    trays.add(this);
  }

  setImage(image: NativeImage): void {
    // Electron shows nothing where the file is missing; a user would look for the icon in vain.
    if (image.isEmpty()) throw new Error(`Failed to load image from path '${image.file}'`);
    this.icon = basename(image.file, '.png');
  }

  setToolTip(text: string): void {
    this.tooltip = text;
  }

  setContextMenu(menu: Menu): void {
    this.menu = menu;
  }

  destroy(): void {
    trays.delete(this);
  }
}

/** The entry of a menu with this id, however deep. */
export function findItem(items: readonly MenuItem[], id: string): MenuItem | null {
  for (const item of items) {
    const found = item.id === id ? item : findItem(item.submenu ?? [], id);
    if (found !== null) return found;
  }
  return null;
}

export const notifications: Notification[] = [];

export class Notification extends EventEmitter {
  readonly #shown: ShownNotification;

  static isSupported = (): boolean => true;

  constructor({ title, body }: { readonly title: string; readonly body: string }) {
    super();
    needsReady('Notification');
    this.#shown = { title, body, open: false };
  }

  show(): void {
    this.#shown.open = true;
    world.notifications.push(this.#shown);
    notifications.push(this);
  }

  close(): void {
    this.#shown.open = false;
  }
}

/** A dialog answers what the test laid ready, or is cancelled. */
function ask(kind: string, options: unknown, cancelled: unknown): Promise<unknown> {
  world.dialogs.push({ kind, options });
  return Promise.resolve(world.answers.shift() ?? cancelled);
}

export const dialog = {
  showSaveDialog: (options: unknown) => ask('save', options, { canceled: true, filePath: '' }),
  showOpenDialog: (options: unknown) => ask('open', options, { canceled: true, filePaths: [] }),
  showMessageBox: (options: unknown) => ask('message', options, { response: 1 }),
  showErrorBox(title: string, content: string): void {
    world.dialogs.push({ kind: 'error', options: { title, content } });
    process.stderr.write(`${title}\n${content}\n`);
  },
};

export const shell = {
  async openExternal(url: string): Promise<void> {
    world.opened.push(url);
  },
  async openPath(path: string): Promise<string> {
    world.shown.push(path);
    return existsSync(path) ? '' : 'Failed to open path';
  },
};

export const net = {
  isOnline: (): boolean => world.online,
  async fetch(input: Request, init?: RequestInit): Promise<Response> {
    needsReady('net.fetch');
    if (!world.online) throw new Error('net::ERR_INTERNET_DISCONNECTED');
    const response = await fetch(input, init).catch((error: unknown) => {
      if (error instanceof DOMException) throw error;
      throw new Error('net::ERR_CONNECTION_REFUSED', { cause: error });
    });
    // https://github.com/electron/electron/issues/43715
    if (
      init?.redirect === 'manual' &&
      response.status >= 300 &&
      response.status < 400 &&
      response.status !== 304
    ) {
      throw new Error('Redirect was cancelled');
    }
    return response;
  },
};

export const screen = {
  getDisplayMatching: () => ({ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }),
};

export const nativeTheme = { shouldUseDarkColors: false };
