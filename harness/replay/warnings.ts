/** Warnings about a replay's figures: mostly, that the mapping does not fit the file. Private text never stands in one. */
import { shown } from '../../contract/explain.ts';
import type { Mapping } from '../../contract/mapping.ts';
import { listOf } from './columns.ts';
import type { Tally } from './tally.ts';

export interface Replayed {
  mapping: Mapping;
  tally: Pick<Tally, 'counts' | 'times' | 'rejectedBy' | 'rejectShapes' | 'unmappedNatures'>;
  /** Natures that the mapping names, and those of them that no row had. */
  namedNatures: readonly string[];
  unseenNatures: ReadonlySet<string>;
  /** Rows whose id stood in another file before. */
  rowsOfOtherFiles: number;
}

/** Sentences, the most important first. */
export function replayWarnings(replayed: Replayed): string[] {
  const { counts, times } = replayed.tally;
  const warnings = [...rejectWarnings(replayed), ...natureWarnings(replayed)];
  // The files of a live list repeat the same calls, so their rows go back in time by nature.
  if (times.backwards > 0 && replayed.rowsOfOtherFiles === 0)
    warnings.push(
      `${times.backwards} rows stand after a later one and reached the pipeline late: "order": "sorted" puts them in place`,
    );
  if (counts.records > 0 && counts.eligible === 0)
    warnings.push('no record is of a category of the preset: look at unmappedNatures');
  return warnings;
}

// --- internal ---

const NAMED_MAX = 5;

/** Each reason that rejected more than a tenth of the rows; all reasons if no row was left. */
function rejectWarnings({ mapping, tally }: Replayed): string[] {
  const { rows, parsed } = tally.counts;
  return [...tally.rejectedBy]
    .filter(([, count]) => parsed === 0 || count * 10 > rows)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([reason, count]) => {
      const spec =
        reason === 'bad-time' ? mapping.time : reason === 'bad-published-time' ? mapping.published : undefined;
      const shape = tally.rejectShapes.get(reason);
      const why =
        spec === undefined || shape === undefined
          ? ''
          : `: expected ${listOf(spec.format).map(shown).join(' or ')}, found texts like ${shown(shape)}`;
      return `${parsed === 0 ? 'no row is left: ' : ''}${count} of ${rows} rows were rejected as ${reason}${why}`;
    });
}

/** Without case and spaces. */
function folded(nature: string): string {
  return nature.toLowerCase().replace(/\s+/g, '');
}

function natureWarnings({ tally, namedNatures, unseenNatures }: Replayed): string[] {
  const warnings: string[] = [];
  const starred = namedNatures.filter((nature) => nature.includes('*') && unseenNatures.has(nature));
  if (starred.length > 0)
    warnings.push(`natures are compared exactly, a * stands for itself, and no row has ${firstOf(starred.map(shown))}`);
  const exact = new Set(namedNatures);
  const byFold = new Map(namedNatures.map((nature) => [folded(nature), nature]));
  const near = [...tally.unmappedNatures.keys()].sort().flatMap((nature) => {
    const meant = exact.has(nature) ? undefined : byFold.get(folded(nature));
    return meant === undefined ? [] : [`${shown(nature)} for ${shown(meant)}`];
  });
  if (near.length > 0)
    warnings.push(`natures of rows that differ only by case or spaces from the mapping's: ${firstOf(near)}`);
  return warnings;
}

function firstOf(texts: readonly string[]): string {
  const more = texts.length - NAMED_MAX;
  return `${texts.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
