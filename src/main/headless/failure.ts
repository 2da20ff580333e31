import { CommanderError } from 'commander';
import { AppError, toAppError } from '../../shared/rpc/errors.ts';
import { redactText } from '../diagnostics/redaction.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

/** The command line itself is wrong: an unknown command or option, a missing or unusable argument. */
export class UsageError extends AppError {
  constructor(message: string) {
    super('INVALID_INPUT', message);
    this.name = 'UsageError';
  }
}

/** A failure that has an exit code of its own in the command that met it. */
export class ExitError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, cause: AppError) {
    super(cause.message, { cause });
    this.name = 'ExitError';
    this.exitCode = exitCode;
  }
}

export interface Failure {
  readonly exitCode: ExitCode;
  readonly code: AppError['code'];
  /** One sentence or two, for people. */
  readonly message: string;
}

/** What to say of anything that was thrown, and with which exit code. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof ExitError) return { ...failureOf(thrown.cause), exitCode: thrown.exitCode };
  if (thrown instanceof CommanderError) return failureOf(new UsageError(usageSentence(thrown)));
  const error = toAppError(thrown);
  const message = [error.message, error.command ?? []].flat().join(' ');
  return { exitCode: exitCodeOf(error), code: error.code, message: redactText(message) };
}

function exitCodeOf(error: AppError): ExitCode {
  if (error instanceof UsageError) return EXIT.wrongUsage;
  return error.detail === 'locked' ? EXIT.locked : EXIT.failed;
}

/** Commander's "error: unknown option '--foo'" as a sentence. */
function usageSentence({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'Name a command. “calendar-sync --help” lists them.';
  const text = message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return `${sentence.replace(/[^.?!)]$/, '$&.')} “calendar-sync --help” explains the usage.`;
}
