import { AppError } from '../../../shared/rpc/errors.ts';

/** The program once more, on made-up servers and in a profile that goes when it does. */
export interface RunningSample {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** An address that opens its screens in a browser of this computer, once. */
  link(): string;
  /** Ends it and removes its profile. */
  close(): Promise<void>;
}

/** @param leaveTo where its screens lead back to; null where that is not in a browser */
export type OpenSample = (leaveTo: string | null, signal: AbortSignal) => Promise<RunningSample>;

/** At most one sample, for as long as nobody has enrolled this computer. */
export class Sample {
  readonly #open: OpenSample | undefined;
  readonly #closed = new AbortController();
  #running: Promise<RunningSample> | null = null;
  #origin: string | null = null;

  /** @param open left out where a host has none to offer */
  constructor(open: OpenSample | undefined) {
    this.#open = open;
  }

  /** Where it is, once it is there. */
  get origin(): string | null {
    return this.#origin;
  }

  /**
   * Starts it unless it runs already.
   * @returns an address that opens its screens, once
   * @throws AppError PRECONDITION_FAILED where this computer is enrolled, or where there is no sample
   */
  async open(isEnrolled: boolean, leaveTo: string | null): Promise<string> {
    if (isEnrolled || this.#open === undefined) {
      throw new AppError(
        'PRECONDITION_FAILED',
        'This computer is set up already. Sample data are for trying the program out before that.',
      );
    }
    this.#running ??= this.#start(this.#open, leaveTo);
    return (await this.#running).link();
  }

  /** Ends it where it runs; it can be opened anew. */
  async close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    const sample = await running?.catch(() => null);
    // One that was still starting has said only now where it is; another one may have been opened meanwhile.
    if (this.#running === null) this.#origin = null;
    await sample?.close();
  }

  /** Ends it for good, also while it is still starting. */
  async end(): Promise<void> {
    this.#closed.abort();
    await this.close();
  }

  async #start(open: OpenSample, leaveTo: string | null): Promise<RunningSample> {
    try {
      const sample = await open(leaveTo, this.#closed.signal);
      this.#origin = sample.origin;
      return sample;
    } catch (error) {
      this.#running = null;
      throw error;
    }
  }
}
