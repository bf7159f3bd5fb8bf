/** The section that compares the run with another world of the same seed. */
import type { Against, AgainstDelay } from '../../../contract/record/against.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, durationText } from '../../records/number-text.ts';
import { html, joinLines, type Html } from '../html.ts';
import { heading, paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';

/** Empty if the run was not compared with another. */
export function againstSection({ against }: RunRecord): PageSection[] {
  if (against === undefined) return [];
  const body = [
    html`<p>The same world was run again with <code>${against.sets.join(' ')}</code>: same seed, same draws. An event that is in one of the two only is there because of those options. Each event that differs is a line of <code>against.jsonl</code>.</p>`,
    verdict(against),
    countTable(against),
    delayTable(against),
  ];
  return [{ id: 'against', title: 'Against another world', body: joinLines(body) }];
}

/** Net and direct effects in a few words, for a terminal. */
export function againstText({ sets, calls, dispatches, unitHours, response, exact }: Against): string {
  const apart = exact ? 'net equals direct throughout' : 'net (direct by lineage)';
  return `${sets.join(' ')}: ${apart}: ${signed(calls.net)} calls (${signed(calls.direct)}), ${signed(dispatches.net)} dispatches (${signed(dispatches.direct)}), ${signed(unitHours.net, 1)} unit-hours (${signed(unitHours.direct, 1)}); police responses ${laterText(response)}`;
}

// --- internal ---

function signed(value: number, decimals = 0): string {
  return `${value > 0 ? '+' : ''}${countText(value, decimals)}`;
}

function signedDuration(ms: number): string {
  return `${ms < 0 ? '-' : ms > 0 ? '+' : ''}${durationText(Math.abs(Math.round(ms)))}`;
}

function laterText({ meanMs, low, high }: AgainstDelay): string {
  if (meanMs === null) return 'in neither world';
  const interval =
    low === null || high === null ? '' : ` (95% interval ${signedDuration(low)} to ${signedDuration(high)})`;
  return `${signedDuration(meanMs)} on average${interval}`;
}

function verdict(against: Against): Html {
  const text = against.exact
    ? 'Alerts themselves caused the whole difference, to the last call: net and direct effects are equal everywhere, and nothing else moved.'
    : 'The direct effect is what alerts themselves caused, which is known by lineage. The net effect is the whole difference between the worlds: it also contains events that waited for, or were displaced by, events that alerts caused.';
  const congestion =
    against.congestion === 'off' ? ' Congestion was off: nobody waited for anybody, and travel took no time.' : '';
  return paragraph(text + congestion);
}

function countTable({ calls, redials, posts, dispatches, unitHours }: Against): Html {
  const rows = Object.entries({
    'callers to 911': calls,
    'calls repeated': redials,
    'posts and comments': posts,
    dispatches,
  }).map(([name, c]) => [
    name,
    countText(c.first),
    countText(c.second),
    signed(c.net),
    signed(c.direct),
    countText(c.onlyFirst),
    countText(c.onlySecond),
    countText(c.unexplained),
  ]);
  const { first, second, net, direct } = unitHours;
  rows.push(['unit-hours', countText(first, 1), countText(second, 1), signed(net, 1), signed(direct, 1), '', '', '']);
  const heads = ['First', 'Second', 'Net', 'Direct', 'In the first only', 'In the second only', 'Displaced'];
  const columns = [{ head: 'Events' }, ...heads.map((head) => ({ head, numeric: true }))];
  return table(
    'Events of both worlds. Direct effects are known by lineage. A displaced event is in one world only although no alert caused it.',
    columns,
    rows,
  );
}

function delayTable({ answer, response, responseByPriority }: Against): Html {
  const row = (name: string, d: AgainstDelay) => [
    name,
    countText(d.pairs),
    d.meanMs === null ? 'none' : signedDuration(d.meanMs),
    d.low === null || d.high === null ? 'none' : `${signedDuration(d.low)} to ${signedDuration(d.high)}`,
    countText(d.blocks),
    countText(d.later),
    countText(d.sooner),
  ];
  const rows = [
    row('answer to a call', answer),
    row('police response, all', response),
    ...Object.entries(responseByPriority).map(([p, d]) => row(`police response, priority ${p}`, d)),
  ];
  const heads = ['In both', 'Mean', '95% interval', 'Days of agencies', 'Later', 'Sooner'];
  const columns = [{ head: 'Time from cause to effect' }, ...heads.map((head) => ({ head, numeric: true }))];
  return joinLines([
    heading('Later or sooner'),
    table(
      'How much later the first world has an event that is in both, paired event by event; intervals over days of agencies',
      columns,
      rows,
    ),
  ]);
}
