/** Do 95% intervals hold the truth 95% of the time? The same case posed many times over, each with intervals of its own. */
import type { PublishedCase } from './cases.ts';
import { controlledInterval, meanInterval } from '../../../stats/interval.ts';
import { replicate } from './replicate.ts';
import type { Size } from './tally.ts';

export interface Repeated {
  measure: string;
  repetitions: number;
  /** Repetitions whose interval holds the true value: plain, and with control variates. */
  plain: number;
  controlled: number;
}

/** Of 200 honest 95% intervals, so many lie within two standard errors: 92 to 98%. */
export const COVERAGE = { confidence: 0.95, low: 0.92, high: 0.98, repetitions: 200 } as const;

/** Each repetition takes replications of its own, of one seed fixed beforehand. `truth`: values to more digits than a table prints. */
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
      row.plain += holds(meanInterval(samples, COVERAGE.confidence));
      row.controlled += holds(controlledInterval(samples, controls, COVERAGE.confidence));
    }
  }
  return rows;
}
