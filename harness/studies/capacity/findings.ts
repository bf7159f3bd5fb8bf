/** Findings of a search besides the capacity: the objective that broke first, and how throughput grows with connections. */
import type { Capacity, CapacityTrial } from '../../../contract/record/capacity.ts';
import type { Objective } from './slo.ts';
import { fitUsl, kneeOf } from '../../../stats/usl.ts';

/**
 * The objective that broke first: of the full trials at or above the lower bound that failed, the one at the lowest load decides, and of
 * its objectives the first in the user's list. A trial that fails far below is a fluke and says nothing of the limit. If no undisturbed
 * trial failed, disturbed ones stand in, and then short ones. Null if none failed.
 */
export function brokeFirst(
  trials: readonly CapacityTrial[],
  objectives: readonly Objective[],
  lower: number | null,
): Capacity['brokeFirst'] {
  const failures = trials
    .filter(({ passed, limited, load }) => !passed && !limited && load >= (lower ?? 0))
    .sort((a, b) => a.load - b.load);
  const full = failures.filter(({ phase }) => phase === 'confirm');
  const first = full.find(({ disturbed }) => disturbed !== true) ?? full.at(0) ?? failures.at(0);
  if (first === undefined) return null;
  const broken = objectives.find(({ text }) => first.failed.some(({ objective }) => objective === text));
  return {
    objective: broken?.text ?? 'to stay up to the end',
    stage: broken?.stage ?? 'target',
    load: first.load,
    grewMost: grewMost(first, bestOf(trials, first.load)),
  };
}

/**
 * The universal scalability law and its knee, fitted to the trials that the generator did not limit. Both null if loads are not
 * connections (`connectionsOf` null) or were too few.
 */
export function scalability(
  trials: readonly CapacityTrial[],
  connectionsOf: ((trial: CapacityTrial) => number) | null,
): Pick<Capacity, 'usl' | 'knee'> {
  if (connectionsOf === null) return { usl: null, knee: null };
  const points = trials.flatMap((trial) =>
    trial.limited ? [] : [{ connections: connectionsOf(trial), throughput: trial.throughput }],
  );
  const usl = fitUsl(points);
  return { usl, knee: usl === null ? null : kneeOf(usl) };
}

/** The trial to show for a capacity, of those that passed below `load`: full trials come before short ones, then the greatest load wins. */
export function bestOf<T extends Pick<CapacityTrial, 'phase' | 'load' | 'passed' | 'limited'>>(
  trials: readonly T[],
  load: number = Infinity,
): T | null {
  const passes = trials.filter((one) => one.passed && !one.limited && one.load < load);
  const full = passes.filter(({ phase }) => phase === 'confirm');
  return (full.length > 0 ? full : passes).reduce<T | null>(
    (best, one) => (best === null || one.load > best.load ? one : best),
    null,
  );
}

// --- internal ---

/** The stage whose p99 grew most from the passed trial to the failed one. */
function grewMost(
  failed: CapacityTrial,
  passed: CapacityTrial | null,
): NonNullable<Capacity['brokeFirst']>['grewMost'] {
  if (passed === null) return null;
  const grown = Object.entries(failed.latencyMs).flatMap(([stage, { p99: toMs }]) => {
    const from = passed.latencyMs[stage];
    return from === undefined || from.p99 === 0 ? [] : [{ stage, fromMs: from.p99, toMs }];
  });
  return grown.reduce<(typeof grown)[number] | null>(
    (most, one) => (most === null || one.toMs / one.fromMs > most.toMs / most.fromMs ? one : most),
    null,
  );
}
