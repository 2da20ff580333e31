import Table from 'cli-table3';
import { printable, type Screen } from './terminal.ts';

export interface Column {
  readonly head: string;
  /** Gives way, by wrapping, where the screen is too narrow. Ids do not: a wrapped one cannot be copied. */
  readonly wraps?: boolean;
}

const GAP = '  ';
const NARROWEST = 14;
const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: GAP },
};

/** Rows under their heads, without colour, as wide as they need to be or as the screen allows. */
export function table(
  screen: Screen,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [columns.map(({ head }) => head), ...rows.map((row) => row.map(printable))];
  const natural = columns.map((_, index) => widest(cells, index, '\n'));
  // A word that does not fit would be cut, and with it an address or a link.
  const least = columns.map(({ wraps }, index) =>
    wraps === true ? Math.max(NARROWEST, widest(cells, index, /\s/)) : (natural[index] ?? 0),
  );
  const widths = fitted(natural, least, screen.columns);
  const built = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: widths,
    wordWrap: true,
  });
  const [heads = [], ...body] = cells;
  built.push(
    [...heads],
    widths.map((width) => '─'.repeat(width)),
    ...body.map((row) => [...row]),
  );
  return built
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The longest piece between separators of any cell in a column. */
function widest(cells: readonly (readonly string[])[], column: number, separator: string | RegExp): number {
  const pieces = cells.flatMap((row) => (row[column] ?? '').split(separator));
  return pieces.reduce((longest, piece) => Math.max(longest, [...piece].length), 0);
}

/** Takes what is missing from the widest columns that can still give way. */
function fitted(natural: readonly number[], least: readonly number[], room: number): number[] {
  const widths = [...natural];
  let missing = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - room;
  for (; missing > 0; missing -= 1) {
    const [, column] = widths.reduce<readonly [width: number, column: number]>(
      (best, width, index) => (width > (least[index] ?? 0) && width > best[0] ? [width, index] : best),
      [0, -1],
    );
    if (column === -1) break;
    widths[column] = (widths[column] ?? 0) - 1;
  }
  return widths;
}
