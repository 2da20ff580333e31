/**
 * Loaded into Electron before the program, by `-r`: keeps tray, menu, notifications and dialogs as data, and does what a
 * test asks for, with the same orders as the stand-in. Never run so far (see `driver.ts`).
 */
const { basename, dirname, join } = require('node:path');
const {
  app,
  BrowserWindow,
  dialog,
  nativeImage,
  net,
  Notification,
  powerMonitor,
  session,
  shell,
  Tray,
} = require('electron');

/** @typedef {import('../driver.ts').Act} Act */
/** @typedef {import('../stand-in/orders.ts').Sight} Sight */
/** @typedef {import('../stand-in/orders.ts').SightOfMenu} SightOfMenu */

// So that the program finds its arguments where it would without this file.
if (process.argv[1] === '-r') process.argv.splice(1, 2);
// As it is installed, in which it differs: no developer tools, and it starts at login.
Object.defineProperty(app, 'isPackaged', { value: true });

const world = {
  online: true,
  icon: '',
  tooltip: '',
  /** @type {Electron.Menu | null} */ menu: null,
  hasTray: false,
  /** @type {{ title: string, body: string, open: boolean }[]} */ notifications: [],
  /** @type {Electron.Notification | null} */ lastNotification: null,
  /** @type {string[]} */ opened: [],
  /** @type {string[]} */ shown: [],
  /** @type {{ kind: string, options: unknown }[]} */ dialogs: [],
  /** @type {unknown[]} */ answers: [],
  /** @type {string[]} */ blocked: [],
  /** @type {string[]} */ reached: [],
  /** @type {string[]} */ faults: [],
  /** What the program set on the session of its window. @type {Record<string, Function>} */ handlers: {},
};

const createFromPath = nativeImage.createFromPath;
Object.assign(nativeImage, {
  createFromPath(/** @type {string} */ file) {
    // An image does not know its file; the program makes one whenever the tray changes.
    if (basename(dirname(file)) === 'tray') world.icon = basename(file, '.png').replace(/Template$/, '');
    return createFromPath(file);
  },
});
const { setToolTip, setContextMenu, destroy } = Tray.prototype;
Object.assign(Tray.prototype, {
  /** @this {Electron.Tray} */
  setToolTip(/** @type {string} */ text) {
    Object.assign(world, { hasTray: true, tooltip: text });
    setToolTip.call(this, text);
  },
  /** @this {Electron.Tray} */
  setContextMenu(/** @type {Electron.Menu | null} */ menu) {
    world.menu = menu;
    setContextMenu.call(this, menu);
  },
  /** @this {Electron.Tray} */
  destroy() {
    world.hasTray = false;
    destroy.call(this);
  },
});

/** @type {WeakMap<object, { title: string, body: string, open: boolean }>} */
const notes = new WeakMap();
Notification.isSupported = () => true;
Object.assign(Notification.prototype, {
  /** @this {Electron.Notification} */
  show() {
    const note = { title: this.title, body: this.body, open: true };
    notes.set(this, note);
    world.notifications.push(note);
    world.lastNotification = this;
  },
  /** @this {Electron.Notification} */
  close() {
    const note = notes.get(this);
    if (note !== undefined) note.open = false;
  },
});

/** @type {(kind: string, options: unknown, cancelled: unknown) => Promise<unknown>} */
async function ask(kind, options, cancelled) {
  world.dialogs.push({ kind, options });
  return world.answers.shift() ?? cancelled;
}
Object.assign(dialog, {
  showSaveDialog: (/** @type {unknown} */ options) => ask('save', options, { canceled: true, filePath: '' }),
  showOpenDialog: (/** @type {unknown} */ options) => ask('open', options, { canceled: true, filePaths: [] }),
  showMessageBox: (/** @type {unknown} */ options) => ask('message', options, { response: 1 }),
  showErrorBox(/** @type {string} */ title, /** @type {string} */ content) {
    world.dialogs.push({ kind: 'error', options: { title, content } });
    process.stderr.write(`${title}\n${content}\n`);
  },
});
Object.assign(shell, {
  openExternal: async (/** @type {string} */ url) => void world.opened.push(url),
  async openPath(/** @type {string} */ path) {
    world.shown.push(path);
    return '';
  },
});
const isOnline = net.isOnline;
Object.assign(net, { isOnline: () => world.online && isOnline() });

