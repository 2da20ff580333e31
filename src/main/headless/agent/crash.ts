/** How long the process is kept for a report: whatever made it crash may harm it further. */
const PATIENCE_MS = 2_000;

interface CrashPorts {
  /** Where uncaught errors, and rejections that Node makes such, arrive. */
  readonly process: Pick<NodeJS.EventEmitter, 'once' | 'off'>;
  readonly clock: { sleep(milliseconds: number): Promise<void> };
  /** Tells whoever looks after the program. */
  readonly report: (scope: string, thrown: unknown, level: 'fatal') => Promise<void>;
}

/**
 * Reports what nobody caught, and then lets the process end as it would have without this. A second one meanwhile ends
 * it at once.
 * @returns stops watching
 */
export function reportCrash({ process, clock, report }: CrashPorts): () => void {
  const onCrash = (thrown: unknown): void => {
    const reported = report('crash', thrown, 'fatal').catch(() => undefined);
    void Promise.race([reported, clock.sleep(PATIENCE_MS)]).then(() => {
      queueMicrotask(() => {
        throw thrown;
      });
    });
  };
  process.once('uncaughtException', onCrash);
  return () => process.off('uncaughtException', onCrash);
}
