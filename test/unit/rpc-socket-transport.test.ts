import { describe, expect, it } from 'vitest';
import { type SocketEvents, SocketTransport } from '../../src/shared/rpc/socket-transport.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Sockets that do what the test says. */
function network() {
  const clock = new VirtualClock();
  const sockets: { events: SocketEvents; sent: string[]; at: number }[] = [];
  const transport = new SocketTransport({
    connect(events) {
      const sent: string[] = [];
      sockets.push({ events, sent, at: clock.now().getTime() });
      return { send: (text) => sent.push(text), close: () => events.onClose() };
    },
    retry: { sleep: (milliseconds) => clock.sleep(milliseconds), random: () => 0.5 },
  });
  const received: unknown[] = [];
  transport.onMessage((message) => received.push(message));
  return { clock, sockets, transport, received };
}

const request = (id: number) => ({ id, method: 'snapshot.get', input: {} });

describe('a connection to the program', () => {
  it('keeps what is said before it is there, in order', () => {
    const { sockets, transport, received } = network();
    transport.send(request(1));
    transport.send(request(2));
    sockets[0]?.events.onOpen();
    expect(sockets[0]?.sent.map((text) => JSON.parse(text).id)).toEqual([1, 2]);
    sockets[0]?.events.onText('{"kind":"result","id":1,"output":{}}');
    expect(received).toEqual([{ kind: 'result', id: 1, output: {} }]);
  });

  it('that is lost says so, refuses what is said meanwhile, and comes back by itself', async () => {
    const { clock, sockets, transport, received } = network();
    sockets[0]?.events.onOpen();
    sockets[0]?.events.onClose();
    expect(received).toEqual([null]);
    expect(transport.state).toBe('lost');
    expect(() => transport.send(request(1))).toThrow(expect.objectContaining({ code: 'OFFLINE' }));
    await clock.sleep(1_000);
    sockets[1]?.events.onOpen();
    transport.send(request(2));
    expect(sockets[1]?.sent).toHaveLength(1);
  });

  it('tries again later and later, but at least every ten seconds', async () => {
    const { clock, sockets, transport } = network();
    while (sockets.length < 12) {
      sockets.at(-1)?.events.onClose();
      await clock.sleep(10_000);
    }
    transport.close();
    const waits = sockets.slice(1).map(({ at }, index) => at - (sockets[index]?.at ?? 0));
    // What the test itself waited is in steps of ten seconds; the transport never waited longer.
    expect(Math.max(...waits)).toBeLessThanOrEqual(20_000);
    expect(sockets.length).toBe(12);
  });

  it('that is closed stays closed', async () => {
    const { clock, sockets, transport } = network();
    sockets[0]?.events.onOpen();
    transport.close();
    await clock.sleep(60_000);
    expect(sockets).toHaveLength(1);
  });
});
