/** The golden run, and the rule that it never changes silently. */
export interface Golden {
  scenario: string;
  seed: number;
  historyHash: string;
}

const ANNOUNCEMENT = 'changes seeded output';
const DIGITS = 12;

/** Names the line that CHANGELOG.md must have before this hash may be golden; null if the line is there. */
export function announced({ historyHash }: Golden, changelog: string): string | null {
  const digits = historyHash.slice(0, DIGITS);
  const found = changelog.split('\n').some((line) => line.includes(ANNOUNCEMENT) && line.includes(digits));
  return found ? null : `CHANGELOG.md: expected a line with '${ANNOUNCEMENT}' and ${digits}, found none`;
}
