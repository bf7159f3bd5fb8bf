/** Errors by which a check ends that does not pass. */

/** The contract is broken; the message says what was found. */
export class Missed extends Error {}

/** No answer came at all. */
export class NoAnswer extends Missed {}

/** The target leaves this part of the contract out; the message says how that was seen. */
export class LeftOut extends Error {}

/** Throws Missed with `found` unless the condition holds. */
export function must(condition: boolean, found: string): asserts condition {
  if (!condition) throw new Missed(found);
}
