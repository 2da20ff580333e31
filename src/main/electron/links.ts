import { shell } from 'electron';
import { AppError } from '../../shared/rpc/errors.ts';
import { isSafeLink } from './safe-link.ts';

/**
 * Opens a sign-in page in the system's browser.
 * @throws AppError INVALID_INPUT for an address that is not https
 */
export async function openLink(url: string): Promise<void> {
  if (!isSafeLink(url)) {
    throw new AppError('INVALID_INPUT', 'That address is not opened: it is not a secure one (https).');
  }
  await shell.openExternal(url);
}
