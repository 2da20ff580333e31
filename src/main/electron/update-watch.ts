import type { UpdateState } from '../../shared/domain/update.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import { afterUpdateEvent, type UpdateEvent } from '../../shared/updates.ts';
import type { Clock, Log } from '../ports.ts';
import type { Updates } from '../rpc/desktop-handlers.ts';

/** What is used of electron-updater's `AppUpdater` (https://www.electron.build/electron-updater.class.appupdater). */
export interface AutoUpdater {
  on(event: 'checking-for-update', listener: () => void): unknown;
  on(event: 'update-available', listener: (info: { readonly version: string }) => void): unknown;
  on(event: 'update-not-available', listener: () => void): unknown;
  on(event: 'download-progress', listener: (progress: { readonly percent: number }) => void): unknown;
  on(event: 'update-downloaded', listener: (info: { readonly version: string }) => void): unknown;
  on(event: 'error', listener: (error: Error & { readonly code?: string }) => void): unknown;
  checkForUpdates(): Promise<unknown>;
}

/** Follows the updater, looks for new versions every six hours, and never installs one by itself. */
export class UpdateWatch implements Updates {
  readonly #updater: AutoUpdater;
  readonly #clock: Clock;
  readonly #install: () => void;
  readonly #listeners = new Set<() => void>();
  readonly #stopped = new AbortController();
  #state: UpdateState = { kind: 'not-checked' };

  /** @param install ends the program into the installer */
  constructor(updater: AutoUpdater, { clock, log }: { clock: Clock; log: Log }, install: () => void) {
    this.#updater = updater;
    this.#clock = clock;
    this.#install = install;
    updater.on('checking-for-update', () => this.#note({ kind: 'checking' }));
    updater.on('update-available', ({ version }) => this.#note({ kind: 'found', version }));
    updater.on('update-not-available', () => this.#note({ kind: 'none' }));
    updater.on('download-progress', ({ percent }) => this.#note({ kind: 'progress', percent }));
    updater.on('update-downloaded', ({ version }) => this.#note({ kind: 'downloaded', version }));
    updater.on('error', (error) => {
      log('warn', 'update', 'Looking for an update failed', { error: error.message });
      this.#note({ kind: 'failed', code: error.code ?? null });
    });
  }

  state(): UpdateState {
    return this.#state;
  }

  async check(): Promise<void> {
    // What went wrong is told by the event.
    await this.#updater.checkForUpdates().catch(() => undefined);
  }

  install(): void {
    if (this.#state.kind !== 'ready') {
      throw new AppError('PRECONDITION_FAILED', 'No update waits to be installed. Look for one first.');
    }
    this.#install();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks at once, and from then on by itself. */
  start(): void {
    void this.#lookOn(this.#stopped.signal);
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #lookOn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.check();
      await this.#clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  #note(event: UpdateEvent): void {
    const next = afterUpdateEvent(this.#state, event, this.#clock.now().toISOString());
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

const LOOK_EVERY_MS = 6 * 60 * 60 * 1_000;
