/** The report of a comparison: the answer, how far each measure changed, and every trial. */
import * as Plot from '@observablehq/plot';
import { countText } from '../../records/number-text.ts';
import { html, joinLines, type Html } from '../../report/html.ts';
import { banner, paragraph, table } from '../../report/markup.ts';
import { drawPlot, legend } from '../../report/plot.ts';
import { renderPage, type PageSection } from '../../report/page.ts';
import { rowPlot } from '../../report/row-plot.ts';
import type { ComparedSide, Comparison } from './comparison.ts';
import type { Answer } from '../../../stats/change.ts';
import type { MeasureVerdict } from './verdict.ts';
import { ANSWER_WORDS, exactText, headline, pText, valueText } from './words.ts';

/** A whole HTML page. */
export function comparisonPage(comparison: Comparison, a: ComparedSide, b: ComparedSide): string {
  return renderPage({
    title: `${comparison.b.label} against ${comparison.a.label}`,
    sections: [
      answerSection(comparison),
      measureSection(comparison),
      trialSection(comparison, a, b),
      exactSection(comparison),
    ],
  });
}

// --- internal ---

const BANNERS: Readonly<Record<Answer, 'ok' | 'bad' | 'note'>> = {
  worse: 'bad',
  better: 'ok',
  same: 'ok',
  unclear: 'note',
};
const COLOURS: Readonly<Record<Answer, string>> = {
  worse: 'var(--red)',
  better: 'var(--green)',
  same: 'var(--blue)',
  unclear: 'var(--grey)',
};

function answerSection(comparison: Comparison): PageSection {
  const { answer, scenario, seed, a, b, paired, minEffect, alpha, notes } = comparison;
  const how = paired
    ? 'Trials ran in pairs, one of each soon after the other, and are compared pair by pair (Wilcoxon).'
    : 'Trials are compared as independent (Mann and Whitney).';
  return {
    id: 'answer',
    title: 'Answer',
    body: joinLines([
      banner(BANNERS[answer], html`<strong>${headline(comparison)}</strong>`),
      paragraph(
        `Baseline: ${a.label}, ${a.trials} trials. Candidate: ${b.label}, ${b.trials} trials. Scenario ${scenario}, seed ${seed}. ${how} A measure is worse if it grew by ${countText(100 * minEffect, 1)}% or more and chance alone would show such growth in any measure at most once in ${countText(1 / alpha)} comparisons.`,
      ),
      ...notes.map((note) => paragraph(note)),
    ]),
  };
}

function measureSection({ measures, minEffect, measuresCount }: Comparison): PageSection {
  if (measures.length === 0)
    return { id: 'measures', title: 'Measures', body: paragraph('Nothing was measured on both sides.') };
  const rows = measures.map((m) => [
    m.label,
    measuresCount ? ANSWER_WORDS[m.answer] : 'shown only',
    valueText(m, m.median.a),
    valueText(m, m.median.b),
    countText(m.ratio, 3),
    m.low === null || m.high === null ? 'none' : `${countText(m.low, 3)} to ${countText(m.high, 3)}`,
    countText(m.cliffsDelta, 2),
    pText(m.pAdjusted),
    `${m.trials.a}, ${m.trials.b}`,
  ]);
  const columns = [
    'Measure',
    'Answer',
    'Baseline',
    'Candidate',
    'Ratio',
    '95% interval',
    "Cliff's delta",
    'p (Holm)',
    'Trials',
  ];
  const numbers = table(
    'Medians of each side, their ratio (Hodges and Lehmann), and how sure it is',
    columns.map((head, i) => ({ head, numeric: i > 1 })),
    rows,
  );
  return { id: 'measures', title: 'Measures', body: joinLines([ratioPlot(measures, minEffect), numbers]) };
}

