/** Does the simulation cover the published value? Runs a case's replications and gives an interval for each of its measures. */
import type { PublishedCase } from './cases.ts';
import { replicate } from './replicate.ts';
import type { Size } from './tally.ts';
import { controlledInterval, meanInterval, type Interval } from '../../../stats/interval.ts';

export const CONFIDENCE = 0.999;
/** The half-width must stay below this share of the published value. */
export const HALF_WIDTH_SHARE_MAX = 0.02;

export interface Coverage {
  measure: string;
  published: number;
  /** The plain t interval over replications, and the one sharpened by control variates. */
  plain: Interval;
  controlled: Interval;
}

/** Replications 0, 1, 2, ... of one seed, fixed beforehand. */
export function coverageOf(
  { posed, published: values }: PublishedCase,
  seed: number,
  size: Size,
): { rows: Coverage[]; events: number } {
  const runs = Array.from({ length: size.replications }, (_, replication) => replicate(posed, seed, replication, size));
  const controls = runs.map((run) => run.controls);
  const rows = Object.entries(values).map(([measure, published]) => {
    const samples = runs.map((run) => run.measures[measure]);
    return {
      measure,
      published,
      plain: meanInterval(samples, CONFIDENCE),
      controlled: controlledInterval(samples, controls, CONFIDENCE),
    };
  });
  return { rows, events: runs.reduce((sum, run) => sum + run.events, 0) };
}

/** The published value lies inside the interval, and the interval is narrow enough for that to mean something. */
export function covers(interval: Interval, published: number): boolean {
  return (
    interval.low <= published && published <= interval.high && interval.halfWidth < HALF_WIDTH_SHARE_MAX * published
  );
}
