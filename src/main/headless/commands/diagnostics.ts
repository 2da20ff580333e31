import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { UsageError } from '../failure.ts';
import { withClient } from '../open-client.ts';
import { table } from '../table.ts';
import { withProgress } from '../terminal.ts';

/** Writes the file for support, or shows what would be in it. */
export async function diagnostics(
  context: CommandContext,
  path: string,
  { show = false }: { readonly show?: boolean },
): Promise<Outcome> {
  const file = resolve(path);
  if (!show && !file.toLowerCase().endsWith('.zip')) {
    throw new UsageError('Name a file that ends with .zip, for example diagnostics.zip.');
  }
  const machine = { node: process.versions.node, architecture: process.arch };
  const { items: files } = await withProgress(context.terminal, 'Checking…', () =>
    withClient(context, (client) => client.call('diagnostics.collect', { machine })),
  );
  if (show) {
    return {
      document: { files },
      text: () => files.map(({ name, text }) => `── ${name}\n${text}`).join('\n'),
    };
  }
  writeWhole(file, zipSync(Object.fromEntries(files.map(({ name, text }) => [name, strToU8(text)]))));
  const sizes = files.map(({ name, text }) => ({ name, characters: text.length }));
  return {
    document: { file, files: sizes },
    text: (screen) =>
      [
        table(
          screen,
          [{ head: 'In the file' }, { head: 'Characters' }],
          sizes.map(({ name, characters }) => [name, String(characters)]),
        ),
        '',
        `Written to ${file}. It holds no sign-ins, titles or addresses; look into it before you send it to support.`,
      ].join('\n'),
  };
}

/** What stood there stays whole until the new file is. */
function writeWhole(file: string, bytes: Uint8Array): void {
  const partial = `${file}.partial`;
  try {
    writeFileSync(partial, bytes, { mode: 0o600 });
    renameSync(partial, file);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw new AppError('PERMISSION_DENIED', `${file} could not be written. Choose another place for it.`, {
      cause,
    });
  }
}
