import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES, whole } from '../../src/main/schedule/http-message.ts';

const TEXT = '{"title":"Müller – Wärmepumpe 🔧"}';
const BYTES = new TextEncoder().encode(TEXT);

/** An answer that arrives byte by byte, so that it is cut within its characters. */
const received = (): Response =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const byte of BYTES) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    }),
    { status: 207, headers: { etag: '"1"' } },
  );

describe('an answer that has arrived in full', () => {
  it.each([
    { as: 'text', read: (response: Response) => response.text(), expected: TEXT },
    { as: 'JSON', read: (response: Response) => response.json(), expected: JSON.parse(TEXT) },
    {
      as: 'bytes',
      read: async (response: Response) => new Uint8Array(await response.arrayBuffer()),
      expected: BYTES,
    },
  ])('can be read as $as', async ({ read, expected }) => {
    const { response, text } = await whole(received(), MAX_BODY_BYTES);
    expect(text()).toBe(TEXT);
    expect(await read(response)).toEqual(expected);
    expect([response.status, response.headers.get('etag')]).toEqual([207, '"1"']);
  });

  it('may be exactly as large as it may be', async () => {
    expect((await whole(received(), BYTES.length)).text()).toBe(TEXT);
    await expect(whole(received(), BYTES.length - 1)).rejects.toMatchObject({ detail: 'too-large' });
  });

  it('has no body where none came', async () => {
    const { response, text } = await whole(new Response(null, { status: 204 }), MAX_BODY_BYTES);
    expect([response.body, text(), await response.text()]).toEqual([null, '', '']);
  });
});
