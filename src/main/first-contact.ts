import { elaborated, toAppError } from '../shared/rpc/errors.ts';

/** What failures say of syncs: that another comes by itself or helps, and that nothing was lost. */
const OF_SYNCS = [
  / Nothing was lost; it is tried again at the next sync\./g,
  /; it is tried again at the next sync(?=\.)/g,
  / It is tried again (?:at the next sync|automatically|later|after it)\./g,
  / What was read before stays as it is\./g,
  /, or sync again(?=\.)/g,
];

/**
 * Asks a server for the first time, to connect to it. Should that fail, no sync will ask there, whatever the sentence
 * says that was written for one.
 * @throws AppError as `ask` does, with nothing about syncs in its message
 */
export async function firstContact<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    const error = toAppError(thrown);
    const message = OF_SYNCS.reduce((text, part) => text.replaceAll(part, ''), error.message);
    throw message === error.message ? thrown : elaborated(error, {}, message);
  }
}
