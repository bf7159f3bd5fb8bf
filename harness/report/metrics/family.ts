/**
 * Metric families as OpenMetrics text with timestamps. Series are sparse: a counter or a histogram has a point of zero at the start, one at each step at which it
 * grew, and one at the end, so that queries for its growth over the run are exact. Times are added up in whole milliseconds and written as seconds, so that no sum
 * depends on the order of its parts.
 */
import {
  HARNESS_METRICS,
  RUN_LABEL,
  type HarnessLabels,
  type HarnessMetricName,
  type HarnessMetricSpec,
} from '../../../contract/metrics.ts';
import type { Spread } from '../../../stats/spread.ts';
import type { Timeline } from './timeline.ts';

type NamesOf<T extends HarnessMetricSpec['type']> = {
  [N in HarnessMetricName]: (typeof HARNESS_METRICS)[N]['type'] extends T ? N : never;
}[HarnessMetricName];

/** The last value of a series, in the unit of its name. */
export interface Final {
  labels: Record<string, string>;
  value: number;
  /** Only for a histogram: number of observations in each bucket, the last one above all bounds. `value` is then their sum. */
  counts?: number[];
}

export interface Family {
  readonly name: HarnessMetricName;
  finals(): Iterable<Final>;
  /** The family's text line by line, each with its line feed. `run` is the value of the label that every series has. */
  lines(run: string): Iterable<string>;
}

/** Counts what is added, by step. If the values of all labels are known in advance, every series exists from the start, at zero. */
export class CounterFamily<N extends NamesOf<'counter'>> implements Family {
  readonly name: N;
  readonly #timeline: Timeline;
  readonly #series = new Map<string, Series<number>>();

