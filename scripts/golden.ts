/** The golden run, and the rule that it never changes silently. */
export interface Golden {
  scenario: string;
  seed: number;
  historyHash: string;
}

const ANNOUNCEMENT = 'changes seeded output';
const DIGITS = 12;

/** Names the entry that CHANGELOG.md must have before this hash may be golden; null if it is there. An entry may go on in indented lines. */
export function announced({ historyHash }: Golden, changelog: string): string | null {
  const digits = historyHash.slice(0, DIGITS);
  const entries = changelog.replace(/\n +/g, ' ').split('\n');
  const found = entries.some((entry) => entry.includes(ANNOUNCEMENT) && entry.includes(digits));
  return found ? null : `CHANGELOG.md: expected an entry with '${ANNOUNCEMENT}' and ${digits}, found none`;
}
