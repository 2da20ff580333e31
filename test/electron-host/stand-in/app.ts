import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { openWindows } from './browser-window.ts';
import { needsReady, refusesReady, world } from './world.ts';

const OWNER = 'stand-in.pid';
const SECOND = 'stand-in-second.json';

/** An event whose default somebody may prevent. */
function preventable(): { readonly event: { preventDefault(): void }; isPrevented(): boolean } {
  let prevented = false;
  return {
    event: {
      preventDefault: () => {
        prevented = true;
      },
    },
    isPrevented: () => prevented,
  };
}

class App extends EventEmitter {
  readonly isPackaged = true;
  readonly #paths = new Map([['userData', join(homedir(), '.config', 'stand-in')]]);
  readonly #ready = Promise.withResolvers<void>();

  isReady = (): boolean => world.ready;
  whenReady = (): Promise<void> => this.#ready.promise;
  getVersion = (): string => '0.0.0';
  getName = (): string => 'calendar-sync';
  getSystemLocale = (): string => 'en-GB';
  getAppPath = (): string => process.cwd();
  enableSandbox = (): void => refusesReady('app.enableSandbox()');
  setAppUserModelId = (): void => undefined;
  getLoginItemSettings = (): object => ({ wasOpenedAtLogin: false });
  setLoginItemSettings = (settings: unknown): void => {
    world.loginItem = settings;
  };

  getPath(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`Failed to get '${name}' path`);
    return path;
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }

  requestSingleInstanceLock(): boolean {
    const directory = this.getPath('userData');
    mkdirSync(directory, { recursive: true });
    const owner = join(directory, OWNER);
    if (existsSync(owner) && isAlive(Number(readFileSync(owner, 'utf8')))) {
      writeFileSync(join(directory, SECOND), JSON.stringify(process.argv));
      return false;
    }
    writeFileSync(owner, String(process.pid));
    const watcher = watch(directory, () => {
      const file = join(directory, SECOND);
      if (!existsSync(file)) return;
      let args: unknown;
      try {
        args = JSON.parse(readFileSync(file, 'utf8'));
      } catch {
        // Not yet written to its end; its next change is told as well.
        return;
      }
      rmSync(file);
      this.emit('second-instance', {}, args, process.cwd(), null);
    });
    watcher.unref();
    return true;
  }

  /** What Electron does once the main module has been read to its end. */
  becomeReady(): void {
    world.ready = true;
    this.emit('ready');
    this.#ready.resolve();
  }

  quit(): void {
    const quit = preventable();
    this.emit('before-quit', quit.event);
    if (quit.isPrevented()) return;
    for (const window of openWindows()) if (!window.close()) return;
    this.emit('will-quit', preventable().event);
    this.exit(0);
  }

  exit(code = 0): void {
    for (const window of openWindows()) window.destroy();
    this.emit('quit', {}, code);
    process.exit(code);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const app = new App();

class PowerMonitor extends EventEmitter {
  override on(event: string, listener: (...args: unknown[]) => void): this {
    needsReady('powerMonitor');
    return super.on(event, listener);
  }
}
export const powerMonitor = new PowerMonitor();
