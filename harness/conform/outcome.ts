/** How a check ends that does not pass. */

/** The contract is broken; the message says what was found. */
export class Missed extends Error {}

/** No answer came at all. */
export class NoAnswer extends Missed {}

/** The target leaves this out; the message says how that showed. */
export class LeftOut extends Error {}

/** Throws Missed with `found` unless the condition holds. */
export function must(condition: boolean, found: string): asserts condition {
  if (!condition) throw new Missed(found);
}
