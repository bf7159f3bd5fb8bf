/** What the trials of a search say beyond where the capacity lies: what broke first, and how throughput grows with connections. */
import type { Capacity, CapacityTrial } from '../../../contract/record/capacity.ts';
import type { Objective } from './slo.ts';
import { fitUsl, kneeOf } from '../../../stats/usl.ts';

/**
 * The objective that was not met at the lowest load, of the full trials at or above the lower bound; of several at that load the one that was given first.
 * A trial that fails far below is a fluke and says nothing of the limit. Where no undisturbed trial failed, disturbed ones stand in, and then short
 * ones. Null where none failed.
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

/** The law and its knee over the trials that the generator did not limit; both null where loads are no connections, or too few. */
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

/** A trial to show for a capacity: a full one before a short one, then the greatest load; below `load` where it is given. */
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
