/** Medians. Two conventions for an even number of values are in use: the mean of the middle two, and the greater of them. */

/** The median of values in any order; of an even number the mean of the middle two. NaN if there are none. */
export function median(values: readonly number[]): number {
  return medianOfAscending([...values].sort((x, y) => x - y));
}

/** The same for values that are sorted already, the least first. */
export function medianOfAscending(ascending: readonly number[]): number {
  const half = ascending.length >> 1;
  if (ascending.length === 0) return NaN;
  return ascending.length % 2 === 1 ? ascending[half] : (ascending[half - 1] + ascending[half]) / 2;
}

/** The median of values in any order; of an even number the greater of the middle two, so that it is always a value of the sample. */
export function upperMedian(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[values.length >> 1];
}
