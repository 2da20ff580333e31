import { text } from 'node:stream/consumers';
import { takeSecrets } from '../headless/environment.ts';
import type { ExitCode } from '../headless/exit-code.ts';
import { main } from '../headless/main.ts';
import { processTerminal } from '../headless/terminal.ts';

/** `--headless COMMAND …`: the same commands as in a terminal, without window or tray. */
export function runCommand(args: readonly string[], screensDir: string): Promise<ExitCode> {
  return main(args, {
    terminal: processTerminal(process),
    environment: takeSecrets(process.env),
    readInput: () => text(process.stdin),
    screensDir,
  });
}
