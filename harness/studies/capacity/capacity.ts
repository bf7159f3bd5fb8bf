/** Searches for a target's capacity over real sockets: one recorded world, many trials of it, one record. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { HundredblockError } from '../../../contract/errors.ts';
import type { Capacity, CapacityTrial } from '../../../contract/record/capacity.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import type { LatencySpreads } from '../../judge/latency.ts';
import type { UrlTarget } from '../../drivers/driver-api.ts';
import { probeTarget } from '../../drivers/target/probe.ts';
import {
  makeLoadRun,
  makeUndrivenRun,
  windowDelays,
  writeLoadRun,
  type LoadStart,
  type LoadRun,
} from '../../run/load-record.ts';
import { runIdentity } from '../../run/write-run.ts';
import type { Recorded } from '../../trace/trace-api.ts';
import { bestOf, brokeFirst, scalability } from './findings.ts';
import { createPinning, type Pinning } from './pinning.ts';
import { search, type SearchResult, type SearchTrial } from './search.ts';
import type { Objective } from './slo.ts';
import { isOfConnections, prepareFor, UNITS, type Vary } from './vary.ts';
import { WarmTarget } from './warm-target.ts';
import { wireTrial, type WireTrial } from './wire-trial.ts';
import { Workload, type Excerpt } from './workload.ts';

/** The world, the loads and the objectives of a search. */
export interface CapacityOptions {
  scenario: Scenario;
  seed: number;
  /** The command line that repeats the search. */
  command: string;
  /** Folder for the run's files. */
  outDir: string;
  objectives: readonly Objective[];
  vary: Vary;
  /** Bounds of the load; null if the search may go as far as it needs to. */
  from: number | null;
  to: number | null;
  /** Most residents and doorbells that are connected if their number does not vary; null: as many as keep a trial short. */
  residents: number | null;
  doorbells: number | null;
  /** Wall seconds of a full trial. */
  trialSeconds: number;
  /** Goal of the interval: upper / lower - 1. */
  widthMax: number;
  /** Wall time within which every trial must end: a trial that would take longer is not begun. */
  budgetMs: number;
  /** A target that runs already; null: the reference service is started. */
  target: UrlTarget | null;
  /** Share of one processor for a target that is started here; null: the system places it. */
  targetCpu: number | null;
  signal?: AbortSignal;
  onProgress?: (fraction: number, text: string) => void;
}

/** The record of a search: that of its best trial, with the capacity. */
export type CapacityRun = RunRecord & { capacity: Capacity };

/**
 * Runs the search and writes its run folder. Throws HB_OPTION_VALUE if loads are greater than what can be sent, HB_TARGET if the target
 * can't be driven, HB_TRACE, and what the file system throws.
 */
export async function runCapacity(options: CapacityOptions): Promise<CapacityRun> {
  const { target, targetCpu, signal } = options;
  if (target !== null) await expectClock(target, signal);
  const pinning = createPinning(target === null ? targetCpu : null);
  const dir = await mkdtemp(join(tmpdir(), 'hundredblock-capacity-'));
  try {
    return await new CapacitySearch(options, pinning, dir).run();
  } finally {
    await pinning.end();
    await rm(dir, { recursive: true, force: true });
  }
}

// --- internal ---

const CONFIDENCE = 0.99;
/** Length of a short trial as a share of a full one. */
const SHORT_SHARE = 1 / 2;
const SHORT_SECONDS_MIN = 2;
/** Assumed time that a trial takes besides its window, until one was measured. */
const OVERHEAD_MS = 14_000;

/** Trials send one world again and again, which only a target whose clock can be set can live through more than once. */
async function expectClock(target: UrlTarget, signal: AbortSignal | undefined): Promise<void> {
  if ((await probeTarget(target, signal)).platformClock) return;
  throw new HundredblockError(
    'HB_OPTION_VALUE',
    '--target: expected a target with a platform clock, found one that only knows real time',
  );
}

/** The result if the user ended the search before any trial. */
const NOTHING_FOUND: SearchResult = {
  lower: null,
  upper: null,
  ended: 'interrupted',
  generatorLimited: false,
  trials: [],
};

