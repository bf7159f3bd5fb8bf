/** The section on the feedback loop: what residents did with alerts, and how many further calls each call caused. */
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { branchingText } from '../../engine/branching.ts';
import { countText, nounText, momentText } from '../../records/number-text.ts';
import { html, joinLines, type HtmlValue } from '../html.ts';
import { banner, heading, paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { REACTION_WORDS } from '../words.ts';

export function loopSection(record: RunRecord): PageSection {
  const { loop } = record;
  const text =
    `Alerts and posts caused ${countText(loop.inducedCalls)} of ${countText(record.counts.calls)} calls to 911 and ${nounText(loop.inducedIncidents, 'incident')} ` +
    `that would not exist otherwise: ${countText(loop.branchingRatio, 4)} further calls for each call, which is the branching ratio. At 1 or above, alerts would lead to further alerts without end. Residents wrote ${countText(record.counts.posts)} posts.`;
  const rows = Object.entries(loop.reactions)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([reaction, count]) => [reaction, countText(count), REACTION_WORDS[reaction] ?? '']);
  const columns = [{ head: 'Reaction' }, { head: 'Times', numeric: true }, { head: 'Meaning' }];
  const reactions =
    rows.length === 0 ? paragraph('No reaction was recorded.') : table('What residents did', columns, rows);
  const body = [warning(record), paragraph(text), branchingTable(record), reactions, videoText(record)];
  return { id: 'loop', title: 'The loop', body: joinLines(body) };
}

// --- internal ---

function warning({ branching }: RunRecord): HtmlValue {
  if (branching === undefined || branching.message === null) return '';
  const kind = branching.state === 'unstable' ? 'bad' : 'note';
  const stopped = branching.stopped.map(({ agency, atMs }) => `${agency} at ${momentText(atMs)}`).join(', ');
  const where = stopped === '' ? '' : ` Stopped: ${stopped}.`;
  return banner(kind, branching.message + where);
}

function branchingTable({ branching }: RunRecord): HtmlValue {
  if (branching === undefined) return '';
  const number = (value: number | null): string => (value === null ? 'none' : countText(value, 3));
  const { calls, caused, further, blocks, gain, dispersion, ofCaused } = branching;
  const rows = [
    ['callers', countText(calls), 'each counts once, however often they tried'],
    ['caused callers', countText(caused), 'called because of alerts, posts and comments'],
    [
      'callers of later generations',
      countText(further),
      'called because of alerts about calls that were caused themselves',
    ],
    [
      'branching ratio',
      branchingText(branching),
      `calls caused per call; the interval counts ${countText(blocks)} days of agencies as independent`,
    ],
    ['branching ratio of caused calls', branchingText(ofCaused), 'at 1 or above, the loop would not end'],
    ['gain', number(gain), 'calls in all for each first call in equilibrium, 1 / (1 - n)'],
    ['dispersion', number(dispersion), 'variance over mean of the number of calls in long windows, 1 / (1 - n)²'],
  ];
  const columns = [{ head: 'Callers' }, { head: 'Found', numeric: true }, { head: 'Meaning' }];
  return html`${heading('Calls that cause calls')}${table('Lineage of each call to 911', columns, rows)}`;
}

function videoText({ loop: { video } }: RunRecord): HtmlValue {
  if (video === undefined || video.requests === 0) return '';
  const { requests, asked, shared, declined, courtOrders } = video;
  return paragraph(
    `Police asked for video in ${countText(requests)} cases, without learning which owners received a request. Of the ${countText(asked)} owners who did, ${countText(shared)} shared a clip and ${countText(declined)} declined by the end of the run. Court orders are counted separately: ${countText(courtOrders)}.`,
  );
}
