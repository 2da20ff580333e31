import { lookup } from 'node:dns/promises';
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError, TRIED_AGAIN } from '../../../shared/rpc/errors.ts';
import { KEPT } from '../icalendar/errors.ts';
import type { ReadFile } from './feed-download.ts';
import type { Lookup } from './network-guard.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Names as the operating system resolves them. Behind a proxy a computer often cannot resolve the names of the
 * internet; then the proxy does, and decides where it may go.
 */
export function systemLookup(environment: Environment): Lookup {
  return async (hostname) => {
    try {
      return (await lookup(hostname, { all: true })).map(({ address }) => address);
    } catch (error) {
      if (isProxied(environment)) return [];
      throw error;
    }
  };
}

function isProxied(environment: Environment): boolean {
  return ['HTTPS_PROXY', 'HTTP_PROXY'].some((name) => environment[name] || environment[name.toLowerCase()]);
}

/** A file of this computer; of one that is too large, nothing but that it is. */
export const systemReadFile: ReadFile = async (url, maxBytes) => {
  try {
    const path = fileURLToPath(url);
    // Asked before it is opened: a pipe would keep us waiting, and a device never end.
    const status = await stat(path);
    if (!status.isFile()) {
      throw new AppError(
        'INVALID_INPUT',
        `${path} is no file but a folder or a device. Name the calendar file itself.`,
        { nextSync: KEPT },
      );
    }
    return status.size > maxBytes ? new Uint8Array(maxBytes + 1) : await readFile(path);
  } catch (cause) {
    throw cause instanceof AppError ? cause : fileError(url, cause);
  }
};

/** The file as this computer writes it; an address that is no path, as it stands. */
function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url.pathname;
  }
}

function fileError(url: URL, cause: unknown): AppError {
  const name = pathOf(url);
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return new AppError(
        'PERMISSION_DENIED',
        `The calendar file ${name} may not be read. Allow it to be read, or choose another.`,
        { cause },
      );
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError(
        'NOT_FOUND',
        `The calendar file ${name} is not there (any more). Put it back, or subscribe to it where it is now.`,
        { cause, nextSync: KEPT },
      );
    default:
      return new AppError('PROVIDER_ERROR', `The calendar file ${name} could not be read.`, {
        cause,
        nextSync: TRIED_AGAIN,
      });
  }
}
