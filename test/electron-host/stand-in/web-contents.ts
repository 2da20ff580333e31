import { EventEmitter } from 'node:events';
import type { Page } from 'playwright';
import { openPage, toChromium, toElectron } from './page.ts';
import type { Session } from './session.ts';
import { cloned, world } from './world.ts';

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' };

let nextId = 1;

/** The page of a window. */
export class WebContents extends EventEmitter {
  readonly id = nextId++;
  readonly session: Session;
  /** What went wrong in the page, refusals of its policy included. */
  readonly faults: string[] = [];
  readonly page: Promise<Page>;
  #destroyed = false;
  #loading = '';
  #open: OpenHandler = () => ({ action: 'allow' });
  /** Messages arrive in the order in which they were sent. */
  #sent: Promise<unknown> = Promise.resolve();

  constructor(session: Session, preload: string) {
    super();
    this.session = session;
    this.page = openPage(this, session, preload);
    this.page.catch((error) => {
      throw error;
    });
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#open = handler;
  }

  send(channel: string, ...args: unknown[]): void {
    const copy = cloned(args);
    this.#sent = Promise.all([this.page, this.#sent]).then(([page]) =>
      page
        .evaluate(
          ([name, given]) => {
            const { electronDeliver } = window as unknown as {
              electronDeliver?(channel: string, args: unknown[]): void;
            };
            electronDeliver?.(name, given);
          },
          [channel, copy] as const,
        )
        // Electron drops what is sent to a page that goes away.
        .catch(() => undefined),
    );
  }

  async loadURL(url: string): Promise<void> {
    const [scheme = ''] = url.split(':');
    if (!world.schemes.has(scheme)) throw new Error(`ERR_UNKNOWN_URL_SCHEME (-302) loading '${url}'`);
    this.#loading = url.replace(/#.*/s, '');
    const page = await this.page;
    await page.goto(toChromium(url), { waitUntil: 'load' });
  }

  /** Whether the page wants to go somewhere by itself and somebody minds. */
  isLeaving(url: string): boolean {
    if (url === this.#loading) return false;
    let prevented = false;
    this.emit('will-navigate', {
      url,
      preventDefault: () => {
        prevented = true;
      },
    });
    return prevented;
  }

  /** The page wants another window. */
  wantsWindow(url: string): void {
    if (this.#open({ url }).action === 'allow') world.reached.push(url);
  }

  async url(): Promise<string> {
    return toElectron((await this.page).url());
  }

  destroy(): void {
    this.#destroyed = true;
    void this.page.then((page) => page.context().close()).catch(() => undefined);
  }
}
