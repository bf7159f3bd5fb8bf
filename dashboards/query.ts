/**
 * Queries in PromQL, by names and labels of the catalogue, so that a misspelt one does not compile. The metrics of a run may be loaded afterwards, with sparse
 * points, or scraped while `load` runs. Every counter of a run starts from 0, so its last value is its growth.
 */
import { HARNESS_METRICS, METRICS, RUN_LABEL, type HarnessMetricName, type MetricName } from '../contract/metrics.ts';

/** A matcher with its operator, such as `="founded"`, by label. */
export type RunMatchers<N extends HarnessMetricName> = {
  [L in keyof (typeof HARNESS_METRICS)[N]['labels']]?: `${'=' | '!=' | '=~' | '!~'}"${string}"`;
};
export type RunLabel<N extends HarnessMetricName> =
  | (keyof (typeof HARNESS_METRICS)[N]['labels'] & string)
  | typeof RUN_LABEL;
export type RunHistogram = {
  [N in HarnessMetricName]: (typeof HARNESS_METRICS)[N]['type'] extends 'histogram' ? N : never;
}[HarnessMetricName];

type ServeLabel<N extends MetricName> = (typeof METRICS)[N]['labels'][number];
type ServeMatchers<N extends MetricName> = { [L in ServeLabel<N>]?: `${'=' | '!=' | '=~' | '!~'}"${string}"` };
type ServeNames<T extends string> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];

/** Which series a query looks at, and how far back it looks for a point. */
export interface Scope {
  /** Matcher for the run, which every selector of a run's metric gets; likewise `agency`. Empty for none. */
  run: string;
  agency: string;
  lookback: string;
}

/** The scope that the variables at the top of a dashboard choose. */
const SHOWN: Readonly<Scope> = {
  run: `${RUN_LABEL}=~"$run"`,
  agency: 'agency=~"$agency"',
  lookback: '$__range',
};
/** Every run, for rules: the last value counts for a day. */
export const EVERY_RUN: Readonly<Scope> = { run: '', agency: '', lookback: '1d' };

/** The last value of each series of a run's metric. `part` chooses one of the metrics that a histogram consists of. */
export function last<N extends HarnessMetricName>(
  name: N,
  matchers: RunMatchers<N> = {},
  {
    scope = SHOWN,
    part = '',
    offset = '',
  }: { scope?: Scope; part?: '' | '_bucket' | '_sum' | '_count'; offset?: string } = {},
): string {
  const own = Object.entries(matchers).map(([label, matcher]) => `${label}${matcher}`);
  const hasAgency = 'agency' in HARNESS_METRICS[name].labels && !('agency' in matchers);
  const all = [scope.run, ...(hasAgency ? [scope.agency] : []), ...own].filter((one) => one !== '');
  return `last_over_time(${name}${part}${braced(all)}[${scope.lookback}]${offset === '' ? '' : ` offset ${offset}`})`;
}

/** The last value of a run's counter or gauge, added up by labels. */
export function total<N extends HarnessMetricName>(
  name: N,
  by: readonly RunLabel<N>[] = [],
  matchers: RunMatchers<N> = {},
  scope: Scope = SHOWN,
): string {
  return `${summed(by)}(${last(name, matchers, { scope })})`;
}

/** Growth of a run's counter over the last step. */
export function growth<N extends HarnessMetricName>(
  name: N,
  by: readonly RunLabel<N>[] = [],
  matchers: RunMatchers<N> = {},
): string {
  const now = total(name, by, matchers);
  // A series without a point at the earlier moment had not begun to count.
  return `${now} - ${summed(by)}(${last(name, matchers, { offset: '$step' })}) or ${now}`;
}

/** Quantile of everything that a run's histogram has observed so far. */
export function quantile<N extends RunHistogram>(
  q: number,
  name: N,
  by: readonly RunLabel<N>[] = [],
  scope: Scope = SHOWN,
): string {
  return `histogram_quantile(${q}, ${summed(['le', ...by])}(${last(name, {}, { scope, part: '_bucket' })}))`;
}

/** Quantile of what a run's histogram observed in the last step; no value if it observed nothing. */
export function quantileOfStep<N extends RunHistogram>(q: number, name: N, by: readonly RunLabel<N>[] = []): string {
  const sum = summed(['le', ...by]);
  const now = `${sum}(${last(name, {}, { part: '_bucket' })})`;
  const before = `${sum}(${last(name, {}, { part: '_bucket', offset: '$step' })})`;
  return `histogram_quantile(${q}, ${now} - ${before} or ${now})`;
}

/** Growth a second of one of the service's counters. */
export function rate<N extends ServeNames<'counter'>>(
  name: N,
  by: readonly ServeLabel<N>[] = [],
  matchers: ServeMatchers<N> = {},
): string {
  return `${summed(by)}(rate(${selector(name, matchers, SHOWN)}[$__rate_interval]))`;
}

/** The value of one of the service's gauges, added up by labels. */
export function level<N extends ServeNames<'gauge'>>(name: N, by: readonly ServeLabel<N>[] = []): string {
  return `${summed(by)}(${name})`;
}

/** Quantile of one of the service's histograms over `range`, which ends now. */
export function serveQuantile<N extends ServeNames<'histogram'>>(
  q: number,
  name: N,
  by: readonly ServeLabel<N>[] = [],
  range = '$__rate_interval',
): string {
  return `histogram_quantile(${q}, ${summed(['le', ...by])}(rate(${name}_bucket[${range}])))`;
}

/** A selector of the service's series. */
export function selector<N extends MetricName>(
  name: N,
  matchers: ServeMatchers<N> = {},
  { agency }: Scope = EVERY_RUN,
): string {
  const hasAgency = (METRICS[name].labels as readonly string[]).includes('agency') && agency !== '';
  const own = Object.entries(matchers).map(([label, matcher]) => `${label}${matcher as string}`);
  return `${name}${braced(hasAgency ? [agency, ...own] : own)}`;
}

// --- internal ---

function braced(matchers: readonly string[]): string {
  return matchers.length === 0 ? '' : `{${matchers.join(',')}}`;
}

function summed(by: readonly string[]): string {
  return by.length === 0 ? 'sum ' : `sum by (${by.join(', ')}) `;
}
