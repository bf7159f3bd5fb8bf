/** The golden run, and the rule that it never changes silently. */
export interface Golden {
  scenario: string;
  seed: number;
  historyHash: string;
}

const ANNOUNCEMENT = 'changes seeded output';
const DIGITS = 12;

/** What CHANGELOG.md lacks to make this hash golden; null where it lacks nothing. */
export function announced({ historyHash }: Golden, changelog: string): string | null {
  const digits = historyHash.slice(0, DIGITS);
  const found = changelog.split('\n').some((line) => line.includes(ANNOUNCEMENT) && line.includes(digits));
  return found ? null : `CHANGELOG.md: expected a line with '${ANNOUNCEMENT}' and ${digits}, found none`;
}
