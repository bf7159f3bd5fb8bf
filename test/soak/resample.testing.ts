/** Soaks made of pieces of a real one in which nothing grew. */
import { COLUMNS, emptySamples, type Column, type Samples } from '../../harness/studies/soak/samples.ts';
import { mulberry32 } from '../../stats/noise.testing.ts';
import { trendOf } from '../../stats/trend.ts';

/** Rows from here to there, as a soak of their own that starts at 0. */
export function windowOf(samples: Samples, from: number, rows: number): Samples {
  const cut = emptySamples(rows);
  const startS = from === 0 ? 0 : samples.second[from - 1];
  for (const column of COLUMNS) cut[column].set(samples[column].subarray(from, from + rows));
  cut.second = cut.second.map((second) => second - startS);
  return cut;
}

/**
 * So many rows, in blocks drawn with the seed from row `from` on, all columns together. A level that rose over the hour would jump from
 * block to block: each block is moved along the slope of the whole to where it now stands, so that the slope stays and the noise is drawn.
 */
export function resampled(samples: Samples, o: { seed: number; from: number; rows: number; block: number }): Samples {
  const random = mulberry32(o.seed);
  const drawn = emptySamples(o.rows);
  const { second } = samples;
  const slopes = LEVELS.map((column) => [column, slopeOf(second, samples[column])] as const);
  const stepS = second[1] - second[0];
  drawn.second = drawn.second.map((_, i) => (i + 1) * stepS);
  for (let at = 0; at < o.rows; at += o.block) {
    const start = o.from + Math.floor(random() * (second.length - o.from - o.block + 1));
    const end = start + Math.min(o.block, o.rows - at);
    for (const column of COLUMNS) if (column !== 'second') drawn[column].set(samples[column].subarray(start, end), at);
    const movedS = drawn.second[at] - second[start];
    for (const [column, slope] of slopes)
      for (let i = at; i < at + end - start; i += 1) drawn[column][i] += slope * movedS;
  }
  return drawn;
}

/** Every `step` rows as one, rounded: medians, sums of what is counted, the last of what stands until it changes. Small enough to be kept. */
export function thinned(samples: Samples, step: number): Samples {
  const rows = Math.floor(samples.second.length / step);
  const thin = emptySamples(rows);
  for (const column of COLUMNS)
    for (let i = 0; i < rows; i += 1)
      thin[column][i] = rounded(oneOf(column, [...samples[column].subarray(i * step, (i + 1) * step)]));
  return thin;
}

// --- internal ---

const LEVELS = COLUMNS.filter((column) => column.endsWith('Bytes'));

/** A second. */
function slopeOf(second: Float64Array, values: Float64Array): number {
  return trendOf(second, values, { alpha: 0.5 })?.slope ?? 0;
}

function oneOf(column: Column, values: number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return NaN;
  if (column === 'second' || column.endsWith('AfterGcBytes')) return known[known.length - 1];
  if (column.startsWith('flow.')) return known.reduce((sum, value) => sum + value, 0);
  return known.sort((a, b) => a - b)[known.length >> 1];
}

/** Four figures that count; seconds as they are. */
function rounded(value: number): number {
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? value : Number(value.toPrecision(5));
}
