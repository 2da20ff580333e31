import type { Handlers } from '../../../shared/rpc/dispatcher.ts';
import type { ServerMessage } from '../../../shared/rpc/message.ts';
import type { App, AppPorts } from '../../app-contract.ts';
import type { OpenUrl } from '../../ports.ts';
import { createProgram, type Program, type ProgramOptions, type Served } from '../../rpc/program.ts';

/** What surrounds the app while it is served. */
export interface ServedProgramOptions {
  readonly ports: AppPorts;
  /** Called with each app, before it starts. */
  readonly onApp: (app: App) => void;
  readonly link: () => string;
  readonly host: ProgramOptions['host'];
  readonly served: () => Served;
  readonly sample: {
    /** Answers with an address that opens the sample's screens, once. */
    open(isEnrolled: boolean): Promise<string>;
    close(): Promise<void>;
  };
  readonly openUrl: OpenUrl;
  readonly desktop: ProgramOptions['desktop'];
}

type Restore = Handlers['data.restore'];

/** The program that is served: the same to its clients while a backup is put in place of its database. */
export class ServedProgram implements Program {
  readonly #options: ServedProgramOptions;
  readonly #listeners = new Set<(message: ServerMessage) => void>();
  readonly #underWay = new Set<Promise<unknown>>();
  #current: { readonly app: App; readonly program: Program };
  /** Settled while there is an app to ask. */
  #ready: Promise<void> = Promise.resolve();

  private constructor(options: ServedProgramOptions, app: App) {
    this.#options = options;
    this.#current = this.#begin(app);
  }

  /**
   * Makes this process the owner of the data directory.
   * @throws AppError CONFLICT, detail `locked`
   */
  static async open(options: ServedProgramOptions): Promise<ServedProgram> {
    const { openApp } = await import('../../app.ts');
    return new ServedProgram(options, await openApp(options.ports));
  }

  get app(): App {
    return this.#current.app;
  }

  async dispatch(message: unknown): Promise<ServerMessage> {
    await this.#ready;
    const answer = this.#current.program.dispatch(message);
    this.#underWay.add(answer);
    void answer.finally(() => this.#underWay.delete(answer));
    return answer;
  }

  subscribe(listener: (message: ServerMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(): ReturnType<Program['snapshot']> {
    return this.#current.program.snapshot();
  }

  /** Finishes the write in progress, answers whoever waits, and gives the data directory up. */
  async stop(): Promise<void> {
    await this.#ready.catch(() => undefined);
    const { app, program } = this.#current;
    await app.agent.stop();
    program.close();
    await Promise.allSettled(this.#underWay);
    app.close();
  }

  close(): void {
    this.#current.program.close();
  }

  #begin(app: App): { readonly app: App; readonly program: Program } {
    const { ports, link, onApp, host, openUrl, served, sample, desktop } = this.#options;
    const program = createProgram({
      app,
      ports,
      host,
      openUrl,
      served,
      desktop,
      handlers: {
        'data.restore': (input) => this.#restore(input),
        'screens.link': () => ({ url: link() }),
        'sample.open': async () => ({ url: await sample.open(app.status().enrolled) }),
        'sample.close': async () => {
          await sample.close();
          return {};
        },
      },
    });
    program.subscribe((message) => {
      for (const listener of this.#listeners) listener(message);
    });
    onApp(app);
    return { app, program };
  }

  async #restore({ file }: Parameters<Restore>[0]): Promise<Awaited<ReturnType<Restore>>> {
    const { ports } = this.#options;
    const { openApp, restoreDatabase } = await import('../../app.ts');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined);
    this.#ready = promise;
    try {
      const { app, program } = this.#current;
      await app.agent.stop();
      program.close();
      app.close();
      try {
        return await restoreDatabase(ports, file);
      } finally {
        this.#current = this.#begin(await openApp(ports));
        await this.#current.app.agent.start();
        resolve();
      }
    } catch (error) {
      reject(error);
      throw error;
    }
  }
}
