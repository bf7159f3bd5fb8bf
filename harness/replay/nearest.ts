import { editDistance } from '../options/nearest.ts';

/** The name out of `names` that is fewest edits away from `wanted`, ignoring case; null where none is near: more than two edits and half of it or more. */
export function nearest(wanted: string, names: Iterable<string>): string | null {
  const target = wanted.slice(0, LENGTH_MAX).toLowerCase();
  let best: string | null = null;
  let bestEdits = Math.max(3, Math.ceil(target.length / 2));
  for (const name of names) {
    const edits = editDistance(target, name.slice(0, LENGTH_MAX).toLowerCase());
    // Names of one or two letters would be near to any other, were all of their letters allowed to differ.
    if (edits < bestEdits && edits < Math.max(target.length, name.length)) [best, bestEdits] = [name, edits];
  }
  return best;
}

/**
 * The column out of `columns` that `wanted` most likely means: the same but for case, else with the same last part (`CASE_NUM` for `attributes.CASE_NUM`),
 * else the nearest name.
 */
export function nearestColumn(wanted: string, columns: readonly string[]): string | null {
  const target = wanted.trim().toLowerCase();
  return (
    columns.find((c) => c.toLowerCase() === target) ??
    columns.find((c) => lastPart(c.toLowerCase()) === lastPart(target)) ??
    nearest(wanted, columns)
  );
}

// --- internal ---

function lastPart(column: string): string {
  return column.slice(Math.max(column.lastIndexOf('.'), column.lastIndexOf('/')) + 1);
}

/** Longer names are compared by their beginnings, so that a junk header cannot make a refusal slow. */
const LENGTH_MAX = 64;
