/**
 * Why something exists: the chain from an alert to what it led to. Everything that alerts cause carries one; what would have happened anyway has none.
 *
 * `generation` counts the 911 calls in the chain, the present one included: a call that an alert about an exogenous incident caused is of generation 1,
 * one that the alert about that call caused is of generation 2. Posts and comments pass on the generation of the calls that they may lead to.
 */
export interface Lineage {
  /** Identifier of the first alert of the chain. */
  root: string;
  generation: number;
}

/** What reached residents, for them to react to. */
export interface Stimulus {
  kind: 'alert' | 'post';
  /** Unique among stimuli. */
  id: string;
  /** Chain and generation of what this causes. */
  lineage: Lineage;
  /** Of a post: the first post of its thread, and how many comments stand between. */
  thread: string;
  depth: number;
}

/** An alert about an incident of this lineage; undefined for an incident that no alert caused. */
export function alertStimulus(identifier: string, about: Lineage | undefined): Stimulus {
  const lineage = { root: about?.root ?? identifier, generation: (about?.generation ?? 0) + 1 };
  return { kind: 'alert', id: identifier, lineage, thread: identifier, depth: 0 };
}

/** A message that its agency knows nothing of: a system under test can send anything. */
export function strangeStimulus(kind: 'alert' | 'post', id: string): Stimulus {
  return { kind, id, lineage: { root: id, generation: 1 }, thread: id, depth: 0 };
}
