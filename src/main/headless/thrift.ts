import { setFlagsFromString } from 'node:v8';

/** Let the heap grow by little at a time, and collect what is garbage sooner. */
const SMALL_HEAP = '--optimize-for-size';

/**
 * A first sync makes much garbage. Left to itself V8 lets the heap grow to several times what is alive and keeps it;
 * on a technician's machine the memory belongs to others. Being thrifty costs a quarter of the speed, so it begins
 * when there is something to save.
 */
export function beThriftyBeyond(bytes: number): void {
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() < bytes) return;
    setFlagsFromString(SMALL_HEAP);
    clearInterval(watch);
  }, 50).unref();
}

/**
 * For a process that stays, and mostly waits: memory before speed from the start. V8's last and costliest compilers are
 * left out. The one for JavaScript brings 5 MB of its own code into memory, and that for WebAssembly, over the HTTP
 * parser alone, asks the C library for 25 MB that it does not give back.
 */
export function beThrifty(): void {
  for (const flag of [SMALL_HEAP, '--no-turbofan', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) {
    setFlagsFromString(flag);
  }
}
