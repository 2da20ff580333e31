import { AppError } from '../../shared/rpc/errors.ts';

/** How many are named to choose from: a list that is read, not one that fills the screen. */
const NAMED = 10;

/** The booking system shows this device no such technician or project; those that it shows are named instead. */
export function notSeen(
  what: 'technician' | 'project',
  id: string,
  listed: readonly { readonly id: string; readonly name: string }[],
): AppError {
  const named = listed.slice(0, NAMED).map((seen) => `${seen.id} (${seen.name})`);
  const more = listed.length > NAMED ? ` and ${listed.length - NAMED} more` : '';
  const choice =
    named.length === 0 ? 'It sees none: ask dispatch for access.' : `It sees ${named.join(', ')}${more}.`;
  return new AppError('NOT_FOUND', `This device sees no ${what} ${id} in the booking system. ${choice}`);
}
