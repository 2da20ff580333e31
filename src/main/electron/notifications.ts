import { Notification } from 'electron';
import type { Notice, NoticeKind } from '../../shared/notices.ts';

/** The system's notifications: one for each kind at most, taken away when its reason is gone. */
export class Notifications {
  readonly #icon: string;
  readonly #onClick: (notice: Notice) => void;
  /** Kept, since one that is collected no longer tells of a click. */
  readonly #shown = new Map<string, Notification>();

  constructor(icon: string, onClick: (notice: Notice) => void) {
    this.#icon = icon;
    this.#onClick = onClick;
  }

  show(notice: Notice): void {
    this.#put(notice.kind, notice, () => this.#onClick(notice));
  }

  /** One that nothing follows from. */
  say(text: { readonly title: string; readonly body: string }): void {
    this.#put('said', text, () => undefined);
  }

  withdraw(kind: NoticeKind): void {
    this.#shown.get(kind)?.close();
    this.#shown.delete(kind);
  }

  #put(
    key: string,
    { title, body }: { readonly title: string; readonly body: string },
    onClick: () => void,
  ): void {
    if (!Notification.isSupported()) return;
    this.#shown.get(key)?.close();
    const notification = new Notification({ title, body, icon: this.#icon, silent: true });
    notification.on('click', onClick);
    this.#shown.set(key, notification);
    notification.show();
  }
}