class CapacitySearch {
  readonly #options: CapacityOptions;
  readonly #pinning: Pinning;
  readonly #dir: string;
  readonly #begunMs = performance.now();
  readonly #startedAtMs = Date.now();
  readonly #trials: CapacityTrial[] = [];
  #best: WireTrial | null = null;
  /** Null before the first trial, after a trial that brought the target down, and if the target is not started here. */
  #warm: WarmTarget | null = null;
  #overheadMs = OVERHEAD_MS;

  constructor(options: CapacityOptions, pinning: Pinning, dir: string) {
    this.#options = options;
    this.#pinning = pinning;
    this.#dir = dir;
  }

  async run(): Promise<CapacityRun> {
    const options = this.#options;
    const ready = prepareFor(options);
    const workload = await Workload.open(
      {
        ...ready,
        seed: options.seed,
        vary: options.vary,
        dir: this.#dir,
        signal: options.signal,
        onProgress: (fraction) => options.onProgress?.(0.05 * fraction, 'preparing the world'),
      },
      options.trialSeconds,
    );
    const { available, recorded } = workload;
    const to = options.vary === 'alertRate' ? options.to : Math.min(ready.to ?? available, available);
    try {
      const found = recorded.partial ? NOTHING_FOUND : await this.#search(workload, to);
      return await this.#write(ready.scenario, workload.recorded, found, to);
    } finally {
      await this.#warm?.end();
    }
  }

