import {
  EVENTS,
  type EventName,
  type EventPayload,
  type Input,
  METHODS,
  type Method,
  type Output,
} from './contract.ts';
import { AppError } from './errors.ts';
import { type RequestMessage, ServerMessage } from './message.ts';

/** Carries messages to the program and back: in memory, Electron's IPC, or a WebSocket. */
export interface Transport {
  /** @throws AppError OFFLINE when the program cannot be reached */
  send(message: RequestMessage): void;
  /** Called with every message that arrives, and with null when the connection is lost. */
  onMessage(listener: (message: unknown) => void): void;
}

export interface RpcClient {
  /**
   * @throws AppError as the program answered it; OFFLINE when the connection is lost before the answer (it may have
   *   been carried out); INTERNAL when the answer is not what the contract says
   */
  call<M extends Method>(method: M, input: Input<M>): Promise<Output<M>>;
  /** @returns a function that ends it */
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void;
}

interface Waiting {
  readonly method: Method;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: AppError) => void;
}

/** A typed client over any transport; validates everything that arrives. */
export function createRpcClient(transport: Transport): RpcClient {
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<EventName, Set<(payload: never) => void>>();
  let nextId = 0;

  transport.onMessage((received) => {
    if (received === null) {
      for (const { reject } of waiting.values()) reject(lost());
      waiting.clear();
      return;
    }
    const message = ServerMessage.safeParse(received);
    if (!message.success) return;
    if (message.data.kind === 'event') deliver(listeners, message.data.event, message.data.payload);
    else settle(waiting, message.data);
  });

  return {
    call: (method, input) =>
      new Promise((resolve, reject) => {
        const id = nextId;
        nextId += 1;
        waiting.set(id, { method, resolve: resolve as (output: unknown) => void, reject });
        try {
          transport.send({ id, method, input });
        } catch (error) {
          waiting.delete(id);
          reject(error instanceof AppError ? error : lost(error));
        }
      }),
    on(event, listener) {
      const known = listeners.get(event) ?? new Set();
      listeners.set(event, known.add(listener));
      return () => known.delete(listener);
    },
  };
}

type Answer = Exclude<ServerMessage, { readonly kind: 'event' }>;

function settle(waiting: Map<number, Waiting>, message: Answer): void {
  const call = waiting.get(message.id);
  if (call === undefined) return;
  waiting.delete(message.id);
  if (message.kind === 'failure') {
    const { code, message: text, detail, command } = message.error;
    call.reject(
      new AppError(code, text, { ...(detail !== null && { detail }), ...(command && { command }) }),
    );
    return;
  }
  const output = METHODS[call.method].output.safeParse(message.output);
  if (output.success) call.resolve(output.data);
  else {
    call.reject(
      new AppError('INTERNAL', 'The window and the program do not fit together. Restart Calendar Sync.', {
        cause: output.error,
      }),
    );
  }
}

function deliver(
  listeners: ReadonlyMap<EventName, ReadonlySet<(payload: never) => void>>,
  name: string,
  payload: unknown,
): void {
  if (!Object.hasOwn(EVENTS, name)) return;
  const event = name as EventName;
  const checked = EVENTS[event].safeParse(payload);
  if (!checked.success) return;
  for (const listener of listeners.get(event) ?? []) listener(checked.data as never);
}

const lost = (cause?: unknown): AppError =>
  new AppError('OFFLINE', 'The connection to Calendar Sync was lost, and is tried again by itself.', {
    cause,
  });
