/** The measures of police and call-takers without the warm-up: those at the end of a run less those at the end of the warm-up. */
import type { CallCentreMeasures } from '../../simulator/calls/call-centre.ts';
import type { DispatchMeasures } from '../../simulator/police/dispatch-api.ts';

export interface StaffMeasures {
  police: DispatchMeasures;
  centre: CallCentreMeasures;
}

/**
 * Measures of `whole` less those of `warmUp`. Samples are kept in the order in which they came, so the first ones are those of the warm-up. Values that are
 * no sums stay as they are: staff, the longest queue, and the hours, which cover the whole run.
 */
export function withoutWarmUp(whole: StaffMeasures, warmUp: StaffMeasures): StaffMeasures {
  const { police, centre } = whole;
  const before = warmUp.police;
  return {
    police: {
      ...police,
      elapsedMs: police.elapsedMs - before.elapsedMs,
      busyMs: subtract(police.busyMs, before.busyMs),
      busyMsByUnit: police.busyMsByUnit.map((ms, unit) => ms - before.busyMsByUnit[unit]),
      responseMs: dropFirst(police.responseMs, before.responseMs),
      queueMs: dropFirst(police.queueMs, before.queueMs),
      waitingMs: police.waitingMs - before.waitingMs,
      self: subtract(police.self, before.self),
      tallies: subtract(police.tallies, before.tallies),
    },
    centre: {
      ...centre,
      offered: centre.offered - warmUp.centre.offered,
      answerMs: centre.answerMs.slice(warmUp.centre.answerMs.length),
      within15s: centre.within15s - warmUp.centre.within15s,
      within20s: centre.within20s - warmUp.centre.within20s,
      abandoned: centre.abandoned - warmUp.centre.abandoned,
      redials: centre.redials - warmUp.centre.redials,
      busyMs: centre.busyMs - warmUp.centre.busyMs,
      tallies: subtract(centre.tallies, warmUp.centre.tallies),
    },
  };
}

// --- internal ---

/** Each number of `whole` less the one of the same name in `part`. */
function subtract<T extends object>(whole: T, part: NoInfer<T>): T {
  const less = part as Record<string, number>;
  return Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, (value as number) - less[key]])) as T;
}

/** Each list of samples without its first ones, as many as `part` has of them. */
function dropFirst<K extends PropertyKey>(
  whole: Record<K, Float64Array>,
  part: Record<K, Float64Array>,
): Record<K, Float64Array> {
  const entries = Object.entries<Float64Array>(whole);
  return Object.fromEntries(entries.map(([key, ms]) => [key, ms.slice(part[key as K].length)])) as Record<
    K,
    Float64Array
  >;
}
