/** One number of a measure. */
export interface Figure {
  readonly name: string;
  readonly unit: 'ms' | 'MB' | '%' | '×';
  readonly value: number;
  /** What it must stay under, or null where it only informs. */
  readonly limit: number | null;
  /** What `value` is the median of. */
  readonly samples?: readonly number[];
}

/** What one sync moved. */
export interface Counts {
  readonly sync: string;
  readonly requests: number;
  /** Rows that it left in the database. */
  readonly rows: number;
  /** Bodies sent and received. */
  readonly bytes: number;
}

export type Outcome =
  | { readonly kind: 'measured'; readonly figures: readonly Figure[]; readonly counts: readonly Counts[] }
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'broken'; readonly why: string };

export interface BenchOptions {
  /** How many runs a median is taken of. */
  readonly runs: number;
  /** Progress, for whoever waits. */
  readonly say: (text: string) => void;
}

export interface Measure {
  readonly name: string;
  readonly title: string;
  /** @throws whatever kept it from measuring what it says */
  run(options: BenchOptions): Promise<Outcome>;
}

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new RangeError('There is no median of nothing');
  return (low + high) / 2;
}

/** The median of samples. */
export function medianOf(
  name: string,
  unit: Figure['unit'],
  samples: readonly number[],
  limit: number | null = null,
): Figure {
  return { name, unit, value: median(samples), limit, samples };
}

/** The median of samples in milliseconds. */
export function milliseconds(name: string, samples: readonly number[], limit: number | null = null): Figure {
  return medianOf(name, 'ms', samples, limit);
}

/**
 * How many times the floor it takes: the median of what each run says against the floor beside it, since the machine is
 * not equally fast all the time.
 * @throws RangeError where one of them does not say what its runs took, or not as many did
 */
export function ratio(name: string, figure: Figure, floor: Figure, limit: number | null): Figure {
  const { samples } = figure;
  const floors = floor.samples;
  if (samples === undefined || floors === undefined) {
    const without = samples === undefined ? figure.name : floor.name;
    throw new RangeError(`${name}: “${without}” does not say what its runs took`);
  }
  if (samples.length !== floors.length) throw new RangeError(`${name}: not as many floors as runs`);
  return medianOf(
    name,
    '×',
    samples.map((sample, run) => sample / (floors[run] ?? Number.NaN)),
    limit,
  );
}

/** Milliseconds. */
export interface Spent {
  readonly wall: number;
  /** Of this process, all its threads: what the machine does beside it hardly shows here. */
  readonly cpu: number;
}

/** What `work` takes, begun with a clean heap. */
export async function timed(work: () => unknown): Promise<Spent> {
  globalThis.gc?.();
  const cpuBefore = process.cpuUsage();
  const from = performance.now();
  await work();
  const wall = performance.now() - from;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall, cpu: (user + system) / 1000 };
}

/** @throws Error when what was measured is not what was meant */
export function verify(what: string, actual: unknown, expected: unknown): void {
  const [is, ought] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== ought) throw new Error(`${what}: ${is} instead of ${ought}`);
}
