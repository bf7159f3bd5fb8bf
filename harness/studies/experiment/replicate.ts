/** Runs one replication of one point, the run that `hundredblock simulate` makes, without its files. */
import { HOUR_MS } from '../../../contract/time.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { runOutcome } from '../../run/run.ts';
import { simulate } from '../../engine/simulate.ts';
import { runIdentity } from '../../run/write-run.ts';
import { MEASURES, type Measured } from './measures.ts';
import { CONFIDENCE } from '../../../stats/replications.ts';
import { batchMeans, mser5 } from '../../../stats/series.ts';

/** The values that one run gave. */
export interface Replication {
  /** Values in the order of the experiment's measures; null if the run had nothing to measure. */
  values: (number | null)[];
  /** Half-widths of the 95% interval that this run alone gives, by batch means over whole days; null for measures without a series. */
  batchHalfWidths: (number | null)[];
  /** Simulated hours left out at the start, as stated or as found by MSER-5. */
  warmUpHours: number;
  historyHash: string;
}

/** The measure whose hourly series MSER-5 looks at. */
const WARM_UP_MEASURE = 'unitUtilisation';
const DAY_HOURS = 24;

/**
 * `findWarmUp`: MSER-5 finds the warm-up, and if there is any, the scenario runs a second time without it. Null if `signal` stopped the
 * run.
 */
export async function replicate(
  scenario: Scenario,
  seed: number,
  measures: readonly string[],
  findWarmUp: boolean,
  signal?: AbortSignal,
): Promise<Replication | null> {
  const first = await runOnce(scenario, seed, signal);
  if (first === null) return null;
  const hours = findWarmUp ? mser5(seriesOf(first.measured, WARM_UP_MEASURE)!) : 0;
  const last = hours === 0 ? first : await runOnce({ ...scenario, warmUpHours: hours }, seed, signal);
  if (last === null) return null;
  const { measured, historyHash } = last;
  return {
    values: measures.map((name) => MEASURES[name].of(measured)),
    batchHalfWidths: measures.map((name) => batchHalfWidth(measured, name)),
    warmUpHours: measured.warmUpHours,
    historyHash,
  };
}

// --- internal ---

async function runOnce(
  scenario: Scenario,
  seed: number,
  signal?: AbortSignal,
): Promise<{ measured: Measured; historyHash: string } | null> {
  const { shards, endMs, partial } = await simulate({ scenario, seed, workers: 1, signal });
  if (partial) return null;
  const { figures } = runOutcome(scenario, shards);
  const { startMs, warmUpHours } = scenario;
  return {
    measured: { ...figures, simulated: { startMs, endMs }, warmUpHours },
    historyHash: runIdentity({ scenario, seed, startedAtMs: 0 }, shards).historyHash,
  };
}

/** The hourly series of a measure, whole hours only; null if the record has none. */
function seriesOf(run: Measured, name: string): number[] | null {
  const { hourly } = MEASURES[name];
  if (hourly === undefined) return null;
  const whole = Math.floor((run.simulated.endMs - run.simulated.startMs) / HOUR_MS);
  return run.police.hourly.slice(0, whole).map(hourly);
}

/** Batches are whole days, because rates follow the hour. */
function batchHalfWidth(run: Measured, name: string): number | null {
  const series = seriesOf(run, name)?.slice(run.warmUpHours);
  return series === undefined ? null : (batchMeans(series, DAY_HOURS, CONFIDENCE)?.halfWidth ?? null);
}
