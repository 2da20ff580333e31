/** What becomes of the window, decided apart from whoever shows it (`interface.md`, manners). */

export interface CloseSituation {
  /** Somebody said Quit, or the system ends the session. */
  readonly quitting: boolean;
  /** It was said before that closing only hides. */
  readonly told: boolean;
}

export interface CloseDecision {
  readonly hide: boolean;
  readonly tell: boolean;
}

/** Closing hides, said once; quitting closes. */
export const onClose = ({ quitting, told }: CloseSituation): CloseDecision =>
  quitting ? { hide: false, tell: false } : { hide: true, tell: !told };

export interface StartSituation {
  /** Started with `--hidden`, or by the system at login. */
  readonly hidden: boolean;
  /** Whether the desktop shows tray icons at all. */
  readonly tray: boolean;
  readonly enrolled: boolean;
}

/** Stays out of sight at login, where there is an icon to find it by and nothing to set up. */
export const opensAtStart = ({ hidden, tray, enrolled }: StartSituation): boolean =>
  !hidden || !tray || !enrolled;
