/** Do the simulation's intervals hold the published value, and do they hold a true value as often as they say? */
import type { PublishedCase } from './cases.ts';
import { replicate } from './replicate.ts';
import type { Size } from './tally.ts';
import { controlledInterval, meanInterval, type Interval } from '../../../stats/interval.ts';

/** Confidence of the intervals that must hold a published value. */
export const CONFIDENCE = 0.999;
/** The half-width must stay below this share of the published value. */
export const HALF_WIDTH_SHARE_MAX = 0.02;
/** 200 honest 95% intervals hold the truth in 92 to 98% of cases: two standard errors on either side. */
export const REPEATED = { confidence: 0.95, low: 0.92, high: 0.98, repetitions: 200 } as const;

/** A published value beside the simulated one. */
export interface Coverage {
  measure: string;
  published: number;
  /** The plain t interval over replications, and the one sharpened by control variates. */
  plain: Interval;
  controlled: Interval;
}

/** Runs replications 0, 1, 2, ... of one seed, fixed beforehand, and gives an interval for each measure that was published. */
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

/** Whether the published value lies inside the interval, and the interval is narrow enough for that to mean something. */
export function covers(interval: Interval, published: number): boolean {
  return (
    interval.low <= published && published <= interval.high && interval.halfWidth < HALF_WIDTH_SHARE_MAX * published
  );
}

/** How often intervals held the true value of a measure. */
export interface Repeated {
  measure: string;
  repetitions: number;
  /** Repetitions whose interval holds the true value: the plain intervals, and those with control variates. */
  plain: number;
  controlled: number;
}

/**
 * Poses one case `repetitions` times, each time with a 95% interval from replications of its own, of one seed fixed beforehand.
 * `truth`: true values by measure, to more digits than a table prints.
 */
export function repeat(
  { posed }: Pick<PublishedCase, 'posed'>,
  truth: Readonly<Record<string, number>>,
  seed: number,
  size: Size,
  repetitions: number,
): Repeated[] {
  const rows = Object.keys(truth).map((measure) => ({ measure, repetitions, plain: 0, controlled: 0 }));
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const runs = Array.from({ length: size.replications }, (_, i) =>
      replicate(posed, seed, repetition * size.replications + i, size),
    );
    const controls = runs.map((run) => run.controls);
    for (const row of rows) {
      const samples = runs.map((run) => run.measures[row.measure]);
      const holds = ({ low, high }: { low: number; high: number }): number =>
        Number(low <= truth[row.measure] && truth[row.measure] <= high);
      row.plain += holds(meanInterval(samples, REPEATED.confidence));
      row.controlled += holds(controlledInterval(samples, controls, REPEATED.confidence));
    }
  }
  return rows;
}
