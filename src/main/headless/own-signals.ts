/**
 * Loads a module without the answers to signals that it brings along. `conf` writes by `atomically`, whose `when-exit`
 * answers a signal by clearing up and sending it to the process again; for us that is somebody asking twice, who means
 * “at once” (see `stop-signal.ts`). What it clears up, it also clears up when the process exits.
 * https://github.com/fabiospampinato/when-exit
 */
export async function withoutSignals<T>(load: () => Promise<T>): Promise<T> {
  const before = new Map(signalNames().map((name) => [name, process.listeners(name)]));
  const loaded = await load();
  for (const name of signalNames()) {
    const own = before.get(name) ?? [];
    for (const listener of process.listeners(name)) {
      if (!own.includes(listener)) process.off(name, listener);
    }
  }
  return loaded;
}

const signalNames = (): NodeJS.Signals[] =>
  process
    .eventNames()
    .filter((name): name is NodeJS.Signals => typeof name === 'string' && name.startsWith('SIG'));
