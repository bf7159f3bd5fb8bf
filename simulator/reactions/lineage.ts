/**
 * The chain from an alert to what it led to. Everything that alerts cause carries one; what would have happened anyway has none.
 *
 * `generation` counts the 911 calls in the chain, the present one included: a call that an alert about an exogenous incident caused has
 * generation 1, a call that the alert about that call caused has generation 2. Posts and comments carry the generation of the calls that they
 * may lead to.
 */
export interface Lineage {
  /** Identifier of the first alert of the chain. */
  root: string;
  generation: number;
}

/** A message that reached residents, for them to react to. */
export interface Stimulus {
  kind: 'alert' | 'post';
  /** Unique among stimuli. */
  id: string;
  /** Chain and generation of everything that this causes. */
  lineage: Lineage;
  /** Id of the first post of a post's thread; an alert's own id. */
  thread: string;
  /** Number of comments between the post and the first one of its thread, this one included; 0 for an alert. */
  depth: number;
}

/** The stimulus of an alert. `about`: lineage of its incident; undefined if no alert caused that. */
export function alertStimulus(identifier: string, about: Lineage | undefined): Stimulus {
  const lineage = { root: about?.root ?? identifier, generation: (about?.generation ?? 0) + 1 };
  return { kind: 'alert', id: identifier, lineage, thread: identifier, depth: 0 };
}

/** A stimulus by a message that its agency knows nothing about: a target can send anything. */
export function strangeStimulus(kind: 'alert' | 'post', id: string): Stimulus {
  return { kind, id, lineage: { root: id, generation: 1 }, thread: id, depth: 0 };
}
