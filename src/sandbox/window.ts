/** A stretch of time; both are instants in milliseconds, `from` may be -Infinity. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Whether something from `start` to `end` touches the window: it ends after the one end and starts before the other. */
export function isWithin(window: Window, start: number, end: number): boolean {
  return start < window.to && (end > window.from || (end === start && start >= window.from));
}
