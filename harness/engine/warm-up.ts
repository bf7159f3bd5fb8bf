/** What police and call-takers did after the warm-up: their figures at the end of a run less those at the end of its beginning. */
import type { CallCentreMeasures } from '../../simulator/calls/call-centre.ts';
import type { DispatchMeasures } from '../../simulator/police/dispatch-api.ts';

export interface Staff {
  police: DispatchMeasures;
  centre: CallCentreMeasures;
}

/**
 * `later` without what `earlier` had already counted. Samples are kept in the order of their coming, so that those of the warm-up are the first ones.
 * What is no sum stays: staff, the longest line, and the hours, which are told of the whole run.
 */
export function countedSince(later: Staff, earlier: Staff): Staff {
  const { police, centre } = later;
  const before = earlier.police;
  return {
    police: {
      ...police,
      elapsedMs: police.elapsedMs - before.elapsedMs,
      busyMs: less(police.busyMs, before.busyMs),
      busyMsByUnit: police.busyMsByUnit.map((ms, unit) => ms - before.busyMsByUnit[unit]),
      responseMs: eachFrom(police.responseMs, before.responseMs),
      queueMs: eachFrom(police.queueMs, before.queueMs),
      waitingMs: police.waitingMs - before.waitingMs,
      self: less(police.self, before.self),
      tallies: less(police.tallies, before.tallies),
    },
    centre: {
      ...centre,
      offered: centre.offered - earlier.centre.offered,
      answerMs: centre.answerMs.slice(earlier.centre.answerMs.length),
      within15s: centre.within15s - earlier.centre.within15s,
      within20s: centre.within20s - earlier.centre.within20s,
      abandoned: centre.abandoned - earlier.centre.abandoned,
      redials: centre.redials - earlier.centre.redials,
      busyMs: centre.busyMs - earlier.centre.busyMs,
      tallies: less(centre.tallies, earlier.centre.tallies),
    },
  };
}

// --- internal ---

function less<T extends object>(later: T, earlier: NoInfer<T>): T {
  const before = earlier as Record<string, number>;
  return Object.fromEntries(Object.entries(later).map(([key, value]) => [key, (value as number) - before[key]])) as T;
}

function eachFrom<K extends PropertyKey>(
  later: Record<K, Float64Array>,
  earlier: Record<K, Float64Array>,
): Record<K, Float64Array> {
  const entries = Object.entries<Float64Array>(later);
  return Object.fromEntries(entries.map(([key, ms]) => [key, ms.slice(earlier[key as K].length)])) as Record<
    K,
    Float64Array
  >;
}
