/** Exact distributions of rank statistics, ties included: every assignment of the ranks is counted, none is sampled. */

/** Midranks of the values times two, so that those of ties are whole numbers too: 2, 4, 6, ... if none are tied. */
export function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = Array.from<number>({ length: values.length });
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]] === values[order[from]]) to += 1;
    for (let k = from; k <= to; k += 1) ranks[order[k]] = from + to + 2;
    from = to + 1;
  }
  return ranks;
}

/** Number of the 2^n subsets of the ranks that have each sum: place s for sum s. Exact up to 53 ranks, and to 15 digits beyond. */
export function subsetSums(ranks: readonly number[]): Float64Array {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const ways = new Float64Array(total + 1);
  ways[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    for (let sum = reached; sum >= 0; sum -= 1) ways[sum + rank] += ways[sum];
    reached += rank;
  }
  return ways;
}

/** Number of subsets of `size` ranks that have each sum: place s for sum s. */
export function sizedSubsetSums(ranks: readonly number[], size: number): Float64Array {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(total + 1));
  ways[0][0] = 1;
  let reached = 0;
  for (const [i, rank] of ranks.entries()) {
    for (let n = Math.min(i + 1, size); n >= 1; n -= 1)
      for (let sum = reached; sum >= 0; sum -= 1) ways[n][sum + rank] += ways[n - 1][sum];
    reached += rank;
  }
  return ways[size];
}

/** Two-sided p of a sum: twice the smaller of its two tails, at most 1. `ways`: number of ways to reach each sum. */
export function twoSided(ways: Float64Array, found: number): number {
  let below = 0;
  let above = 0;
  let all = 0;
  for (const [sum, count] of ways.entries()) {
    all += count;
    if (sum <= found) below += count;
    if (sum >= found) above += count;
  }
  return Math.min(1, (2 * Math.min(below, above)) / all);
}

/**
 * The greatest k for which values of the statistic below k have together at most `tail` of the probability; 0 if value 0 alone has more.
 */
export function lowerCount(ways: Float64Array, tail: number): number {
  const all = ways.reduce((sum, count) => sum + count, 0);
  let cumulative = 0;
  for (const [k, count] of ways.entries()) {
    cumulative += count;
    if (cumulative / all > tail) return k;
  }
  return ways.length;
}
