/** Solves a case: runs longer and longer replications until the intervals of its measures are narrow, or a limit is reached. */
import { measuresOf, type Case } from './case.ts';
import { controlledInterval, meanInterval, type Interval } from '../../../stats/interval.ts';
import { replicate } from './replicate.ts';
import type { Size } from './tally.ts';

/** The case, and how narrow its intervals must become. */
export interface SolveOptions {
  posed: Case;
  seed: number;
  replications: number;
  confidence: number;
  /** An interval is narrow if its half-width is at most this share of the mean. */
  halfWidthShareMax: number;
  /** Most customers of all replications of a round together. */
  customersMax: number;
  /** Measures whose intervals must be narrow; empty: all but the rare ones. */
  wanted: readonly string[];
  onRound?: (customers: number, widest: { measure: string; share: number } | null) => void;
}

/** Measures with their intervals. */
export interface Solved {
  measures: { measure: string; interval: Interval }[];
  size: Size;
  events: number;
  /** Wanted measures whose intervals are not narrow, because customersMax was reached. */
  wide: string[];
}

/** Each round draws from replications of its own, so that its size does not depend on its own results. */
export function solve(options: SolveOptions): Solved {
  const { replications, halfWidthShareMax } = options;
  let customers = FIRST_CUSTOMERS;
  for (let round = 0; ; round += 1) {
    const size: Size = { replications, customers, warmup: Math.ceil(WARMUP_SHARE * customers) };
    const { measures, events } = intervalsOf(options, size, round);
    const widths = measures
      .filter(({ measure, interval }) => isWanted(options, measure, interval))
      .map(({ measure, interval: { halfWidth, mean } }) => ({
        measure,
        share: halfWidth === 0 ? 0 : halfWidth / Math.abs(mean),
      }))
      .sort((a, b) => b.share - a.share);
    const wide = widths.filter(({ share }) => share > halfWidthShareMax);
    options.onRound?.(customers * replications, widths[0] ?? null);
    const customersMax = Math.floor(options.customersMax / replications);
    if (wide.length === 0 || customers >= customersMax)
      return { measures, size, events, wide: wide.map(({ measure }) => measure) };
    const needed = customers * (wide[0].share / halfWidthShareMax) ** 2 * SPARE;
    customers = Math.min(customersMax, Math.ceil(Math.max(2 * customers, Math.min(GROWTH_MAX * customers, needed))));
  }
}

// --- internal ---

const FIRST_CUSTOMERS = 4000;
/** Customers before those that are counted, as a share of them: at the start nobody waits yet. */
const WARMUP_SHARE = 0.2;
const GROWTH_MAX = 30;
const SPARE = 1.3;
/** The interval of a share below this would take very long to become narrow, and matters little unless the user asks for it. */
const RARE = 0.005;

function isWanted({ wanted }: SolveOptions, measure: string, { mean }: Interval): boolean {
  if (wanted.length > 0) return wanted.includes(measure);
  return Math.abs(mean) > RARE && !measure.startsWith('dispatches.');
}

function intervalsOf({ posed, seed, replications, confidence }: SolveOptions, size: Size, round: number) {
  const runs = Array.from({ length: replications }, (_, i) => replicate(posed, seed, round * replications + i, size));
  const controls = runs.map((run) => run.controls);
  const measures = measuresOf(posed).map((measure) => {
    const samples = runs.map((run) => run.measures[measure]);
    const isConstant = samples.every((sample) => sample === samples[0]);
    const canControl = controls[0].length < replications / 3 && !isConstant;
    const interval = canControl ? controlledInterval(samples, controls, confidence) : meanInterval(samples, confidence);
    return { measure, interval };
  });
  return { measures, events: runs.reduce((sum, { events }) => sum + events, 0) };
}
