/**
 * A number in [0, 1) by entity and attempt: spreads those that come back, so that they don't all come at once, and in every run in the
 * same way. Steps of the golden ratio fill the interval evenly.
 */
export function spread(entity: number, attempt: number): number {
  return ((Math.imul(entity + 1, 0x9e3779b1) ^ Math.imul(attempt, 0x85ebca77)) >>> 0) / 2 ** 32;
}
