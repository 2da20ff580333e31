import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import { assertNever } from '../../shared/assert-never.ts';
import type { TrayAction, TrayItem, Tray as TrayView } from '../../shared/tray-menu.ts';

export interface TrayIconOptions {
  /** Folder of the icons, one for each shape. */
  readonly iconsDir: string;
  readonly onAction: (action: TrayAction) => void;
}

/** The icon beside the clock: shows what `tray-menu.ts` decided, and passes clicks on. */
export class TrayIcon {
  readonly #options: TrayIconOptions;
  readonly #tray: Tray;
  #shown: TrayView;

  constructor(options: TrayIconOptions, view: TrayView) {
    this.#options = options;
    this.#shown = view;
    this.#tray = new Tray(this.#image(view));
    // Linux may never tell of a click; everything is in the menu as well.
    this.#tray.on('click', () => {
      if (process.platform === 'win32') options.onAction('open');
    });
    this.#tray.setToolTip(view.tooltip);
    this.#tray.setContextMenu(this.#menu(view));
  }

  show(view: TrayView): void {
    const before = this.#shown;
    this.#shown = view;
    if (view.icon !== before.icon) this.#tray.setImage(this.#image(view));
    if (view.tooltip !== before.tooltip) this.#tray.setToolTip(view.tooltip);
    // A menu that is replaced closes where it is open.
    if (JSON.stringify(view.menu) !== JSON.stringify(before.menu))
      this.#tray.setContextMenu(this.#menu(view));
  }

  destroy(): void {
    this.#tray.destroy();
  }

  #image({ icon }: TrayView): Electron.NativeImage {
    // macOS colours a template itself, by the menu bar it stands in.
    const isTemplate = process.platform === 'darwin';
    const image = nativeImage.createFromPath(
      join(this.#options.iconsDir, `${icon}${isTemplate ? 'Template' : ''}.png`),
    );
    image.setTemplateImage(isTemplate);
    return image;
  }

  #menu({ menu }: TrayView): Menu {
    return Menu.buildFromTemplate(menu.map((item) => this.#entry(item)));
  }

  #entry(item: TrayItem): MenuItemConstructorOptions {
    switch (item.kind) {
      case 'label':
        return { label: item.label, enabled: false };
      case 'separator':
        return { type: 'separator' };
      case 'action':
        return {
          id: item.action,
          label: item.label,
          enabled: item.enabled,
          click: () => this.#options.onAction(item.action),
        };
      case 'submenu':
        return {
          label: item.label,
          enabled: item.enabled,
          submenu: item.items.map((inner) => this.#entry(inner)),
        };
      default:
        return assertNever(item);
    }
  }
}
