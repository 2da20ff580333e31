import { elaborated, toAppError } from '../shared/rpc/errors.ts';

/**
 * Asks a server for the first time, to connect to it. Should that fail, no sync will ask there, whatever would follow
 * from it in one.
 * @throws AppError as `ask` does, with nothing about syncs in its message
 */
export async function firstContact<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    const error = toAppError(thrown);
    throw error.nextSync === null ? thrown : elaborated(error, {}, error.sentence);
  }
}
