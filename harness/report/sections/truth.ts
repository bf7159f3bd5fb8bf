/** What alerts turned out to be, and what became of each delivery. */
import * as Plot from '@observablehq/plot';
import { TRUTHS, VERDICTS } from '../../../contract/record/kinds.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText } from '../../records/number-text.ts';
import { drawPlot } from '../plot.ts';
import { html, type Html } from '../html.ts';
import { details, heading, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { NARROW_BAR_INSET_PX, rowPlot } from '../row-plot.ts';
import { TRUTH_MARKS } from '../truth-mark.ts';
import { TRUTH_WORDS, VERDICT_WORDS } from '../words.ts';

export function truthSection(record: RunRecord): PageSection {
  const columns = [{ head: 'Verdict' }, { head: 'Deliveries', numeric: true }, { head: 'What it means' }];
  const verdicts = VERDICTS.map((v) => [VERDICT_WORDS[v].label, countText(record.verdicts[v]), VERDICT_WORDS[v].means]);
  const body = [
    truthPlot(record),
    glossary(record),
    heading('Verdicts of deliveries'),
    table('Each delivery owed or made, by its first verdict in this order', columns, verdicts),
  ];
  return { id: 'truth', title: 'Truth of alerts, verdicts of deliveries', body: html`${body}` };
}

// --- internal ---

function truthPlot(record: RunRecord): Html {
  const order = [...TRUTHS].reverse();
  const rows = order.map((truth) => ({ truth, label: TRUTH_WORDS[truth].label, alerts: record.truth[truth] }));
  const most = Math.max(1, ...rows.map((row) => row.alerts));
  return drawPlot({
    title: 'Alerts by what was true of them when they were sent',
    lede: 'Only the first bar is right; each other one is a way of being wrong, and an alert counts once, under the first that held.',
    alt: `Alerts by truth: ${rows.map((row) => `${row.label} ${countText(row.alerts)}`).join(', ')}`,
    draw: (narrow) =>
      rowPlot(
        rows.map((row) => row.label),
        narrow,
        {
          domain: [0, most],
          label: 'alerts',
          ticks: Math.min(narrow ? 4 : 8, most),
          tickFormat: (v: number) => countText(v),
        },
        [
          Plot.barX(rows, {
            y: 'label',
            x: 'alerts',
            fill: (d) => TRUTH_MARKS[d.truth as keyof typeof TRUTH_MARKS].colour,
            insetTop: narrow ? NARROW_BAR_INSET_PX - 8 : 0,
          }),
          Plot.text(rows, {
            y: 'label',
            x: 'alerts',
            text: (d) => countText(d.alerts),
            textAnchor: 'start',
            dx: 6,
            dy: narrow ? 9 : 0,
          }),
          Plot.ruleX([0], { stroke: 'var(--soft)' }),
        ],
      ),
  });
}

function glossary(record: RunRecord): Html {
  const columns = [
    { head: 'Label' },
    { head: 'Alerts', numeric: true },
    { head: 'Their deliveries', numeric: true },
    { head: 'What it means' },
  ];
  const rows = [...TRUTHS]
    .reverse()
    .map((truth) => [
      TRUTH_WORDS[truth].label,
      countText(record.truth[truth]),
      countText(record.truthByDelivery[truth]),
      TRUTH_WORDS[truth].means,
    ]);
  return details('What the labels mean, and the deliveries behind each', table('Labels of truth', columns, rows));
}
