import { resolve } from 'node:path';
import { writeDiagnostics } from '../../diagnostics/diagnostics-file.ts';
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
  writeDiagnostics(file, files);
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
