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
  /** Standard error is watched by a person, so progress may come and go on it. */
  readonly interactive: boolean;
}

/** The terminal of a process. Whoever stops reading our output early (`| head`) ends us quietly. */
export function processTerminal({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Terminal {
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  }
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    columns: stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY,
    interactive: stderr.isTTY,
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

/** A line on standard error that is there while `work` runs; nothing where nobody watches. */
export async function withProgress<T>(terminal: Terminal, text: string, work: () => Promise<T>): Promise<T> {
  if (!terminal.interactive) return work();
  process.stderr.write(text);
  try {
    return await work();
  } finally {
    process.stderr.write('\r\u001b[K');
  }
}
