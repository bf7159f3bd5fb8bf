/**
 * Queries in PromQL, by names and labels of the catalogue: one that is misspelt does not compile. Figures of a run may be backfilled with
 * sparse points, or scraped while `load` runs; every counter of a run starts from 0, so that its last value is what it grew to.
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

/** Which series to look at, and how far back for a point. */
export interface Scope {
  /** Matchers that each selector of a run bears. */
  run: string;
  agency: string;
  lookback: string;
}

/** What stands in the variables at the top of a dashboard. */
const SHOWN: Readonly<Scope> = {
  run: `${RUN_LABEL}=~"$run"`,
  agency: 'agency=~"$agency"',
  lookback: '$__range',
};
/** Every run that there is, for rules: what was found stands for a day. */
export const EVERY_RUN: Readonly<Scope> = { run: '', agency: '', lookback: '1d' };

/** The last value of each series of a run's metric. `part`: of a histogram. */
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

/** What a run's counter, or gauge, stands at, added up by labels. */
export function total<N extends HarnessMetricName>(
  name: N,
  by: readonly RunLabel<N>[] = [],
  matchers: RunMatchers<N> = {},
  scope: Scope = SHOWN,
): string {
  return `${summed(by)}(${last(name, matchers, { scope })})`;
}

/** By how much a run's counter grew over the last step. */
export function growth<N extends HarnessMetricName>(
  name: N,
  by: readonly RunLabel<N>[] = [],
  matchers: RunMatchers<N> = {},
): string {
  const now = total(name, by, matchers);
  // What had no point then had not begun to count.
  return `${now} - ${summed(by)}(${last(name, matchers, { offset: '$step' })}) or ${now}`;
}

/** Quantile of all that a run's histogram observed so far. */
export function quantile<N extends RunHistogram>(
  q: number,
  name: N,
  by: readonly RunLabel<N>[] = [],
  scope: Scope = SHOWN,
): string {
  return `histogram_quantile(${q}, ${summed(['le', ...by])}(${last(name, {}, { scope, part: '_bucket' })}))`;
}

/** Quantile of what a run's histogram observed over the last step; nothing where that is nothing. */
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

/** A gauge of the service. */
export function level<N extends ServeNames<'gauge'>>(name: N, by: readonly ServeLabel<N>[] = []): string {
  return `${summed(by)}(${name})`;
}

/** Quantile over the last moments of one of the service's histograms. */
export function serveQuantile<N extends ServeNames<'histogram'>>(
  q: number,
  name: N,
  by: readonly ServeLabel<N>[] = [],
  range = '$__rate_interval',
): string {
  return `histogram_quantile(${q}, ${summed(['le', ...by])}(rate(${name}_bucket[${range}])))`;
}

/** The service's series, for rules. */
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
