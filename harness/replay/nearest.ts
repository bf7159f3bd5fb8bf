import { editDistance } from '../scenario/nearest.ts';

/** The name out of `names` that is fewest edits away from `wanted`, ignoring case; null where none is near (half of it or more differs). */
export function nearest(wanted: string, names: Iterable<string>): string | null {
  // A name of one or two letters is near to everything.
  const target = wanted.slice(0, LENGTH_MAX).toLowerCase();
  let best: string | null = null;
  let bestEdits = Math.max(2, Math.ceil(target.length / 2));
  for (const name of names) {
    const edits = editDistance(target, name.slice(0, LENGTH_MAX).toLowerCase());
    if (edits < bestEdits) [best, bestEdits] = [name, edits];
  }
  return best;
}

// --- internal ---

/** Longer names are compared by their beginnings, so that a junk header cannot make a refusal slow. */
const LENGTH_MAX = 64;
