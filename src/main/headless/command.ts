import type { ExitCode } from './exit-code.ts';
import { printable, printableJson, type Screen, type Terminal } from './terminal.ts';

/** What a command runs in: a process, or a test. */
export interface Host {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Everything on standard input. */
  readonly readInput: () => Promise<string>;
  /** Where the built screens are. They need not be there. */
  readonly screensDir: string;
}

/** What every command is told, whichever it is. */
export interface CommandContext extends Host {
  readonly json: boolean;
  /** Absolute. It need not exist yet. */
  readonly dataDir: string;
}

/** What a command leads to: one document for programs, one text for people. */
export interface Outcome {
  readonly document: unknown;
  readonly text: (screen: Screen) => string;
  readonly exitCode?: ExitCode;
}

/** Prints an outcome the way it was asked for. */
export function print({ terminal, json }: Pick<CommandContext, 'terminal' | 'json'>, outcome: Outcome): void {
  terminal.out(json ? printableJson(outcome.document) : printable(outcome.text(terminal)));
}
