/** The section on delays: how late alerts were, and which stage took the time. */
import * as Plot from '@observablehq/plot';
import { DELAY_STAGES } from '../../../contract/record/kinds.ts';
import type { Quantiles } from '../../../contract/record/measures.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { MINUTE_MS, SECOND_MS } from '../../../contract/time.ts';
import { countText, quantileText } from '../../records/number-text.ts';
import { drawPlot, legend } from '../plot.ts';
import { html, type Html } from '../html.ts';
import { paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { rowPlot } from '../row-plot.ts';
import { STAGE_WORDS } from '../words.ts';

export function delaySection(record: RunRecord): PageSection {
  const known = DELAY_STAGES.filter((stage) => stage in record.delayMs) as string[];
  const stages = [
    ...known,
    ...Object.keys(record.delayMs)
      .filter((stage) => !known.includes(stage))
      .sort(),
  ];
  const rows = stages.map((stage) => ({ stage, q: record.delayMs[stage] }));
  const timed = rows.filter(({ q }) => q.count > 0);
  const plot = timed.length === 0 ? paragraph('No alert was timed.') : delayPlot(timed);
  return { id: 'delay', title: 'Delay by stage', body: html`${plot}${delayTable(rows)}` };
}

// --- internal ---

interface StageRow {
  stage: string;
  q: Quantiles;
}

const MARKS = [
  { which: 'p50', label: 'half of alerts within (p50)', colour: 'var(--blue)', shape: 'circle' },
  { which: 'p90', label: '90% within (p90)', colour: 'var(--orange)', shape: 'diamond' },
  { which: 'p99', label: '99% within (p99)', colour: 'var(--red)', shape: 'square' },
] as const;

/** A logarithmic axis has no zero: a delay below a second is drawn at a second. */
const FLOOR_MIN = SECOND_MS / MINUTE_MS;

function minutes(ms: number): number {
  return Math.max(FLOOR_MIN, ms / MINUTE_MS);
}

function delayPlot(rows: StageRow[]): Html {
  const data = rows.map(({ stage, q }) => ({
    label: `${stage} (n = ${countText(q.count)})`,
    p50: minutes(q.p50),
    p90: minutes(q.p90),
    p99: minutes(q.p99),
  }));
  const most = Math.max(10, ...data.map((row) => row.p99));
  return drawPlot({
    title: 'Time between an incident and its alert',
    lede: 'Each row is a stage in simulated time; the last row is the whole. The further right a mark lies, the later the alert. The axis is logarithmic, and a delay below a second is drawn at a second.',
    alt: `Delay by stage, median and 90th percentile: ${rows.map(({ stage, q }) => `${stage} ${quantileText(q, 'p50')} and ${quantileText(q, 'p90')}`).join('; ')}`,
    legend: legend([...MARKS]),
    draw: (narrow) => {
      const dy = narrow ? 9 : 0;
      return rowPlot(
        data.map((row) => row.label),
        narrow,
        {
          type: 'log',
          domain: [FLOOR_MIN / 1.4, most * 1.2],
          label: 'minutes',
          ticks: [0.1, 1, 10, 100, 1000, 10_000].filter((tick) => tick <= most * 1.2),
          tickFormat: (v: number) => (v < 1 ? String(v) : countText(v)),
        },
        [
          Plot.ruleY(data, { y: 'label', x1: 'p50', x2: 'p99', stroke: 'var(--soft)', strokeWidth: 1.5, dy }),
          ...MARKS.map(({ which, colour, shape }) =>
            Plot.dot(data, { y: 'label', x: which, fill: colour, symbol: shape, r: 5, dy }),
          ),
        ],
      );
    },
  });
}

function delayTable(rows: StageRow[]): Html {
  const columns = [
    { head: 'Stage' },
    { head: 'Alerts', numeric: true },
    { head: 'p50', numeric: true },
    { head: 'p90', numeric: true },
    { head: 'p99', numeric: true },
    { head: 'Longest', numeric: true },
    { head: 'Meaning' },
  ];
  const cells = rows.map(({ stage, q }) => [
    STAGE_WORDS[stage]?.label ?? stage,
    countText(q.count),
    ...(['p50', 'p90', 'p99', 'max'] as const).map((which) => quantileText(q, which)),
    STAGE_WORDS[stage]?.means ?? '',
  ]);
  return table('Delay by stage, in simulated time', columns, cells);
}
