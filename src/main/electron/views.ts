import { app, dialog, shell } from 'electron';
import { assertNever } from '../../shared/assert-never.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import type { Snapshot } from '../../shared/domain/snapshot.ts';
import { type Notice, type NoticeKind, nextNotices } from '../../shared/notices.ts';
import { type PauseChoice, pauseUntil } from '../../shared/pause.ts';
import { createRpcClient, type RpcClient } from '../../shared/rpc/client.ts';
import { toAppError } from '../../shared/rpc/errors.ts';
import { MemoryTransport } from '../../shared/rpc/memory-transport.ts';
import { englishDesktop } from '../../shared/text/english-desktop.ts';
import type { Reader } from '../../shared/text/moment.ts';
import { type TrayAction, trayOf } from '../../shared/tray-menu.ts';
import type { Log } from '../ports.ts';
import type { Program } from '../rpc/program.ts';
import type { SettingsStore } from '../settings/settings.ts';
import type { Notifications } from './notifications.ts';
import { saveDiagnostics } from './save-diagnostics.ts';
import { systemLocale } from './system-locale.ts';
import { TrayIcon } from './tray.ts';
import type { MainWindow } from './window.ts';
import type { WindowMemory } from './window-memory.ts';

export interface ViewsOptions {
  readonly program: Pick<Program, 'dispatch' | 'subscribe' | 'snapshot'>;
  readonly settings: SettingsStore;
  readonly memory: WindowMemory;
  readonly notifications: Notifications;
  readonly window: MainWindow;
  readonly iconsDir: string;
  /** A file that the system shows. */
  readonly documentation: string;
  readonly log: Log;
}

/** Times in words grow old without anything happening. */
const REFRESH_MS = 60_000;

/** Tray and notifications: shows what the pure functions decide of each snapshot, and carries out what is clicked. */
export class Views {
  readonly #options: ViewsOptions;
  readonly #client: RpcClient;
  readonly #tray: TrayIcon;
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #snapshot: Snapshot;

  constructor(options: ViewsOptions) {
    this.#options = options;
    const { program } = options;
    const transport = new MemoryTransport((message) => program.dispatch(message));
    this.#client = createRpcClient(transport);
    this.#unsubscribe = program.subscribe((message) => transport.push(message));
    this.#snapshot = program.snapshot();
    this.#tray = new TrayIcon(
      { iconsDir: options.iconsDir, onAction: (action) => void this.#act(action) },
      trayOf(this.#snapshot, reader()),
    );
    this.#client.on('snapshot', (snapshot) => this.#show(snapshot));
    this.#timer = setInterval(() => this.#show(this.#snapshot), REFRESH_MS);
    this.#show(this.#snapshot);
  }

  /** Carries out the click on a notification. */
  follow({ kind, screen }: Notice): void {
    if (kind === 'update') void this.#askToUpdate();
    else this.#options.window.show(screen === 'overview' ? '/' : `/${screen}`);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#tray.destroy();
  }

  #show(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    const { settings, memory, notifications, window } = this.#options;
    const now = reader();
    this.#tray.show(trayOf(snapshot, now));
    const step = nextNotices(memory.toldNotices, snapshot, {
      reader: now,
      windowVisible: window.isVisible,
      wanted: wantedNotices(settings.values()),
      updateReady: snapshot.update?.kind === 'ready' ? snapshot.update.version : null,
    });
    for (const kind of step.withdraw) notifications.withdraw(kind);
    for (const notice of step.show) notifications.show(notice);
    memory.keep({ toldNotices: step.told });
  }

  async #act(action: TrayAction): Promise<void> {
    try {
      await this.#carryOut(action);
    } catch (thrown) {
      const { code, message } = toAppError(thrown);
      this.#options.log('info', 'desktop', `${action}: ${message}`, { code });
      this.#options.notifications.say({ title: englishDesktop.window.failed, body: message });
    }
  }

  async #carryOut(action: TrayAction): Promise<void> {
    const { window, documentation } = this.#options;
    switch (action) {
      case 'sync-now':
        await this.#client.call('sync.now', {});
        return;
      case 'pause-hour':
        return this.#pause('hour');
      case 'pause-tomorrow':
        return this.#pause('tomorrow');
      case 'pause-until-resumed':
        return this.#pause('resumed');
      case 'resume':
        await this.#client.call('sync.resume', {});
        return;
      case 'open':
        return window.show();
      case 'conflicts':
        return window.show('/conflicts');
      case 'settings':
        return window.show('/settings');
      case 'save-diagnostics':
        return saveDiagnostics(this.#client);
      case 'documentation':
        await shell.openPath(documentation);
        return;
      case 'quit':
        return app.quit();
      default:
        return assertNever(action);
    }
  }

  async #pause(choice: PauseChoice): Promise<void> {
    await this.#client.call('sync.pause', { until: pauseUntil(choice, reader()) });
  }

  async #askToUpdate(): Promise<void> {
    const { update } = this.#snapshot;
    if (update?.kind !== 'ready') return;
    const { updateQuestion, updateDetail, updateNow, updateLater } = englishDesktop.window;
    const { response } = await dialog.showMessageBox({
      message: updateQuestion(update.version),
      detail: updateDetail,
      buttons: [updateNow, updateLater],
      defaultId: 0,
      cancelId: 1,
    });
    if (response === 0) await this.#client.call('updates.install', {});
  }
}

/** Who reads: the user of this computer. */
const reader = (): Reader => ({
  locale: systemLocale(),
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  now: new Date(),
});

function wantedNotices(settings: Settings): readonly NoticeKind[] {
  const wanted: Record<NoticeKind, boolean> = {
    'needs-sign-in': settings.notifyNeedsSignIn,
    decision: settings.notifyDecisionWaiting,
    failing: settings.notifyFailing,
    damaged: settings.notifyFailing,
    discrepancies: settings.notifyDecisionWaiting,
    update: settings.notifyUpdateReady,
  };
  return (Object.keys(wanted) as NoticeKind[]).filter((kind) => wanted[kind]);
}
