/** What a run did for one mapping, counted. */
export interface Tally {
  readonly imported: SideTally;
  readonly exported: SideTally;
  proposed: number;
  conflicts: number;
  /** Something of this mapping was looked at: its totals must be counted again. */
  looked: boolean;
}

export interface SideTally {
  created: number;
  updated: number;
  deleted: number;
}

export function newTally(): Tally {
  return {
    imported: { created: 0, updated: 0, deleted: 0 },
    exported: { created: 0, updated: 0, deleted: 0 },
    proposed: 0,
    conflicts: 0,
    looked: false,
  };
}
