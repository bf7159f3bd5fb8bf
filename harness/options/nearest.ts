/** Edits (insert, delete, replace one character) that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** The valid name nearest to a mistyped one, the first among equals; names are few and short. Throws where there are none. */
export function nearest(name: string, valid: readonly string[]): string {
  if (valid.length === 0) throw new RangeError('nearest: expected at least one valid name, found none');
  const asked = name.slice(0, 200).toLowerCase();
  const distance = (candidate: string) => editDistance(asked, candidate.toLowerCase());
  return valid.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best));
}
