import { CommanderError } from 'commander';
import type { Host } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { failureOf } from './failure.ts';
import { createProgram } from './program.ts';
import { oneLine, printableJson } from './terminal.ts';

/**
 * Runs one command line and prints its result, or in one sentence or document why there is none.
 * @param args without the program's own name
 */
export async function main(args: readonly string[], host: Host): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const program = createProgram(host, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    // Help and version were asked for and have been printed.
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.done;
    const failure = failureOf(thrown);
    // Where the line could not be read, its options were not either.
    if (args.includes('--json')) {
      const { code, message } = failure;
      host.terminal.out(printableJson({ error: { code, message } }));
    } else {
      host.terminal.err(oneLine(failure.message));
    }
    return failure.exitCode;
  }
}
