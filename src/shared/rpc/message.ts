import { z } from 'zod';
import { type AppError, ERROR_CODES } from './errors.ts';

/** What travels between a client and the dispatcher, whatever carries it. */

export const RequestMessage = z.strictObject({
  id: z.number().int().nonnegative(),
  method: z.string().max(100),
  input: z.unknown(),
});
export type RequestMessage = z.infer<typeof RequestMessage>;

const RpcFailure = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  detail: z.string().nullable(),
  command: z.string().nullable().optional(),
});
export type RpcFailure = z.infer<typeof RpcFailure>;

export const ServerMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('result'), id: z.number().int(), output: z.unknown() }),
  z.object({ kind: z.literal('failure'), id: z.number().int(), error: RpcFailure }),
  z.object({ kind: z.literal('event'), event: z.string(), payload: z.unknown() }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

/** The id of something that may be no request, so that its sender can tell which was refused; -1 where it has none. */
export function idOf(message: unknown): number {
  const id: unknown = typeof message === 'object' && message !== null && 'id' in message ? message.id : null;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : -1;
}

export const failureMessage = (id: number, { code, message, detail, command }: AppError): ServerMessage => ({
  kind: 'failure',
  id,
  error: { code, message, detail, ...(command !== null && { command }) },
});
