/** A conformance check, its finding, and how a finding is written for people. */
import type { TestTown } from './test-town.ts';

/** `skip`: the target leaves this part of the contract out. */
export type State = 'pass' | 'fail' | 'skip';

/** A check's outcome: `says` is the contract's demand, `found` what the target did, or why the check was skipped. */
export interface Finding {
  /** `<group>.<name>` */
  id: string;
  says: string;
  state: State;
  found: string;
}

/** One demand of the contract, and how it is checked. */
export interface Check {
  name: string;
  says: string;
  /** Resolves with what was found if it is right. Throws Missed if it is wrong, LeftOut if the target has no such thing. */
  run(town: TestTown): Promise<string>;
}

/** Checks of one part of the contract, in the order in which they run. */
export interface CheckGroup {
  name: string;
  /** Options of the test towns of this group, if they differ from the ordinary ones. */
  town?: { sameEventMsMax?: number };
  checks: readonly Check[];
}

/** A finding in one line; a failure in two, the second of which says what was found. */
export function findingLines({ id, says, state, found }: Finding): string[] {
  const head = `${MARKS[state]}  ${id.padEnd(ID_WIDTH)}`;
  if (state === 'fail') return [`${head} ${says}`, `      ${''.padEnd(ID_WIDTH)} found: ${found}`];
  return [`${head} ${state === 'skip' ? `left out (${found})` : found}`];
}

/** How many checks passed, failed and were skipped. */
export function countLine(findings: readonly Finding[]): string {
  const count = (state: State) => findings.filter((finding) => finding.state === state).length;
  return `${findings.length} checks: ${count('pass')} passed, ${count('fail')} failed, ${count('skip')} left out by the target.`;
}

// --- internal ---

const MARKS: Readonly<Record<State, string>> = { pass: 'pass', fail: 'FAIL', skip: 'skip' };
const ID_WIDTH = 24;
