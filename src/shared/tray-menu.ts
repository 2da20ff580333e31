import type { Snapshot } from './domain/snapshot.ts';
import { type Status, type StatusSource, statusOf } from './status.ts';
import { type DesktopTexts, englishDesktop } from './text/english-desktop.ts';
import type { Reader } from './text/moment.ts';

/** What a click asks for; the host carries it out. */
export type TrayAction =
  | 'sync-now'
  | 'pause-hour'
  | 'pause-tomorrow'
  | 'pause-until-resumed'
  | 'resume'
  | 'open'
  | 'conflicts'
  | 'settings'
  | 'save-diagnostics'
  | 'documentation'
  | 'quit';

export type TrayItem =
  | { readonly kind: 'label'; readonly label: string }
  | { readonly kind: 'separator' }
  | {
      readonly kind: 'action';
      readonly action: TrayAction;
      readonly label: string;
      readonly enabled: boolean;
    }
  | {
      readonly kind: 'submenu';
      readonly label: string;
      readonly enabled: boolean;
      readonly items: readonly TrayItem[];
    };

/** The tray as data: icon, tooltip and menu. */
export interface Tray {
  readonly icon: Status['icon'];
  readonly tooltip: string;
  readonly menu: readonly TrayItem[];
}

export type TraySource = StatusSource & Pick<Snapshot, 'enrolled'>;

const SEPARATOR: TrayItem = { kind: 'separator' };

/**
 * What the tray shows for a snapshot. Sync Now stays usable whatever happens, since it always answers; only before
 * the first account is there nothing to ask for.
 */
export function trayOf(snapshot: TraySource, reader: Reader, texts: DesktopTexts = englishDesktop): Tray {
  const { icon, sentence } = statusOf(snapshot, reader, texts);
  const { tray: text } = texts;
  const ready = snapshot.enrolled && snapshot.accounts.length > 0;
  const waiting = snapshot.conflicts + snapshot.holds;
  return {
    icon,
    tooltip: sentence,
    menu: [
      { kind: 'label', label: sentence },
      SEPARATOR,
      action('sync-now', text.syncNow, ready),
      snapshot.pausedUntil === null ? pauseMenu(ready, texts) : action('resume', text.resume),
      SEPARATOR,
      action('open', text.open),
      action('conflicts', text.conflicts(waiting), waiting > 0),
      action('settings', text.settings),
      {
        kind: 'submenu',
        label: text.help,
        enabled: true,
        items: [action('save-diagnostics', text.diagnostics), action('documentation', text.documentation)],
      },
      SEPARATOR,
      action('quit', text.quit),
    ],
  };
}

const action = (name: TrayAction, label: string, enabled = true): TrayItem => ({
  kind: 'action',
  action: name,
  label,
  enabled,
});

const pauseMenu = (enabled: boolean, { tray: text }: DesktopTexts): TrayItem => ({
  kind: 'submenu',
  label: text.pause,
  enabled,
  items: [
    action('pause-hour', text.pauseHour),
    action('pause-tomorrow', text.pauseTomorrow),
    action('pause-until-resumed', text.pauseResumed),
  ],
});
