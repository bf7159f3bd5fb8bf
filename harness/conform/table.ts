/** Findings as a table for people. */
import type { Finding, State } from './check.ts';

const MARKS: Readonly<Record<State, string>> = { pass: 'pass', fail: 'FAIL', skip: 'skip' };
const ID_WIDTH = 24;

/** One line, or with a failure three: what the contract says, and what was found. */
export function findingLines({ id, says, state, found }: Finding): string[] {
  const head = `${MARKS[state]}  ${id.padEnd(ID_WIDTH)}`;
  if (state === 'fail') return [`${head} ${says}`, `      ${''.padEnd(ID_WIDTH)} found: ${found}`];
  return [`${head} ${state === 'skip' ? `left out (${found})` : found}`];
}

/** How many passed, failed and were skipped. */
export function countLine(findings: readonly Finding[]): string {
  const count = (state: State) => findings.filter((finding) => finding.state === state).length;
  return `${findings.length} checks: ${count('pass')} passed, ${count('fail')} failed, ${count('skip')} left out by the target.`;
}
