import { join } from 'node:path';
import { app, dialog, session } from 'electron';
import { englishDesktop } from '../../shared/text/english-desktop.ts';
import { opensAtStart } from '../../shared/window-manners.ts';
import { openAgent } from '../headless/agent/open-agent.ts';
import { dataDirectory, prepareDataDirectory } from '../headless/data-directory.ts';
import { sampleOf } from '../headless/demo/open-sample.ts';
import { takeSecrets } from '../headless/environment.ts';
import { failureOf } from '../headless/failure.ts';
import { VERSION } from '../headless/version.ts';
import { chooseFile } from './choose-file.ts';
import { guardPages, guardSession } from './guard.ts';
import { serveWindow } from './ipc.ts';
import { openLink } from './links.ts';
import { setApplicationMenu } from './menu.ts';
import { Notifications } from './notifications.ts';
import { desktopPorts } from './ports.ts';
import { endBeforeQuit } from './quit.ts';
import { registerScheme, serveScreens } from './screens-protocol.ts';
import { setStartAtLogin, wasStartedAtLogin } from './start-at-login.ts';
import { systemLocale } from './system-locale.ts';
import { hasTray } from './tray-presence.ts';
import { openUpdates } from './updater.ts';
import { Views } from './views.ts';
import { MainWindow } from './window.ts';
import { WindowMemory } from './window-memory.ts';

export interface DesktopOptions {
  readonly hidden: boolean;
  readonly dataDir: string | undefined;
  /** The built screens. */
  readonly screensDir: string;
  /** The built preload. */
  readonly preload: string;
  readonly resourcesDir: string;
}

/** Chromium's own files, and what the window remembers, within the data directory. */
const WINDOW_DIR = 'calendar-sync.window';

/** Of this program alone: Chromium's default session is the one that our own requests use. */
const WINDOW_SESSION = 'screens';

/** Starts the desktop, or says in a dialog why it cannot. Must be called before Electron is ready. */
export async function startDesktop(options: DesktopOptions): Promise<void> {
  // Before anything is started from here: browsers and other openers do without.
  const environment = takeSecrets(process.env);
  try {
    const dataDir = dataDirectory(options.dataDir, environment);
    prepareDataDirectory(dataDir);
    app.setPath('userData', join(dataDir, WINDOW_DIR));
    // The one that runs already is told, and shows its window.
    if (!app.requestSingleInstanceLock()) {
      app.exit(0);
      return;
    }
    app.setAppUserModelId('com.calendar-sync.desktop');
    app.enableSandbox();
    registerScheme();
    await app.whenReady();
    await open(options, dataDir, environment);
  } catch (thrown) {
    const { message, exitCode } = failureOf(thrown);
    dialog.showErrorBox(englishDesktop.window.cannotStart, message);
    app.exit(exitCode);
  }
}

async function open(
  options: DesktopOptions,
  dataDir: string,
  environment: Readonly<NodeJS.ProcessEnv>,
): Promise<void> {
  const { ports, settings } = await desktopPorts(dataDir, environment);
  const iconsDir = join(options.resourcesDir, 'icons');
  const icon = join(iconsDir, 'icon.png');
  const memory = new WindowMemory(app.getPath('userData'));
  const updates = await openUpdates(ports, settings, (install) => {
    quitInto(() => {
      // The new version is started by this process, and needs what this one was given.
      Object.assign(process.env, environment);
      install();
    })();
  });
  const agent = await openAgent(ports, {
    port: undefined,
    screensDir: options.screensDir,
    host: { kind: 'electron', version: VERSION, locale: systemLocale() },
    openUrl: openLink,
    desktop: { chooseFile, updates },
    openSample: sampleOf({ environment, screensDir: options.screensDir }),
  });

  agent.watchProcess();
  // Electron says in a dialog what nobody caught, and goes on after a promise that nobody minded.
  process.on('unhandledRejection', (error) =>
    agent.log('error', 'crash', 'Nobody minded a failure', { error }),
  );

  const windowSession = session.fromPartition(WINDOW_SESSION);
  guardSession(windowSession);
  guardPages((url) => {
    // The one link that leads out: a sign-in that waits, which the program itself has made.
    if (agent.program.snapshot().signIns.some((signIn) => signIn.url === url)) void openLink(url);
  });
  serveScreens(windowSession, options.screensDir);
  setApplicationMenu();

  const notifications = new Notifications(icon, (notice) => views.follow(notice));
  const window = new MainWindow({
    session: windowSession,
    preload: options.preload,
    icon,
    memory,
    onFirstHidden: () => {
      const { hiddenTitle: title, hiddenBody: body } = englishDesktop.window;
      notifications.say({ title, body });
    },
  });
  const stopWindow = serveWindow({ program: agent.program, log: ports.log, page: () => window.page });
  const views = new Views({
    program: agent.program,
    settings,
    memory,
    notifications,
    window,
    iconsDir: join(iconsDir, 'tray'),
    documentation: join(app.isPackaged ? process.resourcesPath : app.getAppPath(), 'README.md'),
    log: ports.log,
  });
  setStartAtLogin(settings.values().startAtLogin);
  settings.onChange(({ values }) => setStartAtLogin(values.startAtLogin));
  app.on('second-instance', (_event, args) => {
    if (!args.includes('--hidden')) window.show();
  });
  app.on('activate', () => window.show());
  // Without a listener, Electron would end with its last window.
  app.on('window-all-closed', () => undefined);
  const quitInto = endBeforeQuit(ports, async () => {
    updates?.stop();
    window.end();
    views.close();
    stopWindow();
    await agent.stop();
  });

  const hidden = options.hidden || wasStartedAtLogin();
  const { enrolled } = agent.program.snapshot();
  if (opensAtStart({ hidden, tray: await hasTray(), enrolled })) window.show();
  await agent.start();
  updates?.start();
}
