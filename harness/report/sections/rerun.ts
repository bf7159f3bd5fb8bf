/** The section on how to run it again: command, versions, machine and options. */
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, durationText, momentText } from '../../records/number-text.ts';
import { html, type Html, type HtmlValue } from '../html.ts';
import { details, factList, table } from '../markup.ts';
import type { PageSection } from '../page.ts';

export function rerunSection(record: RunRecord): PageSection {
  const { code, host, simulated } = record;
  const commit = code.gitCommit === null ? 'no commit known' : html`commit <code>${code.gitCommit}</code>`;
  const facts: [term: string, value: HtmlValue][] = [
    ['Run again with', html`<code>${record.command}</code>`],
    ['Scenario', `${record.scenario.name}, seed ${record.seed}`],
    [
      'Simulated',
      `${momentText(simulated.startMs)} to ${momentText(simulated.endMs)} (${durationText(simulated.endMs - simulated.startMs)})`,
    ],
    ['History hash', html`<code>${record.historyHash}</code>`],
    [
      'Version',
      html`${code.version}, ${commit}${code.gitDirty ? ', with uncommitted changes' : ''}, schema <code>${record.schema}</code>`,
    ],
    [
      'Host',
      `Node ${host.node} on ${host.platform} ${host.arch}, ${host.cpus} processors, ${countText(host.memoryMiB)} MiB, ${host.workers} ${host.workers === 1 ? 'worker' : 'workers'}`,
    ],
    ['Started', record.startedAt],
    [
      'Cost',
      `${durationText(record.wallMs)} of wall time, ${countText(record.eventsPerSecond)} events/s without doorbell motions, ` +
        `at most ${countText(record.maxRssMiB)} MiB; ${countText(record.events.total)} events, ${countText(record.counts.motions)} doorbell motions`,
    ],
  ];
  const options = JSON.stringify(record.scenario.options, null, 2);
  const body = [
    factList(facts),
    details('All options of the scenario', html`<pre tabindex="0">${options}</pre>`),
    details(`The ${countText(record.agencies.length)} agencies`, agencyTable(record)),
  ];
  return { id: 'replay', title: 'The run, and how to repeat it', body: html`${body}` };
}

// --- internal ---

function agencyTable(record: RunRecord): Html {
  const rows = record.agencies.map((a) => [
    a.id,
    a.name,
    a.feeds.join(', then '),
    countText(a.population),
    countText(a.events),
    a.daily.map((d) => countText(d.alerts)).join(' '),
    html`<code>${a.historyHash.slice(0, 16)}</code>`,
  ]);
  const columns = [
    { head: 'Agency' },
    { head: 'Name' },
    { head: 'Feed' },
    { head: 'People', numeric: true },
    { head: 'Events', numeric: true },
    { head: 'Alerts, day by day' },
    { head: 'History hash' },
  ];
  return table('Agencies, their feeds and their part of the history', columns, rows);
}