  #search(workload: Workload, to: number | null): Promise<SearchResult> {
    const options = this.#options;
    return search({
      from: options.from,
      to,
      start: startOf(options.vary, options.from, to, workload.available),
      quantum: options.vary === 'alertRate' ? 0 : 1,
      shortSeconds: Math.max(SHORT_SECONDS_MIN, Math.round(SHORT_SHARE * options.trialSeconds)),
      fullSeconds: options.trialSeconds,
      confidence: CONFIDENCE,
      widthMax: options.widthMax,
      trial: (load, seconds, phase) => this.#trial(workload, load, seconds, phase),
      mayGoOn: (seconds) => this.#spentMs() + this.#overheadMs + 1000 * seconds <= options.budgetMs,
    });
  }

  #spentMs(): number {
    return performance.now() - this.#begunMs;
  }

  async #trial(
    workload: Workload,
    load: number,
    seconds: number,
    phase: SearchTrial['phase'],
  ): Promise<CapacityTrial | null> {
    const options = this.#options;
    const begunMs = this.#spentMs();
    options.onProgress?.(
      Math.min(0.98, 0.05 + (0.93 * begunMs) / options.budgetMs),
      `trial ${this.#trials.length + 1}: ${show(load)} ${UNITS[options.vary]} for ${seconds} s${this.#lastText()}`,
    );
    if (options.signal?.aborted === true) return null;
    const excerpt = await workload.excerptFor(load, seconds);
    if (excerpt === null) return null;
    const isCold = options.target === null && this.#warm === null;
    const trial = await this.#send(excerpt, load, phase);
    if (trial !== null) this.#overheadMs = Math.max(OVERHEAD_MS / 2, this.#spentMs() - begunMs - 1000 * seconds);
    // If the first trial fails, the reason may only be that the target has just started: send it once more.
    return isCold && trial?.passed === false ? this.#send(excerpt, load, phase) : trial;
  }

  async #send(excerpt: Excerpt, load: number, phase: SearchTrial['phase']): Promise<CapacityTrial | null> {
    const { vary, objectives, target, signal } = this.#options;
    const pinning = this.#pinning;
    const dir = this.#dir;
    if (target === null) this.#warm ??= new WarmTarget(await mkdtemp(join(dir, 'target-')));
    const pair = (await this.#warm?.pair(signal)) ?? null;
    const done = await wireTrial({ excerpt, phase, load, vary, objectives, target, pinning, pair, dir, signal });
    if (done === null) return null;
    if (done.judged.stopped !== null) {
      await this.#warm?.end();
      this.#warm = null;
    }
    this.#trials.push(done.trial);
    this.#keep(done);
    return done.trial;
  }

  /** Keeps the trial that the record will show: the best that passed or, until one has, the one at the lowest load. */
  #keep(done: WireTrial): void {
    const best = this.#best;
    if (best === null) this.#best = done;
    else if (bestOf([best.trial, done.trial]) === done.trial) this.#best = done;
    else if (!best.trial.passed && done.trial.load < best.trial.load) this.#best = done;
  }

  #lastText(): string {
    const last = this.#trials.at(-1);
    if (last === undefined) return '';
    const outcome = last.limited ? 'limited by the generator' : last.passed ? 'passed' : 'failed';
    return `; the last ${outcome} at ${show(last.load)}`;
  }

  async #write(scenario: Scenario, recorded: Recorded, found: SearchResult, to: number | null): Promise<CapacityRun> {
    const began = await this.#began(scenario, recorded);
    const capacity = this.#capacityOf(found, to);
    const best = this.#best;
    if (best === null) return this.#finish(began, makeUndrivenRun(began, recorded, this.#spentMs()), capacity, null);
    const { judged } = best;
    const judgedRecorded = { ...recorded, header: { ...recorded.header, untilMs: judged.load.untilMs } };
    judged.load.virtual.delayMs = windowDelays(judgedRecorded);
    const run = makeLoadRun(began, judgedRecorded, judged, this.#spentMs());
    return this.#finish(began, run, capacity, judged.latencySpreads);
  }

  async #began(scenario: Scenario, { shards }: Recorded): Promise<LoadStart> {
    const { seed, command, outDir } = this.#options;
    const started = { scenario, seed, workers: 1, command, startedAtMs: this.#startedAtMs };
    await mkdir(outDir, { recursive: true });
    return { ...started, id: `capacity-${runIdentity(started, shards).id}`, outDir };
  }

  async #finish(
    began: LoadStart,
    run: LoadRun,
    capacity: Capacity,
    latencies: LatencySpreads | null,
  ): Promise<CapacityRun> {
    // The scenario's budgets are for a run, not for the trials of a search, which has the user's objectives instead.
    const record = { ...run.record, capacity, gates: [], partial: capacity.ended === 'interrupted' };
    await writeLoadRun(began, { ...run, record }, { latencies, progress: null });
    return record;
  }

  #capacityOf(found: SearchResult, to: number | null): Capacity {
    const { vary, objectives } = this.#options;
    const trials = this.#trials;
    const { lower, upper, ended, generatorLimited } = found;
    return {
      vary,
      unit: UNITS[vary],
      lower,
      upper,
      confidence: CONFIDENCE,
      ended,
      generatorLimited,
      objectives: objectives.map(({ text }) => text),
      brokeFirst: brokeFirst(trials, objectives, lower),
      ...scalability(trials, isOfConnections(vary) ? ({ load }) => load : null),
      conditions: this.#conditions(to),
      trials,
    };
  }

  #conditions(to: number | null): string[] {
    const { from, vary, trialSeconds, target } = this.#options;
    const best = this.#best;
    const limits = [...(from === null ? [] : [`from ${show(from)}`]), ...(to === null ? [] : [`to ${show(to)}`])];
    return [
      `Full trials of ${trialSeconds} s; the interval is of the load at which half of them pass.`,
      ...(limits.length === 0 ? [] : [`Loads ${limits.join(' ')} ${UNITS[vary]} were allowed.`]),
      ...(best === null
        ? []
        : [
            `At the trial shown: ${best.trial.residents} residents and ${best.trial.doorbells} doorbells connected, ${show(best.trial.speed)} simulated seconds per wall second.`,
          ]),
      target === null
        ? `Processors: ${this.#pinning.text}.`
        : 'The target ran already; which processors it had is not known.',
    ];
  }
}

/** First load tried if alerts a second vary, as a multiple of the scenario's own rate of alerts. */
const START_PACE = 8;

/** The first load: between bounds that were given, else one from which no load is far. */
function startOf(vary: Vary, from: number | null, to: number | null, available: number): number {
  if (from !== null && to !== null) return Math.sqrt(from * to);
  if (from !== null) return from;
  if (vary === 'alertRate') return Math.min(START_PACE * available, to ?? Infinity);
  return Math.max(1, Math.round((to ?? available) / 4));
}

function show(load: number): string {
  return String(Number(load.toPrecision(4)));
}
