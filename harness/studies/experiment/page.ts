/** The report of an experiment: question and answer, every plot and table, and how to run it again. */
import { countText, nounText } from '../../records/number-text.ts';
import { html, joinLines } from '../../report/html.ts';
import { banner, details, paragraph, table } from '../../report/markup.ts';
import { drawPlot } from '../../report/plot.ts';
import { renderPage, type PageSection } from '../../report/page.ts';
import { experimentPlots, short } from './plots.ts';
import { MEASURES } from './measures.ts';
import { measureText, type ExperimentFile, type ExperimentResult } from './result.ts';
import { tippingText } from './words.ts';

/** The report as a whole HTML page. */
export function experimentPage({ result, provenance }: ExperimentFile): string {
  const sections = [
    answerSection(result),
    plotSection(result),
    differenceSection(result),
    summarySection(result),
    ...(result.sensitivity.length > 0 ? [sensitivitySection(result)] : []),
    designSection(result),
    runSection(result, provenance),
  ];
  return renderPage({ title: result.experiment.title, sections });
}

// --- internal ---

function answerSection(result: ExperimentResult): PageSection {
  const { experiment, points, runs } = result;
  const counts = [...new Set(points.map((point) => point.replications))].sort((a, b) => a - b);
  const each = counts.length === 1 ? String(counts[0]) : `${counts[0]} to ${counts.at(-1)}`;
  const tipping = tippingText(result);
  const body = [
    paragraph(experiment.question),
    paragraph(
      `${nounText(points.length, 'point')}, ${each} replications each, ${nounText(runs.length, 'run')} in all. Replication r has the same seed at every point, so that two points differ by the effect of their settings, not by chance.`,
    ),
    ...(tipping === null ? [] : [banner('note', html`<strong>${tipping}</strong>`)]),
    paragraph(
      'All of this is simulated. A result that depends on an assumed number is a property of the model, not a finding about any town.',
    ),
  ];
  return { id: 'answer', title: 'Question and answer', body: joinLines(body) };
}

function plotSection(result: ExperimentResult): PageSection {
  const plots = experimentPlots(result).map(({ spec }) => drawPlot(spec));
  const body = [paragraph('Each plot is also an SVG file in figures/.'), ...plots];
  return { id: 'figures', title: 'Plots', body: joinLines(body) };
}

function numberText(value: number | null): string {
  return value === null ? 'none' : short(value);
}

function rangeText(low: number | null, high: number | null): string {
  return low === null || high === null ? 'none' : `${short(low)} to ${short(high)}`;
}

function pText(p: number | null): string {
  if (p === null) return 'none';
  return p < 0.0001 ? 'below 0.0001' : countText(p, 4);
}

function differenceSection(result: ExperimentResult): PageSection {
  const { differences, points } = result;
  if (differences.length === 0)
    return { id: 'differences', title: 'Differences', body: paragraph('This design compares no points.') };
  const rows = differences.map((row) => [
    points[row.point].title,
    points[row.reference].title,
    measureText(row.measure),
    numberText(row.mean),
    row.share === null ? 'none' : `${short(100 * row.share)}%`,
    rangeText(row.low, row.high),
    rangeText(row.lowTogether, row.highTogether),
    pText(row.pHolm),
    String(row.n),
  ]);
  const heads = [
    'Point',
    'Reference',
    'Measure',
    'Difference',
    'Share',
    '95% interval',
    'Joint interval',
    'p (Holm)',
    'Pairs',
  ];
  const caption = `Point less reference, paired by replication; p and joint intervals are corrected for all ${differences.length} differences`;
  return {
    id: 'differences',
    title: 'Differences',
    body: table(
      caption,
      heads.map((head, i) => ({ head, numeric: i > 2 })),
      rows,
    ),
  };
}

