import { app, BrowserWindow, nativeTheme, type Session, screen, type WebContents } from 'electron';
import { onClose } from '../../shared/window-manners.ts';
import { ORIGIN } from './channels.ts';
import type { WindowMemory } from './window-memory.ts';

export interface MainWindowOptions {
  readonly session: Session;
  readonly preload: string;
  readonly icon: string;
  readonly memory: WindowMemory;
  /** Closing hid the window for the first time. */
  readonly onFirstHidden: () => void;
}

/** So that nothing flashes before the page has painted. */
const BACKGROUND = { light: '#ffffff', dark: '#1a1b1e' };

/** The one window of the program. Made when it is first shown, and again should its page have crashed. */
export class MainWindow {
  readonly #options: MainWindowOptions;
  #window: BrowserWindow | null = null;
  #quitting = false;

  constructor(options: MainWindowOptions) {
    this.#options = options;
  }

  /** The page, while there is one. */
  get page(): WebContents | null {
    return this.#window === null || this.#window.isDestroyed() ? null : this.#window.webContents;
  }

  get isVisible(): boolean {
    return this.#window?.isVisible() === true && !this.#window.isMinimized();
  }

  /** Brings the window to the front, on a screen where one is named: `/conflicts`. */
  show(path?: string): void {
    const known = this.#window;
    const window = known ?? this.#create();
    if (known === null || path !== undefined) {
      // A page that is there only changes its hash. What becomes of a load that another one replaces is no failure.
      window.loadURL(`${ORIGIN}/index.html#${path ?? '/'}`).catch(() => undefined);
    }
    if (known === null) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** Ends the window for good: the program ends. */
  end(): void {
    this.#quitting = true;
    this.#window?.destroy();
  }

  #create(): BrowserWindow {
    const { session, preload, icon, memory } = this.#options;
    const window = new BrowserWindow({
      title: 'Calendar Sync',
      icon,
      ...visibleBounds(memory.bounds),
      minWidth: 720,
      minHeight: 520,
      show: false,
      autoHideMenuBar: true,
      backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
      webPreferences: {
        preload,
        session,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
        devTools: !app.isPackaged,
      },
    });
    this.#window = window;
    window.once('ready-to-show', () => window.show());
    window.on('close', (event) => this.#onClose(event, window));
    window.on('closed', () => {
      this.#window = null;
    });
    window.webContents.on('render-process-gone', () => {
      const wasVisible = this.isVisible;
      window.destroy();
      this.#window = null;
      if (wasVisible && !this.#quitting) this.show();
    });
    return window;
  }

  #onClose(event: { preventDefault(): void }, window: BrowserWindow): void {
    const { memory, onFirstHidden } = this.#options;
    if (!window.isMinimized()) memory.keep({ bounds: window.getNormalBounds() });
    const { hide, tell } = onClose({ quitting: this.#quitting, told: memory.toldHiding });
    if (!hide) return;
    event.preventDefault();
    window.hide();
    if (!tell) return;
    memory.keep({ toldHiding: true });
    onFirstHidden();
  }
}

type Bounds = NonNullable<WindowMemory['bounds']>;

/** Where the window was, unless that screen is gone. */
function visibleBounds(bounds: Bounds | null): Partial<Bounds> {
  const size = { width: 1180, height: 780 };
  if (bounds === null) return size;
  const { workArea } = screen.getDisplayMatching(bounds);
  const isThere =
    bounds.x < workArea.x + workArea.width &&
    bounds.x + bounds.width > workArea.x &&
    bounds.y >= workArea.y &&
    bounds.y < workArea.y + workArea.height;
  return isThere ? bounds : { width: bounds.width, height: bounds.height };
}
