import Table from 'cli-table3';
import type { Figure, Measure, Outcome } from './figure.ts';

/** One measure with what came of it. */
export interface Measured {
  readonly measure: Pick<Measure, 'name' | 'title'>;
  readonly outcome: Outcome;
}

const isMissed = ({ value, limit }: Figure): boolean => limit !== null && value > limit;

/** For people. */
export function reportText(measured: readonly Measured[]): string {
  const figures = new Table({
    head: ['measure', 'figure', 'value', 'at most', ''],
    colAligns: ['left', 'left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  const counts = new Table({
    head: ['sync', 'requests', 'rows', 'KB'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { measure, outcome } of measured) {
    if (outcome.kind !== 'measured') {
      figures.push([measure.title, `${outcome.kind}: ${outcome.why}`, '', '', '']);
      continue;
    }
    for (const [index, figure] of outcome.figures.entries()) {
      const { name, limit } = figure;
      figures.push([index === 0 ? measure.title : '', name, shown(figure), limit ?? '', verdict(figure)]);
    }
    for (const { sync, requests, rows, bytes } of outcome.counts) {
      counts.push([sync, requests, rows, Math.round(bytes / 1000)]);
    }
  }
  return counts.length === 0 ? figures.toString() : `${figures}\n\n${counts}`;
}

const shown = ({ value, unit }: Figure): string => `${value.toFixed(value < 100 ? 2 : 0)} ${unit}`;

function verdict(figure: Figure): string {
  if (figure.limit === null) return '';
  return isMissed(figure) ? 'missed' : 'met';
}

/** For programs. */
export function reportDocument(measured: readonly Measured[], runs: number): object {
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    runs,
    measures: measured.map(({ measure: { name, title }, outcome }) => ({
      name,
      title,
      ...outcome,
      ...(outcome.kind === 'measured' && {
        figures: outcome.figures.map((figure) => ({ ...figure, met: !isMissed(figure) })),
      }),
    })),
  };
}