function ratioPlot(measures: readonly MeasureVerdict[], minEffect: number): Html {
  const bounds = measures.flatMap((m) => [m.ratio, m.low ?? m.ratio, m.high ?? m.ratio]);
  const most = Math.max(1 + 2 * minEffect, ...bounds) * 1.02;
  const least = Math.min(1 / (1 + 2 * minEffect), ...bounds) / 1.02;
  const answers = [...new Set(measures.map(({ answer }) => answer))];
  return drawPlot({
    title: 'How far each measure changed',
    lede: `1 is no change. Between the dashed lines a change does not matter (${countText(100 * minEffect, 1)}%).`,
    alt: measures.map((m) => `${m.label} ${countText(m.ratio, 3)}`).join(', '),
    legend: legend(
      answers.map((answer) => ({ colour: COLOURS[answer], shape: 'circle', label: ANSWER_WORDS[answer] })),
    ),
    draw: (narrow) =>
      rowPlot(
        measures.map(({ label }) => label),
        narrow,
        {
          type: 'log',
          domain: [least, most],
          label: 'candidate over baseline',
          ticks: narrow ? 3 : 7,
          tickFormat: (v: number) => countText(v, 2),
        },
        [
          Plot.ruleX([1 + minEffect, 1 / (1 + minEffect)], { stroke: 'var(--soft)', strokeDasharray: '4 4' }),
          Plot.ruleX([1], { stroke: 'var(--soft)' }),
          Plot.ruleY(
            measures.filter((m) => m.low !== null && m.high !== null),
            { y: 'label', x1: 'low', x2: 'high', stroke: (m: MeasureVerdict) => COLOURS[m.answer], strokeWidth: 2 },
          ),
          Plot.dot(measures, { y: 'label', x: 'ratio', r: 5, fill: (m: MeasureVerdict) => COLOURS[m.answer] }),
        ],
      ),
  });
}

function trialSection({ measures }: Comparison, a: ComparedSide, b: ComparedSide): PageSection {
  return {
    id: 'trials',
    title: 'Trials',
    body: measures.length === 0 ? paragraph('None.') : joinLines(measures.map((measure) => trialPlot(measure, a, b))),
  };
}

/** Draws each trial as a dot. Within a side's row the first trial is on top and the last at the bottom. */
function trialPlot(measure: MeasureVerdict, a: ComparedSide, b: ComparedSide): Html {
  const labels = ['baseline', 'candidate'];
  const dots = [a, b].flatMap(({ members }, side) =>
    members.flatMap(({ values }, i) => {
      const value = values[measure.name];
      const dy = members.length < 2 ? 0 : (14 * i) / (members.length - 1) - 7;
      return value === undefined ? [] : [{ side: labels[side], value, dy }];
    }),
  );
  const medians = [measure.median.a, measure.median.b].map((value, side) => ({ side: labels[side], value }));
  return drawPlot({
    title: measure.label,
    lede: 'Each dot is a trial, the first on top; the line is the median.',
    alt: `${measure.label}: medians ${valueText(measure, measure.median.a)} and ${valueText(measure, measure.median.b)}`,
    draw: (narrow) =>
      rowPlot(
        labels,
        narrow,
        {
          label: measure.unit,
          nice: true,
          ticks: narrow ? 4 : 8,
          tickFormat: (v: number) => countText(v, Number.isInteger(v) ? 0 : 2),
        },
        [
          ...dots.map((dot) =>
            Plot.dot([dot], {
              x: 'value',
              y: 'side',
              dy: dot.dy,
              r: narrow ? 2 : 3,
              fill: dot.side === labels[0] ? 'var(--blue)' : 'var(--orange)',
              symbol: dot.side === labels[0] ? 'circle' : 'diamond',
            }),
          ),
          Plot.tickX(medians, { x: 'value', y: 'side', stroke: 'var(--ink)', strokeWidth: 2 }),
        ],
      ),
  });
}

function exactSection({ exact }: Comparison): PageSection {
  const failed = exact.filter(({ ok }) => !ok);
  const body =
    failed.length === 0
      ? paragraph(`All ${exact.length} are as expected: ${exact.map(({ name }) => name).join(', ')}.`)
      : banner(
          'bad',
          html`<strong>${failed.length} of ${exact.length} are not as expected.</strong><ul>${failed.map((check) => html`<li>${exactText(check)}</li>`)}</ul>`,
        );
  return { id: 'exact', title: 'What must be equal', body };
}
