import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRpcClient, type RpcClient } from '../../src/shared/rpc/client.ts';
import { eventMessage, type Handlers } from '../../src/shared/rpc/dispatcher.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { MemoryTransport } from '../../src/shared/rpc/memory-transport.ts';
import type { ServerMessage } from '../../src/shared/rpc/message.ts';
import { openLoopback, stubProgram } from '../support/loopback.ts';

/** A client on one end of a transport and a program on the other. */
interface Ends {
  readonly client: RpcClient;
  tell(message: ServerMessage): void;
  /** Cuts the connection from the program's side. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

const TRANSPORTS: readonly [string, (handlers: Partial<Handlers>) => Promise<Ends>][] = [
  [
    'in memory',
    async (handlers) => {
      const program = stubProgram(handlers);
      const transport = new MemoryTransport((message) => program.dispatch(message));
      program.subscribe((message) => transport.push(message));
      return {
        client: createRpcClient(transport),
        tell: (message) => program.tell(message),
        cut: async () => transport.disconnect(),
        close: async () => undefined,
      };
    },
  ],
  [
    'over a WebSocket',
    async (handlers) => {
      const program = stubProgram(handlers);
      const loopback = await openLoopback(program);
      const client = createRpcClient(loopback.transport());
      // An event is for whoever is there: the first answer shows that the connection is.
      await client.call('snapshot.get', {});
      return {
        client,
        tell: (message) => program.tell(message),
        cut: () => loopback.server.close(),
        close: () => loopback.close(),
      };
    },
  ],
];

describe.each(TRANSPORTS)('a transport %s', (_name, open) => {
  let ends: Ends;
  let finish: () => void;

  beforeEach(async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    finish = resolve;
    ends = await open({
      'snapshot.get': () => stubProgram({}).snapshot(),
      'holds.release': async ({ id }) => {
        if (id === 'slow') await promise;
        if (id === 'bad') throw new AppError('NOT_FOUND', 'There is no such hold.', { detail: 'gone' });
        return { deletions: id.length };
      },
      'logs.export': () => ({ fileName: 'log.csv', text: 'é\u0000"\\\n'.repeat(500_000) }),
    });
  });
  afterEach(() => ends.close());

  it('carries calls and their answers, each to its own, in whatever order they come', async () => {
    const slow = ends.client.call('holds.release', { id: 'slow' });
    expect(await ends.client.call('holds.release', { id: 'quick one' })).toEqual({ deletions: 9 });
    finish();
    expect(await slow).toEqual({ deletions: 4 });
  });

  it('carries failures with code, sentence and detail', async () => {
    await expect(ends.client.call('holds.release', { id: 'bad' })).rejects.toMatchObject({
      ...{ code: 'NOT_FOUND', message: 'There is no such hold.', detail: 'gone' },
    });
  });

  it('refuses what the contract does not allow, and goes on', async () => {
    const wrong = { id: 7 } as unknown as { id: string };
    await expect(ends.client.call('holds.release', wrong)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const unknown = 'format.disk' as 'holds.list';
    await expect(ends.client.call(unknown, {})).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await ends.client.call('holds.release', { id: 'x' })).toEqual({ deletions: 1 });
  });

  it('carries large answers whole, whatever is in them', async () => {
    const { text } = await ends.client.call('logs.export', { format: 'csv' });
    expect(text).toBe('é\u0000"\\\n'.repeat(500_000));
  });

  it('brings events', async () => {
    const news = new Promise((resolve) => ends.client.on('logs.added', resolve));
    ends.tell(eventMessage('logs.added', { lastId: 3, statuses: ['ok'] }));
    expect(await news).toEqual({ lastId: 3, statuses: ['ok'] });
  });

  it('says OFFLINE to whoever waits when the connection is lost', async () => {
    const waiting = ends.client.call('holds.release', { id: 'slow' });
    const outcome = expect(waiting).rejects.toMatchObject({ code: 'OFFLINE' });
    await ends.cut();
    await outcome;
  });
});