app.on('session-created', (created) => {
  created.registerPreloadScript({ type: 'frame', filePath: join(__dirname, 'invoke.cjs') });
  /** Notes what the program sets, and sets it. @type {(target: any, name: string) => void} */
  const note = (target, name) => {
    const original = target[name].bind(target);
    target[name] = (/** @type {any[]} */ ...args) => {
      world.handlers[name] = args.at(-1);
      return original(...args);
    };
  };
  for (const name of [
    'setPermissionRequestHandler',
    'setPermissionCheckHandler',
    'setDevicePermissionHandler',
  ]) {
    note(created, name);
  }
  note(created.protocol, 'handle');
});
app.on('web-contents-created', (_event, contents) => {
  contents.session.webRequest.onCompleted(({ url }) => {
    if (/^https?:/.test(url)) world.reached.push(url);
  });
  contents.on('console-message', ({ level, message }) => {
    if (level === 'error' || message.includes('Content Security Policy')) world.faults.push(message);
  });
  contents.on('will-navigate', (event) => {
    // Once the program's own listener has decided.
    setImmediate(() => {
      if (event.defaultPrevented) world.blocked.push(`navigation ${event.url}`);
    });
  });
  const setWindowOpenHandler = contents.setWindowOpenHandler.bind(contents);
  contents.setWindowOpenHandler = (handler) =>
    setWindowOpenHandler((details) => {
      const answer = handler(details);
      if (answer.action === 'deny') world.blocked.push(`window ${details.url}`);
      else world.reached.push(details.url);
      return answer;
    });
});

/** @type {(items: readonly Electron.MenuItem[]) => readonly SightOfMenu[]} */
const menuOf = (items) =>
  items
    .filter(({ type }) => type !== 'separator')
    .map(({ id, label, enabled, submenu }) => ({
      id: id ?? null,
      label,
      enabled,
      items: menuOf(submenu?.items ?? []),
    }));

/** @returns {Sight} */
function look() {
  const [window] = BrowserWindow.getAllWindows();
  const { icon, tooltip, menu, hasTray, faults, notifications, opened, shown, dialogs, blocked, reached } =
    world;
  return {
    window: window === undefined ? null : sightOf(window, faults),
    tray: hasTray ? { icon, tooltip, menu: menuOf(menu?.items ?? []) } : null,
    ...{ notifications, opened, shown, dialogs, blocked, reached },
  };
}

/** @type {(window: Electron.BrowserWindow, faults: readonly string[]) => NonNullable<Sight['window']>} */
function sightOf(window, faults) {
  const contents =
    /** @type {Electron.WebContents & { getLastWebPreferences(): Record<string, unknown> | null }} */ (
      window.webContents
    );
  const preferences = Object.entries(contents.getLastWebPreferences() ?? {});
  return {
    visible: window.isVisible(),
    url: contents.getURL(),
    faults,
    preferences: Object.fromEntries(preferences.filter(([, value]) => typeof value === 'boolean')),
  };
}

/** @type {(action: string) => void} */
function clickTray(action) {
  const item = world.menu?.getMenuItemById(action);
  if (!item) throw new Error(`The tray has no entry ${action}`);
  if (!item.enabled) throw new Error(`The entry ${action} is disabled`);
  item.click();
}

/** @type {(permission: string) => Promise<readonly boolean[]>} */
async function permits(permission) {
  const { setPermissionRequestHandler, setPermissionCheckHandler, setDevicePermissionHandler } =
    world.handlers;
  const asked = await new Promise((resolve) => {
    if (setPermissionRequestHandler === undefined) resolve(true);
    else setPermissionRequestHandler(null, permission, resolve);
  });
  return [
    asked,
    setPermissionCheckHandler?.(null, permission) ?? true,
    setDevicePermissionHandler?.({}) ?? true,
  ];
}

/** Asks the program's own handler. @type {(url: string) => Promise<unknown>} */
async function request(url) {
  const { handle } = world.handlers;
  if (handle === undefined || !url.startsWith('calendar-sync:')) return null;
  /** @type {Response} */
  const response = await handle(new Request(url));
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    bytes: (await response.arrayBuffer()).byteLength,
  };
}

/** @type {(online: boolean) => void} */
function setOnline(online) {
  world.online = online;
  if (online) session.defaultSession.disableNetworkEmulation();
  else session.defaultSession.enableNetworkEmulation({ offline: true });
}

/** @type {(act: Act) => Promise<unknown>} */
async function obeyTest(act) {
  switch (act.kind) {
    case 'look':
      return look();
    case 'tray':
      return clickTray(act.action);
    case 'close-window':
      return BrowserWindow.getAllWindows()[0]?.close();
    case 'power':
      return powerMonitor.emit(act.event);
    case 'network':
      return setOnline(act.online);
    case 'click-notification':
      return world.lastNotification?.emit('click');
    case 'answer':
      return world.answers.push(act.answer);
    case 'permits':
      return permits(act.permission);
    case 'request':
      return request(act.url);
    default:
      // Not before this has been answered.
      setTimeout(() => app.quit());
      return undefined;
  }
}

Object.assign(globalThis, { obeyTest });
