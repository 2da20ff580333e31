import { app } from 'electron';
import type { Clock, Log } from '../ports.ts';

/** As long as one request may wait for its answer: whoever quits shall not find the program there an hour later. */
const LONGEST_END_MS = 30_000;

/**
 * Lets `end` finish before the program quits, whoever asked for it, unless that takes longer than half a minute.
 * @returns makes a function that quits into something else, such as an installer
 */
export function endBeforeQuit(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  end: () => Promise<void>,
): (into: () => void) => () => void {
  let isEnding = false;
  let isDone = false;
  let into = (): void => app.quit();
  const inTime = async (): Promise<void> => {
    const ended = new AbortController();
    const late = clock.sleep(LONGEST_END_MS, ended.signal).then(
      () => log('warn', 'desktop', 'Not everything could be ended in time; the next start goes on with it'),
      () => undefined,
    );
    try {
      await Promise.race([end(), late]);
    } finally {
      ended.abort();
    }
  };
  const finish = async (): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    try {
      await inTime();
    } catch (error) {
      log('error', 'desktop', 'The program could not be ended in good order', { error: String(error) });
    } finally {
      // Whatever could not be ended in good order is in the journal, and ends with the process.
      isDone = true;
      into();
    }
  };
  app.on('before-quit', (event) => {
    if (isDone) return;
    event.preventDefault();
    void finish();
  });
  return (wanted) => () => {
    into = wanted;
    void finish();
  };
}
