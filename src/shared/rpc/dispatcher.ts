import { EVENTS, type EventName, METHODS, type Method } from './contract.ts';
import { AppError, toAppError } from './errors.ts';
import { failureMessage, idOf, RequestMessage, type ServerMessage } from './message.ts';

type MethodSchema<M extends Method> = (typeof METHODS)[M];

/** What the program does for each method. */
export type Handlers = {
  readonly [M in Method]: (
    input: MethodSchema<M>['input']['_output'],
  ) => Promise<MethodSchema<M>['output']['_input']> | MethodSchema<M>['output']['_input'];
};

export interface DispatcherOptions {
  readonly handlers: Handlers;
  /** Told of every failure, for the log; the answer to the caller is only the sentence. */
  readonly onFailure: (method: string, error: AppError) => void;
}

/**
 * Answers one message of a client. Whatever comes in, an answer goes out and nothing is thrown: an unknown method, a
 * wrong shape and a value that is no request at all are INVALID_INPUT. What a handler answers is validated as well, so
 * that nothing leaves that the contract does not name.
 */
export function createDispatcher({
  handlers,
  onFailure,
}: DispatcherOptions): (message: unknown) => Promise<ServerMessage> {
  return async (message) => {
    const request = RequestMessage.safeParse(message);
    if (!request.success) return failureMessage(idOf(message), invalid('That is not a request.'));
    const { id, method, input } = request.data;
    try {
      return { kind: 'result', id, output: await answer(handlers, method, input) };
    } catch (thrown) {
      const error = toAppError(thrown);
      onFailure(method, error);
      return failureMessage(id, error);
    }
  };
}

/**
 * An event as the message that carries it.
 * @throws AppError INTERNAL when the payload is not what the contract says
 */
export function eventMessage<E extends EventName>(
  event: E,
  payload: (typeof EVENTS)[E]['_input'],
): ServerMessage {
  const checked = EVENTS[event].safeParse(payload);
  if (checked.success) return { kind: 'event', event, payload: checked.data };
  throw new AppError('INTERNAL', `The program made an event “${event}” that its contract does not allow.`, {
    cause: checked.error,
  });
}

async function answer(handlers: Handlers, method: string, input: unknown): Promise<unknown> {
  if (!isMethod(method)) throw invalid(`There is no method “${method}”.`);
  const parsed = METHODS[method].input.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? 'Its input' : issue.path.join('.');
    throw invalid(`“${method}” was called with something it does not take: ${where}: ${issue?.message}.`);
  }
  // Each handler takes what its own schema let through, which the union over all methods cannot say.
  const handler = handlers[method] as (input: unknown) => unknown;
  const output = METHODS[method].output.safeParse(await handler(parsed.data));
  if (output.success) return output.data;
  throw new AppError('INTERNAL', `“${method}” answered what its contract does not allow.`, {
    cause: output.error,
  });
}

const isMethod = (name: string): name is Method => Object.hasOwn(METHODS, name);

const invalid = (message: string): AppError => new AppError('INVALID_INPUT', message);
