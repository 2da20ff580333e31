import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClientRequests } from '../../src/main/rpc/client-requests.ts';
import { METHODS, type Method } from '../../src/shared/rpc/contract.ts';
import { createDispatcher, type Handlers } from '../../src/shared/rpc/dispatcher.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { ServerMessage } from '../../src/shared/rpc/message.ts';

/** `security.md` 6 and 19: whatever a client sends gets an answer of the contract, and only what is right is carried out. */

const names = Object.keys(METHODS) as Method[];
const INPUTS = [
  'id',
  'file',
  'page',
  'accountId',
  'provider',
  'url',
  'theme',
  '__proto__',
  'constructor',
  'toString',
];

const input = fc.oneof(
  fc.dictionary(
    fc.constantFrom(...INPUTS),
    fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.jsonValue()),
  ),
  fc.jsonValue(),
);
const request = fc.record(
  {
    id: fc.oneof(fc.nat(), fc.constantFrom<unknown>(-1, 1.5, '1', null, 2 ** 53)),
    method: fc.oneof(
      fc.constantFrom<string>(...names, '__proto__', 'toString', 'hasOwnProperty'),
      fc.string(),
    ),
    input,
  },
  { requiredKeys: [] },
);
const message = fc.oneof(
  { weight: 6, arbitrary: request.map((one) => JSON.stringify(one)) },
  request
    .map((one) => JSON.stringify(one))
    .chain((whole) => fc.nat(whole.length).map((end) => whole.slice(0, end))),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '1', 'e', 'id') }),
  fc.anything(),
);

it('a client is answered whatever it sends, and nothing reaches a method but what its contract takes', async () => {
  const carriedOut: { readonly method: Method; readonly given: unknown }[] = [];
  const handlers = Object.fromEntries(
    names.map((method) => [
      method,
      (given: unknown) => {
        carriedOut.push({ method, given });
        throw new AppError('NOT_FOUND', 'There is no such thing.');
      },
    ]),
  ) as unknown as Handlers;
  const logged: string[] = [];
  const requests = new ClientRequests(
    { dispatch: createDispatcher({ handlers, onFailure: () => undefined }) },
    (_level, _scope, said) => void logged.push(said),
  );
  await fc.assert(
    fc.asyncProperty(message, async (sent) => {
      const answer = ServerMessage.parse(await requests.take(sent));
      if (answer.kind !== 'failure') throw new Error(`It was answered with ${answer.kind}`);
      expect(['INVALID_INPUT', 'NOT_FOUND']).toContain(answer.error.code);
    }),
    { seed: 20261130, numRuns: 3_000 },
  );
  expect(new Set(carriedOut.map(({ method }) => method)).size).toBeGreaterThan(20);
  for (const { method, given } of carriedOut) expect(METHODS[method].input.parse(given)).toEqual(given);
  // Each kind of refusal once, whatever it was that was refused.
  expect(logged.length).toBeLessThanOrEqual(5);
});
