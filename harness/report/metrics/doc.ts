/** Makes the text of docs/reference/metrics.md from the catalogue. */
import {
  HARNESS_METRICS,
  METRICS,
  RUN_LABEL,
  seriesMax,
  type HarnessMetricName,
  type HarnessMetricSpec,
  type MetricSpec,
} from '../../../contract/metrics.ts';
import { OPEN_METRICS_FILE } from './open-metrics.ts';

/** The whole document. */
export function metricsDoc(): string {
  return [INTRODUCTION, loading(), WALL, QUERIES, runTable(), serviceTable()].join('\n\n').concat('\n');
}

// --- internal ---

const INTRODUCTION = `# Metrics

Written by \`npm run metrics-doc\` from \`contract/metrics.ts\`; a test checks that it is current.

Names end in their unit (\`_seconds\`, \`_ratio\`; counters end in \`_total\`). No label ever holds a resident, an address, an incident or free text, and
every label has a bounded set of values: the number of series depends on the number of agencies, never on people, incidents or time.
Metrics that begin with \`hundredblock_run_\` come from the harness and describe a run; all others come from \`serve\` and describe the service.`;

function loading(): string {
  return `## A run in Prometheus

Every run in virtual time writes \`${OPEN_METRICS_FILE}\`, OpenMetrics text with simulated timestamps. Load it into an empty database (Prometheus from
\`apt-get install prometheus\`, or any other):

\`\`\`
hundredblock simulate city --out city-run
promtool tsdb create-blocks-from openmetrics city-run/${OPEN_METRICS_FILE} data
echo 'global: {}' > prometheus.yml
prometheus --config.file=prometheus.yml --storage.tsdb.path=data --storage.tsdb.retention.time=100y --web.listen-address=127.0.0.1:9090
\`\`\`

Retention must reach back to the simulated dates. Use a separate database from one that scrapes, which takes nothing older than its newest blocks. Several runs
may share a database: every series has the label \`${RUN_LABEL}\`, which is scenario, seed and the beginning of the history hash. Equal runs write equal files.

Points lie at steps from the run's start: every 5 minutes in runs of up to 2 days, every hour up to 60 days, every 6 hours in longer ones. Histograms have points at every twelfth
step only, and metrics that are known by the hour or by the day have points only then. A counter has a point of 0 at the start, one at each step at which it grew, and one at the end. Samples without a time of their own,
such as answer times, count at the end.

\`npm run metrics-check\` does all this with \`city\`, with another scenario or with a run directory, and compares every number of the run's record with the answers. \`npm test\` does so with
two small runs if Prometheus is installed.`;
}

const WALL = `## A run on the wall clock

\`hundredblock load\` writes the same file. Its points lie at simulated time, too. Measures in wall time (latencies, lag, inputs) count at the end. Every
such run has its own \`${RUN_LABEL}\`, the record's id, since no two are alike.

With \`--metrics-port N\` the process serves its metrics to Prometheus on loopback while it runs: generator lag, inputs, messages received,
connections. Verdicts, truth, leaks and latencies appear once the run is judged, and \`--metrics-linger S\` keeps the process up so that a scrape
sees them. How to watch one: [grafana.md](../guides/grafana.md).`;

const QUERIES = `## Queries that are exact

Points are sparse, and an instant selector looks back 5 minutes only, so a bare name mostly finds nothing. Query over a range.

| What | Query | Why it is exact |
|---|---|---|
| growth over the whole run | \`sum(increase(hundredblock_run_alerts_total{type="Alert"}[8d]))\`, at the run's last moment, over a range longer than the run | \`increase\` extrapolates to the edges of its range. Towards the start it stops at the point at which the counter would be 0, which is its first point. At the end there is nothing to extrapolate, since the last point lies there. |
| the same, at any moment within the range after it | \`sum(last_over_time(hundredblock_run_alerts_total{type="Alert"}[30d]))\` | Every counter starts from 0, so that its last value is its growth. |
| growth from one moment to another | \`sum(last_over_time(hundredblock_run_alerts_total[30d] @ T2)) - sum(last_over_time(hundredblock_run_alerts_total[30d] @ T1))\`, both multiples of the step from the start | Last values are not extrapolated. |
| growth an hour, as a graph | \`sum(last_over_time(hundredblock_run_alerts_total[30d])) - sum(last_over_time(hundredblock_run_alerts_total[30d] offset 1h))\` | Last values are not extrapolated. |
| false-alert rate | \`sum(increase(hundredblock_run_alert_truths_total{truth!="founded"}[8d])) / sum(increase(hundredblock_run_alert_truths_total[8d]))\`, as the first | Both are exact counts. |
| quantile | \`histogram_quantile(0.9, sum by (le) (increase(hundredblock_run_delay_seconds_bucket{stage="total"}[8d])))\`, as the first | It is exact to its bucket; between the bounds Prometheus interpolates linearly. |
| mean over the run of a metric that is known by the hour | \`avg_over_time(hundredblock_run_police_utilisation_ratio[8d])\` | One point for each hour. |

\`rate\` and \`increase\` over a part of a run are estimates: they extrapolate, and find nothing if the range holds fewer than two points. A series by agency appears only once something
happens there, so put \`or vector(0)\` behind a sum that may be empty. Bounds of buckets are written as OpenMetrics demands, \`le="15.0"\`.`;

function runTable(): string {
  const rows = (Object.entries(HARNESS_METRICS) as [HarnessMetricName, HarnessMetricSpec][]).map(
    ([name, { type, help, labels, clock }]) =>
      row([`\`${name}\``, type, labelText(labels), clock, seriesText(name), help]),
  );
  return [
    '## Metrics of a run',
    '',
    `A run has at most ${seriesMaxText()} series, most of which never appear. The column Clock says which runs have the metric.`,
    '',
    row(['Name', 'Type', 'Labels', 'Clock', 'Series at most', 'What']),
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function serviceTable(): string {
  const rows = (Object.entries(METRICS) as [string, MetricSpec][]).map(([name, { type, help, labels }]) =>
    row([`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help]),
  );
  return [
    '## Metrics of the service',
    '',
    'The service also has the process metrics of prom-client (event loop, memory, CPU), under their own names.',
    '',
    row(['Name', 'Type', 'Labels', 'What']),
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function labelText(labels: HarnessMetricSpec['labels']): string {
  return Object.entries(labels)
    .map(([label, values]) => (typeof values === 'string' ? `\`${label}\`` : `\`${label}\`: ${values.join(', ')}`))
    .join('; ');
}

/** The bound grows linearly with the number of agencies. */
function seriesText(name: HarnessMetricName): string {
  const fixed = seriesMax(0, name);
  const each = seriesMax(1, name) - fixed;
  return each === 0 ? String(fixed) : `${each} per agency`;
}

function seriesMaxText(): string {
  const fixed = seriesMax(0);
  return `${fixed} + ${seriesMax(1) - fixed} per agency`;
}
