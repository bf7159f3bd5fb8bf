/** What ran, where, and how to run it again. */
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, durationText, momentText } from '../../records/number-text.ts';
import { details, escapeHtml, table } from '../markup.ts';
import type { PageSection } from '../page.ts';

export function replaySection(record: RunRecord): PageSection {
  const { code, host, simulated } = record;
  const commit = code.gitCommit === null ? 'no commit known' : `commit <code>${escapeHtml(code.gitCommit)}</code>`;
  const facts: [string, string][] = [
    ['Replay with', `<code>${escapeHtml(record.command)}</code>`],
    ['Scenario', `${escapeHtml(record.scenario.name)}, seed ${record.seed}`],
    [
      'Simulated',
      `${momentText(simulated.startMs)} to ${momentText(simulated.endMs)} (${durationText(simulated.endMs - simulated.startMs)})`,
    ],
    ['History hash', `<code>${escapeHtml(record.historyHash)}</code>`],
    [
      'Version',
      `${escapeHtml(code.version)}, ${commit}${code.gitDirty ? ', with uncommitted changes' : ''}, schema <code>${escapeHtml(record.schema)}</code>`,
    ],
    [
      'Host',
      escapeHtml(
        `Node ${host.node} on ${host.platform} ${host.arch}, ${host.cpus} processors, ${countText(host.memoryMiB)} MiB, ${host.workers} ${host.workers === 1 ? 'worker' : 'workers'}`,
      ),
    ],
    ['Started', escapeHtml(record.startedAt)],
    [
      'Cost',
      `${durationText(record.wallMs)} of wall time, ${countText(record.eventsPerSecond)} events/s without doorbell motions, ` +
        `at most ${countText(record.maxRssMiB)} MiB; ${countText(record.events.total)} events, ${countText(record.counts.motions)} doorbell motions`,
    ],
  ];
  const list = facts.map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join('\n');
  const options = escapeHtml(JSON.stringify(record.scenario.options, null, 2));
  const body =
    `<dl class="facts">${list}</dl>` +
    details('All resolved options of the scenario', `<pre tabindex="0">${options}</pre>`) +
    details(`The ${countText(record.agencies.length)} agencies`, agencyTable(record));
  return { id: 'replay', title: 'What ran, and how to replay it', body };
}

// --- internal ---

function agencyTable(record: RunRecord): string {
  const rows = record.agencies.map((a) => [
    escapeHtml(a.id),
    escapeHtml(a.name),
    escapeHtml(a.feeds.join(', then ')),
    countText(a.population),
    countText(a.events),
    a.daily.map((d) => countText(d.alerts)).join(' '),
    `<code>${escapeHtml(a.historyHash.slice(0, 16))}</code>`,
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