function summarySection({ summary, points }: ExperimentResult): PageSection {
  const rows = summary.map((row) => [
    points[row.point].title,
    measureText(row.measure),
    numberText(row.mean),
    rangeText(row.low, row.high),
    numberText(row.sd),
    String(row.n),
  ]);
  const heads = ['Point', 'Measure', 'Mean', '95% interval', 'SD', 'n'];
  const columns = heads.map((head, i) => ({ head, numeric: i > 1 }));
  return { id: 'means', title: 'Means', body: table('Over replications, with t intervals', columns, rows) };
}

function sensitivitySection({ sensitivity }: ExperimentResult): PageSection {
  const rows = sensitivity.map(({ factor, measure, figure: kind, value }) => [
    factor,
    measureText(measure),
    kind,
    numberText(finite(value.value)),
    rangeText(finite(value.low), finite(value.high)),
  ]);
  const heads = ['Factor', 'Measure', 'Index', 'Value', '95% interval'];
  const columns = heads.map((head, i) => ({ head, numeric: i > 2 }));
  return { id: 'sensitivity', title: 'Sensitivity', body: table('Bootstrapped intervals', columns, rows) };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function designSection({ experiment, points, confidence }: ExperimentResult): PageSection {
  const { factors, base, set, warmUp, measures } = experiment;
  const WARM_UP = {
    none: 'nothing is left out',
    stated: `the first ${warmUp.hours} simulated hours are left out of police measures`,
    mser5: 'the hours that MSER-5 finds in each run are left out of police measures',
  } as const;
  const levels = factors.flatMap((factor) =>
    factor.levels.length > 0
      ? factor.levels.map((level) => [factor.title, level.title, level.set.join(' ') || 'nothing set'])
      : [[factor.title, `${factor.low} to ${factor.high} (${factor.scale})`, factor.paths.join(' ')]],
  );
  const body = [
    paragraph(
      `Base scenario ${base}${set.length > 0 ? ` with ${set.join(' ')}` : ''}; ${experiment.design.kind} of ${nounText(points.length, 'point')}; warm-up: ${WARM_UP[warmUp.rule]}. Intervals are ${100 * confidence}% t intervals over replications.`,
    ),
    table('Factors', [{ head: 'Factor' }, { head: 'Level' }, { head: 'Options' }], levels),
    table(
      'Measures',
      [{ head: 'Measure' }, { head: 'Unit' }, { head: 'Meaning' }, { head: 'In run.json' }],
      measures.map((name) => {
        const { title, unit, description, source } = MEASURES[name];
        return [title, unit, description, source];
      }),
    ),
  ];
  return { id: 'design', title: 'Design', body: joinLines(body) };
}

function runSection({ points, runs, sha256 }: ExperimentResult, provenance: ExperimentFile['provenance']): PageSection {
  const { command, code, host, startedAt, wallMs } = provenance;
  const commands = points.map((point) => {
    const own = runs.filter((run) => run.point === point.index);
    const lines = own.map(
      (run) => `${run.command}  # replication ${run.replication}, history ${run.historyHash.slice(0, 12)}`,
    );
    return details(`${point.title}: ${nounText(own.length, 'run')}`, html`<pre>${lines.join('\n')}</pre>`);
  });
  const commit =
    code.gitCommit === null ? '' : ` ${code.gitCommit.slice(0, 12)}${code.gitDirty ? ' with changes' : ''}`;
  const body = [
    html`<pre>${command}</pre>`,
    paragraph(
      `Hundredblock ${code.version}${commit}, Node ${host.node}, ${nounText(host.workers, 'worker')}; began ${startedAt}, took ${countText(wallMs / 60_000, 1)} min. Experiment ${sha256.slice(0, 12)}.`,
    ),
    paragraph('Each command repeats one run, with the same results:'),
    ...commands,
    paragraph('All tables are in this folder as CSV and Parquet; codebook.csv gives the meaning of each column.'),
  ];
  return { id: 'runs', title: 'Run it again', body: joinLines(body) };
}
