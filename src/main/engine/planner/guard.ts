/** Something a mapping has, that seems to have gone on one side and would now go on the other. */
export interface Disappearance {
  readonly linkId: number;
  /** `inferred`: only missing from a complete listing. `explicit`: the other side said that it was deleted. */
  readonly proof: 'inferred' | 'explicit';
  /** Occurrences of one deleted series count once. */
  readonly seriesKey: string;
}

export interface GuardInput {
  readonly disappearances: readonly Disappearance[];
  /** How many live links the mapping has. */
  readonly total: number;
  /** A listing that had entries before came back with none. */
  readonly suddenlyEmpty: boolean;
  /** Links whose deletion a person has released. */
  readonly released: ReadonlySet<number>;
}

export interface GuardVerdict {
  readonly held: ReadonlySet<number>;
  /** Why, in a sentence; null when nothing is held. */
  readonly reason: string | null;
}

/** How many of a mapping's `total` live links may seem gone at once before a person is asked (`sync.md`, Guards). */
export const inferredLimit = (total: number): number => Math.max(5, 0.2 * total);
/** How many may be said to be deleted; a whole series counts as one. */
export const explicitLimit = (total: number): number => Math.max(20, 0.5 * total);

/**
 * Decides which deletions wait for a person: a server that answers badly must never empty a calendar. Everything
 * else in the run goes on.
 */
export function guard(input: GuardInput): GuardVerdict {
  const pending = input.disappearances.filter(({ linkId }) => !input.released.has(linkId));
  const inferred = pending.filter(({ proof }) => proof === 'inferred');
  const explicit = pending.filter(({ proof }) => proof === 'explicit');
  const held = new Set<number>();
  const reasons: string[] = [];

  if (inferred.length > 0 && input.suddenlyEmpty) {
    reasons.push('The listing was suddenly empty.');
    for (const { linkId } of inferred) held.add(linkId);
  } else if (inferred.length > inferredLimit(input.total)) {
    reasons.push(`${inferred.length} of ${input.total} entries were suddenly missing.`);
    for (const { linkId } of inferred) held.add(linkId);
  }
  const explicitCount = new Set(explicit.map(({ seriesKey }) => seriesKey)).size;
  if (explicitCount > explicitLimit(input.total)) {
    reasons.push(`${explicitCount} of ${input.total} entries were deleted at once.`);
    for (const { linkId } of explicit) held.add(linkId);
  }
  return { held, reason: reasons.length === 0 ? null : reasons.join(' ') };
}
