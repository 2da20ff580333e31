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
  const natural = columns.map((_, index) => Math.max(...cells.map((row) => widest(row[index] ?? ''))));
  const widths = fitted(natural, columns, screen.columns);
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

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));

/** Takes what is missing from the columns that wrap, the widest first. */
function fitted(natural: readonly number[], columns: readonly Column[], room: number): number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
  while (total() > room) {
    const flexible = columns.flatMap(({ wraps }, index) => (wraps === true ? [index] : []));
    const widest = flexible.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
    if (widest === undefined || (widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
