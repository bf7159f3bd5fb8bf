/** The section on the truth of alerts and the verdicts of deliveries. */
import * as Plot from '@observablehq/plot';
import { TRUTHS, VERDICTS } from '../../../contract/record/kinds.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText } from '../../records/number-text.ts';
import { drawPlot } from '../plot.ts';
import { html, type Html } from '../html.ts';
import { details, heading, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { NARROW_BAR_INSET_PX, rowPlot } from '../row-plot.ts';
import { TRUTH_WORDS, VERDICT_WORDS } from '../words.ts';

export function truthSection(record: RunRecord): PageSection {
  const columns = [{ head: 'Verdict' }, { head: 'Deliveries', numeric: true }, { head: 'Meaning' }];
  const verdicts = VERDICTS.map((v) => [VERDICT_WORDS[v].label, countText(record.verdicts[v]), VERDICT_WORDS[v].means]);
  const body = [
    truthPlot(record),
    glossary(record),
    heading('Verdicts of deliveries'),
    table(
      'Each delivery that was owed or made counts once, under the first verdict in this order that applies',
      columns,
      verdicts,
    ),
  ];
  return { id: 'truth', title: 'Truth of alerts, verdicts of deliveries', body: html`${body}` };
}

// --- internal ---

function truthPlot(record: RunRecord): Html {
  const order = [...TRUTHS].reverse();
  const rows = order.map((truth) => ({ truth, label: TRUTH_WORDS[truth].label, alerts: record.truth[truth] }));
  const most = Math.max(1, ...rows.map((row) => row.alerts));
  return drawPlot({
    title: 'Alerts by their truth when they were sent',
    lede: 'Only founded alerts are right; every other bar is a way of being wrong. An alert counts once, under the first that applies.',
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
            fill: (d) => TRUTH_WORDS[d.truth as keyof typeof TRUTH_WORDS].colour,
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
    { head: 'Meaning' },
  ];
  const rows = [...TRUTHS]
    .reverse()
    .map((truth) => [
      TRUTH_WORDS[truth].label,
      countText(record.truth[truth]),
      countText(record.truthByDelivery[truth]),
      TRUTH_WORDS[truth].means,
    ]);
  return details('Meaning of the labels, and deliveries of each', table('Labels of truth', columns, rows));
}
