/** Whether alerts feed on themselves: what residents did with them. */
import type { RunRecord } from '../../../contract/runrecord.ts';
import { countText } from '../figuretext.ts';
import { escapeHtml, paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { REACTION_WORDS } from '../words.ts';

export function loopSection(record: RunRecord): PageSection {
  const { loop } = record;
  const text =
    `Alerts and posts caused ${countText(loop.inducedCalls)} of ${countText(record.counts.calls)} calls to 911 and ${countText(loop.inducedIncidents)} incidents ` +
    `that would not have been: ${countText(loop.branchingRatio, 4)} further calls for each call (the branching ratio). At 1 or above, alerts would feed on themselves without end. Posts that residents wrote: ${countText(record.counts.posts)}.`;
  const rows = Object.entries(loop.reactions)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([reaction, count]) => [escapeHtml(reaction), countText(count), escapeHtml(REACTION_WORDS[reaction] ?? '')]);
  const columns = [{ head: 'Reaction' }, { head: 'Times', numeric: true }, { head: 'What it means' }];
  const reactions =
    rows.length === 0 ? paragraph('No reaction was recorded.') : table('What residents did', columns, rows);
  return { id: 'loop', title: 'The loop', body: paragraph(text) + reactions };
}
