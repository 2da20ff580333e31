import { performance } from 'node:perf_hooks';

/** What Node calls a request to the system, which is answered some time, unlike a socket, a server or a timer. */
const REQUEST = /Req|ConnectWrap|WriteWrap|ShutdownWrap/;

/** What Vitest knows of the modules of a test file. */
interface Worker {
  readonly resolvingModules: ReadonlySet<string>;
  readonly evaluatedModules: {
    readonly idToModuleMap: ReadonlyMap<string, { readonly promise?: unknown; readonly evaluated: boolean }>;
  };
}

/** What has come to this process from outside so far: grows with every answer of the system and all that a socket brings. */
export const outsideEvents = (): number => performance.nodeTiming.uvMetricsInfo.events;

/** Whether an answer of the file system or the name service, or a module, is still to come. */
export const isOutsideWorkUnderWay = (): boolean =>
  process.getActiveResourcesInfo().some((name) => REQUEST.test(name)) || isLoading();

/** As `vi.dynamicImportSettled` finds out, which can only be waited for, and takes a real timer each time. */
function isLoading(): boolean {
  const worker = (globalThis as { __vitest_worker__?: Worker }).__vitest_worker__;
  if (worker === undefined) return false;
  const modules = [...worker.evaluatedModules.idToModuleMap.values()];
  return (
    worker.resolvingModules.size > 0 ||
    modules.some(({ promise, evaluated }) => promise !== undefined && !evaluated)
  );
}