  constructor(name: N, timeline: Timeline) {
    this.name = name;
    this.#timeline = timeline;
    for (const labels of listedLabels(name)) seriesOf(this.#series, name, labels as HarnessLabels<N>);
  }

  /** `by` is in milliseconds if the name ends in `_seconds_total`. Without `atMs` it counts at the end. */
  add(labels: HarnessLabels<N>, by: number, atMs: number = this.#timeline.endMs): this {
    const { steps } = seriesOf(this.#series, this.name, labels);
    const moment = this.#timeline.momentOf(atMs);
    if (by !== 0) steps.set(moment, (steps.get(moment) ?? 0) + by);
    return this;
  }

  *finals(): Generator<Final> {
    for (const { labels, steps } of this.#series.values()) {
      let total = 0;
      for (const by of steps.values()) total += by;
      yield { labels, value: total / scaleOf(this.name) };
    }
  }

  *lines(run: string): Generator<string> {
    const { startMs, endMs } = this.#timeline;
    yield* header(this.name);
    for (const [labels, { steps }] of this.#series) {
      const head = `${this.name}{${withRun(run, labels)}}`;
      let total = 0;
      yield sample(head, 0, startMs);
      for (const moment of inOrder(steps.keys())) {
        total += steps.get(moment) as number;
        if (moment < endMs) yield sample(head, total / scaleOf(this.name), moment);
      }
      yield sample(head, total / scaleOf(this.name), endMs);
    }
  }
}

export class GaugeFamily<N extends NamesOf<'gauge'>> implements Family {
  readonly name: N;
  readonly #timeline: Timeline;
  readonly #series = new Map<string, Series<number>>();

  constructor(name: N, timeline: Timeline) {
    this.name = name;
    this.#timeline = timeline;
  }

  /** A value that holds from the start to the end. */
  hold(labels: HarnessLabels<N>, value: number): this {
    return this.set(labels, value, this.#timeline.startMs).set(labels, value, this.#timeline.endMs);
  }

  set(labels: HarnessLabels<N>, value: number, atMs: number): this {
    seriesOf(this.#series, this.name, labels).steps.set(atMs, value);
    return this;
  }

  *finals(): Generator<Final> {
    for (const { labels, steps } of this.#series.values())
      yield { labels, value: steps.get(Math.max(...steps.keys())) as number };
  }

  *lines(run: string): Generator<string> {
    yield* header(this.name);
    for (const [labels, { steps }] of this.#series)
      for (const moment of inOrder(steps.keys()))
        yield sample(`${this.name}{${withRun(run, labels)}}`, steps.get(moment) as number, moment);
  }
}

interface Tally {
  buckets: number[];
  sum: number;
}

/** Points by moment. */
interface Series<T> {
  labels: Record<string, string>;
  steps: Map<number, T>;
}

export class HistogramFamily<N extends NamesOf<'histogram'>> implements Family {
  readonly name: N;
  readonly #timeline: Timeline;
  /** Upper bounds in the unit of the observations. */
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series<Tally>>();

  constructor(name: N, timeline: Timeline) {
    this.name = name;
    this.#timeline = timeline;
    this.#bounds = HARNESS_METRICS[name].buckets.map((bound) => bound * scaleOf(name));
    for (const labels of listedLabels(name)) seriesOf(this.#series, name, labels as HarnessLabels<N>);
  }

  /** `value` is in milliseconds if the name ends in `_seconds`. Without `atMs` it counts at the end. */
  observe(labels: HarnessLabels<N>, value: number, atMs: number = this.#timeline.endMs): this {
    const tally = this.#tallyAt(labels, atMs);
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    tally.buckets[bucket < 0 ? this.#bounds.length : bucket] += 1;
    tally.sum += value;
    return this;
  }

  /** Adds many observations that are counted by the buckets of the catalogue already. They count at the end. */
  observeSpread(labels: HarnessLabels<N>, { counts, sumMs }: Spread): this {
    const tally = this.#tallyAt(labels, this.#timeline.endMs);
    for (const [i, n] of counts.entries()) tally.buckets[i] += n;
    tally.sum += sumMs;
    return this;
  }

  *finals(): Generator<Final> {
    for (const { labels, steps } of this.#series.values()) {
      const total = this.#emptyTally();
      for (const tally of steps.values()) addTo(total, tally);
      yield { labels, value: total.sum / scaleOf(this.name), counts: total.buckets };
    }
  }

  *lines(run: string): Generator<string> {
    const { startMs, endMs } = this.#timeline;
    yield* header(this.name);
    for (const [labels, { steps }] of this.#series) {
      const total = this.#emptyTally();
      yield* this.#point(run, labels, total, startMs);
      for (const moment of inOrder(steps.keys())) {
        addTo(total, steps.get(moment) as Tally);
        if (moment < endMs) yield* this.#point(run, labels, total, moment);
      }
      yield* this.#point(run, labels, total, endMs);
    }
  }

  #tallyAt(labels: HarnessLabels<N>, atMs: number): Tally {
    const { steps } = seriesOf(this.#series, this.name, labels);
    const moment = this.#timeline.coarseMomentOf(atMs);
    let tally = steps.get(moment);
    if (tally === undefined) steps.set(moment, (tally = this.#emptyTally()));
    return tally;
  }

  #emptyTally(): Tally {
    return { buckets: new Array<number>(this.#bounds.length + 1).fill(0), sum: 0 };
  }

  *#point(run: string, labels: string, { buckets, sum }: Tally, atMs: number): Generator<string> {
    const set = withRun(run, labels);
    let count = 0;
    for (const [i, n] of buckets.entries()) {
      count += n;
      const bound = i < this.#bounds.length ? canonical(this.#bounds[i] / scaleOf(this.name)) : '+Inf';
      yield sample(`${this.name}_bucket{${set},le="${bound}"}`, count, atMs);
    }
    yield sample(`${this.name}_count{${set}}`, count, atMs);
    yield sample(`${this.name}_sum{${set}}`, sum / scaleOf(this.name), atMs);
  }
}

// --- internal ---

function specOf(name: HarnessMetricName): HarnessMetricSpec {
  return HARNESS_METRICS[name];
}

function* header(name: HarnessMetricName): Generator<string> {
  const { type, help } = specOf(name);
  const family = type === 'counter' ? name.slice(0, -'_total'.length) : name;
  yield `# TYPE ${family} ${type}\n`;
  if (family.endsWith('_seconds')) yield `# UNIT ${family} seconds\n`;
  yield `# HELP ${family} ${help}\n`;
}

function sample(head: string, value: number, atMs: number): string {
  return `${head} ${value} ${atMs / 1000}\n`;
}

/** A bucket's bound in the form that the format demands: a whole number gets `.0`. */
function canonical(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

function scaleOf(name: HarnessMetricName): 1000 | 1 {
  return /_seconds(_total)?$/.test(name) ? 1000 : 1;
}

function withRun(run: string, labels: string): string {
  return `${RUN_LABEL}="${escaped(run)}"${labels === '' ? '' : `,${labels}`}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function inOrder(moments: Iterable<number>): number[] {
  return [...moments].sort((a, b) => a - b);
}

/** The series of these labels, which is made if there is none. Throws an Error if the catalogue does not name a value. */
function seriesOf<N extends HarnessMetricName, T>(
  series: Map<string, Series<T>>,
  name: N,
  labels: HarnessLabels<N>,
): Series<T> {
  const given = labels as Readonly<Record<string, string>>;
  const entries = Object.entries(specOf(name).labels).map(([label, values]) => {
    if (typeof values !== 'string' && !values.includes(given[label]))
      throw new Error(`${name}: expected a ${label} of the catalogue, found '${given[label]}'`);
    return [label, given[label]] as const;
  });
  const text = entries.map(([label, value]) => `${label}="${escaped(value)}"`).join(',');
  let one = series.get(text);
  if (one === undefined) series.set(text, (one = { labels: Object.fromEntries(entries), steps: new Map() }));
  return one;
}

function addTo(total: Tally, { buckets, sum }: Tally): void {
  for (const [i, n] of buckets.entries()) total.buckets[i] += n;
  total.sum += sum;
}

/** Every label set of a family, so that what never happened is there as zero. Empty if a label, such as the agency, has no list of values. */
function listedLabels(name: HarnessMetricName): Record<string, string>[] {
  let sets: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(specOf(name).labels)) {
    if (typeof values === 'string') return [];
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })));
  }
  return sets;
}
