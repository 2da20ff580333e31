import { AppError, toAppError } from '../../shared/rpc/errors.ts';
import { failureMessage, idOf, type ServerMessage } from '../../shared/rpc/message.ts';
import { parseRequest } from '../../shared/rpc/wire.ts';
import type { Log } from '../ports.ts';
import type { Program } from './program.ts';

/** What one client may have under way. A window asks for a handful of things at once. */
const MAX_UNDER_WAY = 100;

/**
 * What one client asks, over whatever wire (`security.md` 6). Whatever comes in gets an answer or a refusal that is
 * logged once, and nothing else happens.
 */
export class ClientRequests {
  readonly #program: Pick<Program, 'dispatch'>;
  readonly #log: Log;
  readonly #refused = new Set<string>();
  #underWay = 0;

  constructor(program: Pick<Program, 'dispatch'>, log: Log) {
    this.#program = program;
    this.#log = log;
  }

  /** Answers one message; never throws. */
  async take(message: unknown): Promise<ServerMessage> {
    let request: unknown;
    try {
      if (typeof message !== 'string') throw new AppError('INVALID_INPUT', 'Messages are text.');
      request = parseRequest(message);
      if (this.#underWay >= MAX_UNDER_WAY) {
        throw new AppError('RATE_LIMITED', 'Too much is asked at once. Wait for the answers.');
      }
    } catch (error) {
      return this.refuse(toAppError(error), request);
    }
    this.#underWay += 1;
    try {
      return await this.#program.dispatch(request);
    } finally {
      this.#underWay -= 1;
    }
  }

  refuse(error: AppError, request?: unknown): ServerMessage {
    const { code, message } = error;
    // Once: repeating it must not fill the log.
    if (!this.#refused.has(message)) {
      this.#refused.add(message);
      this.#log('warn', 'rpc', `A client was refused: ${message}`, { code });
    }
    return failureMessage(idOf(request), error);
  }
}
