/** What a start of the binary is for. */
export type Wanted =
  | { readonly kind: 'command'; readonly args: readonly string[] }
  | { readonly kind: 'desktop'; readonly hidden: boolean; readonly dataDir: string | undefined };

/**
 * Reads the binary's command line (`host.md`): `--headless COMMAND …` runs a command, `--hidden` starts without a
 * window. Whatever else the system or Chromium adds is passed over.
 * @param args without the binary, and without the path of the app where Electron was given one
 */
export function wantedOf(args: readonly string[]): Wanted {
  const headless = args.indexOf('--headless');
  if (headless >= 0) return { kind: 'command', args: args.slice(headless + 1) };
  return { kind: 'desktop', hidden: args.includes('--hidden'), dataDir: optionOf(args, '--data-dir') };
}

function optionOf(args: readonly string[], name: string): string | undefined {
  const joined = args.find((arg) => arg.startsWith(`${name}=`));
  if (joined !== undefined) return joined.slice(name.length + 1);
  const index = args.indexOf(name);
  return index < 0 ? undefined : args[index + 1];
}
