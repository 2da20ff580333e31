import { describe, expect, it, vi } from 'vitest';
import { createRpcClient } from '../../src/shared/rpc/client.ts';
import { createDispatcher, eventMessage, type Handlers } from '../../src/shared/rpc/dispatcher.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { MemoryTransport } from '../../src/shared/rpc/memory-transport.ts';

const hold = { deletions: 3 };

function connected(handlers: Partial<Handlers> = {}) {
  const onFailure = vi.fn<(method: string, error: AppError) => void>();
  const dispatch = createDispatcher({ handlers: handlers as Handlers, onFailure });
  const transport = new MemoryTransport(dispatch);
  return { dispatch, onFailure, transport, client: createRpcClient(transport) };
}

describe('a call', () => {
  it('reaches its handler with checked input and comes back with checked output', async () => {
    const { client } = connected({ 'holds.release': ({ id }) => ({ deletions: id.length }) });
    expect(await client.call('holds.release', { id: 'four' })).toEqual({ deletions: 4 });
  });

  it('gets its own answer when several are under way', async () => {
    const { client } = connected({
      'holds.release': async ({ id }) => {
        if (id === 'slow') for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
        return { deletions: id.length };
      },
    });
    const answers = await Promise.all([
      client.call('holds.release', { id: 'slow' }),
      client.call('holds.release', { id: 'at once' }),
    ]);
    expect(answers).toEqual([{ deletions: 4 }, { deletions: 7 }]);
  });

  it('fails with the code, the sentence and the detail that the handler failed with', async () => {
    const { client, onFailure } = connected({
      'holds.release': () => {
        throw new AppError('NOT_FOUND', 'There is no such hold.', {
          detail: 'gone',
          command: '“calendar-sync holds” lists them.',
        });
      },
    });
    await expect(client.call('holds.release', { id: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no such hold.',
      detail: 'gone',
      command: '“calendar-sync holds” lists them.',
    });
    expect(onFailure).toHaveBeenCalledExactlyOnceWith('holds.release', expect.any(AppError));
  });

  it('fails as INTERNAL when the handler answers what the contract does not allow', async () => {
    const { client } = connected({ 'holds.release': () => ({ deletions: 'many' }) as never });
    await expect(client.call('holds.release', { id: 'x' })).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('leaves out what the contract does not name', async () => {
    const { client } = connected({ 'holds.release': () => ({ ...hold, token: 'secret' }) });
    expect(await client.call('holds.release', { id: 'x' })).toEqual(hold);
  });

  it('fails as OFFLINE when the connection is lost before the answer', async () => {
    const { client, transport } = connected({ 'holds.release': () => new Promise(() => undefined) });
    const answer = client.call('holds.release', { id: 'x' });
    transport.disconnect();
    await expect(answer).rejects.toMatchObject({ code: 'OFFLINE' });
  });
});

describe('a message that is no proper request', () => {
  const bad: readonly [string, unknown, number][] = [
    ['nothing', undefined, -1],
    ['text', 'sync.now', -1],
    ['no method', { id: 4 }, 4],
    ['an unknown method', { id: 4, method: 'format.disk', input: {} }, 4],
    ['the name of something every object has', { id: 4, method: 'constructor', input: {} }, 4],
    ['__proto__ as a method', { id: 4, method: '__proto__', input: {} }, 4],
    ['a wrong input', { id: 4, method: 'holds.release', input: { id: 7 } }, 4],
    ['no input', { id: 4, method: 'holds.release' }, 4],
    ['a further property', { id: 4, method: 'holds.release', input: { id: 'x' }, more: 1 }, 4],
    ['a negative id', { id: -4, method: 'holds.release', input: { id: 'x' } }, -4],
  ];

  it.each(bad)('is answered with INVALID_INPUT and calls nothing: %s', async (_, message, id) => {
    const handler = vi.fn<Handlers['holds.release']>(() => hold);
    const { dispatch } = connected({ 'holds.release': handler });
    expect(await dispatch(message)).toMatchObject({ kind: 'failure', id, error: { code: 'INVALID_INPUT' } });
    expect(handler).not.toHaveBeenCalled();
  });
});

describe('an event', () => {
  it('reaches whoever listens, until they stop', () => {
    const { client, transport } = connected();
    const seen: number[] = [];
    const stop = client.on('logs.added', ({ lastId }) => seen.push(lastId));
    transport.push(eventMessage('logs.added', { lastId: 1, statuses: ['ok'] }));
    stop();
    transport.push(eventMessage('logs.added', { lastId: 2, statuses: ['ok'] }));
    expect(seen).toEqual([1]);
  });

  it('is passed over when it is not what the contract says', () => {
    const { client, transport } = connected();
    const listener = vi.fn();
    client.on('logs.added', listener);
    for (const event of [null, {}, { kind: 'event', event: 'logs.added', payload: { lastId: 'x' } }]) {
      transport.push(event ?? 7);
    }
    transport.push({ kind: 'event', event: 'toString', payload: {} });
    expect(listener).not.toHaveBeenCalled();
  });

  it('that breaks the contract is not sent', () => {
    expect(() => eventMessage('logs.added', { lastId: 0.5, statuses: [] })).toThrow(AppError);
  });
});
