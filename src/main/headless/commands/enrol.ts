import { AppError } from '../../../shared/rpc/errors.ts';
import { parseEndpoint } from '../../endpoint.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { UsageError } from '../failure.ts';
import { withClient } from '../open-client.ts';
import { oneLine } from '../terminal.ts';

export interface EnrolOptions {
  readonly url: string;
  readonly code?: string;
  readonly tokenStdin?: boolean;
}

/** Connects this device to the booking system. A token comes by standard input only: arguments are seen by others. */
export async function enrol(context: CommandContext, options: EnrolOptions): Promise<Outcome> {
  const { url, code, tokenStdin = false } = options;
  if ((code === undefined) === !tokenStdin) {
    throw new UsageError('Give either --code CODE or --token-stdin with the token on standard input.');
  }
  requireEndpoint(url);
  const technician = await withClient(context, async (client) =>
    client.call(
      'enrolment.enrol',
      code === undefined ? { url, token: await readToken(context) } : { url, code },
    ),
  );
  return {
    document: { enrolled: true, technician },
    text: () =>
      `This device is enrolled for ${oneLine(technician.name)} (${technician.id}). Next: “calendar-sync connect google”.`,
  };
}

function requireEndpoint(url: string): void {
  try {
    parseEndpoint('--url', url);
  } catch (error) {
    throw error instanceof AppError ? new UsageError(error.message) : error;
  }
}

async function readToken({ readInput }: CommandContext): Promise<string> {
  const token = (await readInput()).trim();
  if (token === '')
    throw new UsageError('Standard input was empty. Pass the token on it, as in “… --token-stdin < FILE”.');
  return token;
}
