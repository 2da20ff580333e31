import ElectronStore from 'electron-store';
import { z } from 'zod';
import { NOTICE_KINDS, type ToldNotices } from '../../shared/notices.ts';

const Memory = z.object({
  /** Where the window was, in pixels of the screen. */
  bounds: z
    .object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) })
    .nullable()
    .catch(null),
  /** It was said that closing the window only hides it. */
  toldHiding: z.boolean().catch(false),
  toldNotices: z.partialRecord(z.enum(NOTICE_KINDS), z.string()).catch({}),
});
type Memory = z.infer<typeof Memory>;

/** What the desktop remembers of itself from one start to the next. Losing it harms nobody. */
export class WindowMemory {
  readonly #store: ElectronStore<Record<string, unknown>>;
  #memory: Memory;

  constructor(directory: string) {
    this.#store = new ElectronStore({
      cwd: directory,
      name: 'window',
      configFileMode: 0o600,
      clearInvalidConfig: true,
    });
    this.#memory = Memory.parse(this.#store.store);
  }

  get bounds(): Memory['bounds'] {
    return this.#memory.bounds;
  }

  get toldHiding(): boolean {
    return this.#memory.toldHiding;
  }

  get toldNotices(): ToldNotices {
    return this.#memory.toldNotices as ToldNotices;
  }

  keep(changes: {
    readonly bounds?: Memory['bounds'];
    readonly toldHiding?: boolean;
    readonly toldNotices?: ToldNotices;
  }): void {
    const next = Memory.parse({ ...this.#memory, ...changes });
    if (JSON.stringify(next) === JSON.stringify(this.#memory)) return;
    this.#memory = next;
    this.#store.store = next;
  }
}
