import { notMet } from './coverage.ts';
import { type Findings, INVARIANTS, type Invariant } from './findings.ts';

/** What is said of one simulation, or of many. */
export interface Report {
  readonly verdicts: readonly {
    readonly invariant: Invariant;
    readonly says: string;
    /** How often it could have been broken. */
    readonly checked: number;
    readonly broken: readonly string[];
  }[];
  /** How often each cell, fault, deed and state was met. */
  readonly met: Readonly<Record<string, number>>;
  readonly notMet: readonly string[];
}

/** @param withCoverage whether it counts that something was never met */
export function report(all: readonly Findings[], withCoverage: boolean): Report {
  const met = new Map<string, number>();
  for (const findings of all)
    for (const [what, times] of findings.met()) met.set(what, (met.get(what) ?? 0) + times);
  return {
    verdicts: (Object.keys(INVARIANTS) as Invariant[]).map((invariant) => ({
      invariant,
      says: INVARIANTS[invariant],
      checked: all.reduce((sum, findings) => sum + findings.checked(invariant), 0),
      broken: all.flatMap((findings) => findings.broken(invariant)),
    })),
    met: Object.fromEntries([...met].sort(([a], [b]) => (a < b ? -1 : 1))),
    notMet: withCoverage ? notMet(all) : [],
  };
}

const SHOWN = 5;

/** For a person. */
export function reportText({ verdicts, met, notMet: missing }: Report): string {
  const lines: string[] = [];
  const groups = Object.groupBy(Object.entries(met), ([what]) => what.split(':')[0] ?? '');
  const titles = { cell: 'Two-way table', fault: 'Faults', state: 'Situations', deed: 'What people did' };
  for (const [kind, title] of Object.entries(titles)) {
    lines.push(`${title}:`);
    for (const [what, times] of groups[kind] ?? [])
      lines.push(`  ${String(times).padStart(6)}  ${what.slice(kind.length + 2)}`);
  }
  lines.push('', 'Verdict:');
  for (const { invariant, says, checked, broken } of verdicts) {
    const kept = checked === 0 ? 'not tried' : 'kept';
    const verdict = broken.length > 0 ? 'BROKEN' : kept;
    lines.push(`  ${invariant.padEnd(4)}${verdict.padEnd(10)}${says} (looked at ${checked} times)`);
    for (const what of broken.slice(0, SHOWN)) lines.push(`        ${what}`);
    if (broken.length > SHOWN) lines.push(`        and ${broken.length - SHOWN} more`);
  }
  if (missing.length > 0) {
    lines.push('', 'Never met, so that nothing is proven of it. More seeds or more days meet more:');
    for (const what of missing) lines.push(`  ${what}`);
  }
  return lines.join('\n');
}
