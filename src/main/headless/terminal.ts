import { EXIT } from './exit-code.ts';

/** How much room text has. */
export interface Screen {
  /** Infinite where nothing wraps, as in a pipe. */
  readonly columns: number;
}

/** Where a command prints. */
export interface Terminal extends Screen {
  /** Results: standard output. */
  out(text: string): void;
  /** Everything else: standard error. */
  err(text: string): void;
  /** A passing note in place of the one before; an empty one clears it. Not printed where nobody watches. */
  progress(text: string): void;
}

/** ECMA-48 section 8.3.41, EL. */
const CLEAR_LINE = '\u001b[K';

const DEFAULT_COLUMNS = 80;

/**
 * The terminal of a process. Whoever stops reading our output early (`| head`) ends us quietly; a result that cannot be
 * written, on a full disk, is a failure. What cannot be said beside it changes nothing.
 */
export function processTerminal({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Terminal {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    stderr.write(
      `The result could not be written (${error.code}). Make room and run the command again.\n`,
      () => process.exit(EXIT.failed),
    );
  });
  stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
  });
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    // Some terminals do not know their size and say 0.
    columns: stdout.isTTY ? stdout.columns || DEFAULT_COLUMNS : Number.POSITIVE_INFINITY,
    progress: (text) => {
      if (!stderr.isTTY) return;
      // What is too long for its line would leave the rest of it behind on the next.
      const room = (stderr.columns || DEFAULT_COLUMNS) - 1;
      const line = [...oneLine(text)].slice(0, room).join('');
      stderr.write(`\r${CLEAR_LINE}${line}`);
    },
  };
}

/**
 * `text` as a terminal may show it: titles come from other people, and a control sequence in one could rewrite what
 * is on the screen (C0, C1 and the bidirectional overrides of Unicode).
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' || character === '\t' ? character : '',
  );
}

/** `text` as a line of its own: what somebody else wrote must not begin another one that looks like ours. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, ' ').trim();
}

/**
 * A document for programs, in JSON. What JSON lets stand and a terminal would obey (DEL, C1, bidirectional overrides) is
 * escaped, which means the same.
 */
export function printableJson(document: unknown): string {
  return JSON.stringify(document, null, 2).replaceAll(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Shows a note while `work` runs. */
export async function withProgress<T>(terminal: Terminal, text: string, work: () => Promise<T>): Promise<T> {
  terminal.progress(text);
  try {
    return await work();
  } finally {
    terminal.progress('');
  }
}
