/**
 * The closed set of failure codes. Everything that can go wrong is mapped to one of these at the edge where it
 * happens, with a sentence a technician can act on; the cause stays attached for the log.
 */
export const ERROR_CODES = [
  'OFFLINE',
  'AUTH_EXPIRED',
  'PERMISSION_DENIED',
  'NOT_FOUND',
  'CONFLICT',
  'PRECONDITION_FAILED',
  'RATE_LIMITED',
  'INVALID_INPUT',
  'POLICY_LOCKED',
  'HELD',
  'PROVIDER_ERROR',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Whether a failed request may nevertheless have changed something at the other end. */
export type RequestEffect = 'none' | 'unknown';

export interface AppErrorOptions {
  readonly cause?: unknown;
  /** Default `none`. `unknown` makes the journal probe before it tries again. */
  readonly effect?: RequestEffect;
  /** Seconds the other end asked us to wait (RFC 9110 section 10.2.3). */
  readonly retryAfterSeconds?: number;
  /** The other end's own code, for the log, e.g. `slot_unavailable` or `rateLimitExceeded`. */
  readonly detail?: string;
  /** Who failed, where it is not the calendar account that was at work. */
  readonly party?: 'booking-system';
  /** What to type to get on, in a sentence. Only a terminal adds it to the message: a screen has ways of its own. */
  readonly command?: string;
  /**
   * What syncs do about it by themselves, in a sentence or two that follow the message. Somebody who only connects is
   * not told: no sync will ask there.
   */
  readonly nextSync?: string;
}

/** What most failures are followed by. */
export const TRIED_AGAIN = 'It is tried again at the next sync.';

/** A failure with a code from the closed set and a sentence that says what to do next. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly effect: RequestEffect;
  readonly retryAfterSeconds: number | null;
  readonly detail: string | null;
  readonly party: 'booking-system' | null;
  readonly command: string | null;
  // Private, so that a log does not say twice what the message says.
  readonly #sentence: string;
  readonly #nextSync: string | null;

  constructor(code: ErrorCode, sentence: string, options: AppErrorOptions = {}) {
    const { nextSync } = options;
    super(nextSync === undefined ? sentence : `${sentence} ${nextSync}`, { cause: options.cause });
    this.#sentence = sentence;
    this.#nextSync = nextSync ?? null;
    this.name = 'AppError';
    this.code = code;
    this.effect = options.effect ?? 'none';
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.detail = options.detail ?? null;
    this.party = options.party ?? null;
    this.command = options.command ?? null;
  }

  /** The message without what syncs do about it. */
  get sentence(): string {
    return this.#sentence;
  }

  get nextSync(): string | null {
    return this.#nextSync;
  }
}

/** The same error with more known of it, or said in other words, which then are all that is said. */
export const elaborated = (error: AppError, known: AppErrorOptions, sentence?: string): AppError =>
  new AppError(error.code, sentence ?? error.sentence, {
    cause: error.cause,
    effect: error.effect,
    ...(error.retryAfterSeconds !== null && { retryAfterSeconds: error.retryAfterSeconds }),
    ...(error.detail !== null && { detail: error.detail }),
    ...(error.party !== null && { party: error.party }),
    ...(error.command !== null && { command: error.command }),
    ...(error.nextSync !== null && sentence === undefined && { nextSync: error.nextSync }),
    ...known,
  });

/** How SQLite and the file system say that there is no room left. */
const DISK_FULL: ReadonlySet<string> = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT']);

/**
 * What SQLite or the file system say when there is no room left, as a failure; null where they say something else.
 * @param place the file or directory whose disk it is, where it is known
 */
export function diskFull(thrown: unknown, place?: string): AppError | null {
  if (!DISK_FULL.has(errorCode(thrown))) return null;
  return noRoom(thrown, place);
}

/** There is no room left on a disk, however that was found out. */
export const noRoom = (cause: unknown, place?: string): AppError =>
  new AppError(
    'INTERNAL',
    `The disk${place === undefined ? '' : ` of ${place}`} is full. Free some space and try again; nothing was lost.`,
    { cause, detail: 'disk-full' },
  );

const errorCode = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';

/** Any thrown value as an `AppError`; what is not one already becomes INTERNAL with its cause kept. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const full = diskFull(thrown);
  if (full !== null) return full;
  const code = errorCode(thrown);
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new AppError(
      'INTERNAL',
      'The database is damaged. Restore a backup, or forget everything and connect again.',
      { cause: thrown, detail: 'damaged', command: '“calendar-sync restore FILE” restores one.' },
    );
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError(
    'INTERNAL',
    `Something unexpected went wrong: ${text}. Save diagnostics and send them to support.`,
    {
      cause: thrown,
    },
  );
}
