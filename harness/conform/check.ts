/** What a conformance check is, and how it says what it found. */
import type { Town } from './town.ts';

export type State = 'pass' | 'fail' | 'skip';

/** A check's outcome: `says` is the contract's demand, `found` what the target did, or why it was skipped. */
export interface Finding {
  /** `<group>.<name>` */
  id: string;
  says: string;
  state: State;
  found: string;
}

export interface Check {
  name: string;
  says: string;
  /** Answers what was found where it is right; throws Missed where it is not, LeftOut where the target has no such thing. */
  run(town: Town): Promise<string>;
}

/** Checks that share a town, in order. */
export interface CheckGroup {
  name: string;
  /** What the town is like, where it is not the ordinary one. */
  town?: { sameEventMsMax?: number };
  checks: readonly Check[];
}
