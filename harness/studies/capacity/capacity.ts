/** The search for a capacity over real sockets: one world, many trials, one record. */
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
  loadRunOf,
  undrivenRunOf,
  windowDelays,
  writeLoadRun,
  type LoadBegan,
  type LoadRun,
} from '../../run/load-record.ts';
import { identityOf } from '../../run/write-run.ts';
import type { Recorded } from '../../trace/trace-api.ts';
import { bestOf, brokeFirst, scalability } from './findings.ts';
import { createPinning, type Pinning } from './pinning.ts';
import { search, type SearchResult, type SearchTrial } from './search.ts';
import type { Objective } from './slo.ts';
import { isOfConnections, prepareFor, UNITS, type Vary } from './vary.ts';
import { WarmTarget } from './warm-target.ts';
import { wireTrial, type WireTrial } from './wire-trial.ts';
import { Workload, type Stint } from './workload.ts';

export interface CapacityOptions {
  scenario: Scenario;
  seed: number;
  /** The command line that repeats the search. */
  command: string;
  /** Where the run directory's files go. */
  outDir: string;
  objectives: readonly Objective[];
  vary: Vary;
  /** Bounds of the load; null where the search may go as far as it must. */
  from: number | null;
  to: number | null;
  /** Most that are connected where they do not vary; null: as many as keep a trial short. */
  residents: number | null;
  doorbells: number | null;
  /** Wall seconds of a full trial. */
  trialSeconds: number;
  /** Goal of the interval: upper / lower - 1. */
  widthMax: number;
  /** Wall time after which no further trial is begun. */
  budgetMs: number;
  target: UrlTarget | null;
  /** Of one processor, for a target that is started; null: where the system puts it. */
  targetCpu: number | null;
  signal?: AbortSignal;
  onProgress?: (fraction: number, text: string) => void;
}

export type CapacityRun = RunRecord & { capacity: Capacity };

/** Throws HB_OPTION_VALUE where loads are beyond what can be sent, HB_TARGET where the target can't be driven, HB_TRACE, and what the file system throws. */
export async function runCapacity(o: CapacityOptions): Promise<CapacityRun> {
  if (o.target !== null) await expectClock(o.target, o.signal);
  const pinning = createPinning(o.target === null ? o.targetCpu : null);
  const dir = await mkdtemp(join(tmpdir(), 'hundredblock-capacity-'));
  try {
    return await new CapacitySearch(o, pinning, dir).run();
  } finally {
    await pinning.end();
    await rm(dir, { recursive: true, force: true });
  }
}

// --- internal ---

const CONFIDENCE = 0.99;
/** A short trial is so much shorter than a full one, within these bounds. */
const SHORT_SHARE = 1 / 2;
const SHORT_SECONDS_MIN = 2;
/** What a trial takes beyond its window, before one was seen. */
const OVERHEAD_MS = 14_000;

/** Trials send one world again and again: only a target whose clock can be set lives through it more than once. */
async function expectClock(target: UrlTarget, signal: AbortSignal | undefined): Promise<void> {
  if ((await probeTarget(target, signal)).platformClock) return;
  throw new HundredblockError(
    'HB_OPTION_VALUE',
    '--target: expected a target with a platform clock, found one that only knows real time',
  );
}

/** Its user ended it before anything could be tried. */
const NOTHING_FOUND: SearchResult = {
  lower: null,
  upper: null,
  ended: 'interrupted',
  generatorLimited: false,
  trials: [],
};

class CapacitySearch {
  private readonly o: CapacityOptions;
  private readonly pinning: Pinning;
  private readonly dir: string;
  private readonly begunMs = performance.now();
  private readonly startedAtMs = Date.now();
  private readonly trials: CapacityTrial[] = [];
  private best: WireTrial | null = null;
  /** Null before the first trial, after one that brought it down, and where the target is somebody else's. */
  private warm: WarmTarget | null = null;
  private overheadMs = OVERHEAD_MS;

  constructor(o: CapacityOptions, pinning: Pinning, dir: string) {
    this.o = o;
    this.pinning = pinning;
    this.dir = dir;
  }

  async run(): Promise<CapacityRun> {
    const { o, dir } = this;
    const ready = prepareFor(o);
    const workload = await Workload.open(
      {
        ...ready,
        seed: o.seed,
        vary: o.vary,
        dir,
        signal: o.signal,
        onProgress: (fraction) => o.onProgress?.(0.05 * fraction, 'preparing the world'),
      },
      o.trialSeconds,
    );
    const { available, recorded } = workload;
    const to = o.vary === 'alertRate' ? o.to : Math.min(ready.to ?? available, available);
    try {
      const found = recorded.partial ? NOTHING_FOUND : await this.search(workload, to);
      return await this.write(ready.scenario, workload.recorded, found, to);
    } finally {
      await this.warm?.end();
    }
  }

  private search(workload: Workload, to: number | null): Promise<SearchResult> {
    const { o } = this;
    return search({
      from: o.from,
      to,
      start: startOf(o.vary, o.from, to, workload.available),
      quantum: o.vary === 'alertRate' ? 0 : 1,
      shortSeconds: Math.max(SHORT_SECONDS_MIN, Math.round(SHORT_SHARE * o.trialSeconds)),
      fullSeconds: o.trialSeconds,
      confidence: CONFIDENCE,
      widthMax: o.widthMax,
      trial: (load, seconds, phase) => this.trial(workload, load, seconds, phase),
      mayGoOn: (seconds) => this.spentMs() + this.overheadMs + 1000 * seconds <= o.budgetMs,
    });
  }

  private spentMs(): number {
    return performance.now() - this.begunMs;
  }

  private async trial(
    workload: Workload,
    load: number,
    seconds: number,
    phase: SearchTrial['phase'],
  ): Promise<CapacityTrial | null> {
    const { o } = this;
    const begunMs = this.spentMs();
    o.onProgress?.(
      Math.min(0.98, 0.05 + (0.93 * begunMs) / o.budgetMs),
      `trial ${this.trials.length + 1}: ${show(load)} ${UNITS[o.vary]} for ${seconds} s${this.lastText()}`,
    );
    if (o.signal?.aborted === true) return null;
    const stint = await workload.stint(load, seconds);
    if (stint === null) return null;
    const isCold = o.target === null && this.warm === null;
    const trial = await this.send(stint, load, phase);
    if (trial !== null) this.overheadMs = Math.max(OVERHEAD_MS / 2, this.spentMs() - begunMs - 1000 * seconds);
    // What the first trial finds wanting may be no more than that the target has just started.
    return isCold && trial?.passed === false ? this.send(stint, load, phase) : trial;
  }

  private async send(stint: Stint, load: number, phase: SearchTrial['phase']): Promise<CapacityTrial | null> {
    const { pinning, dir } = this;
    const { vary, objectives, target, signal } = this.o;
    if (target === null) this.warm ??= new WarmTarget(await mkdtemp(join(dir, 'target-')));
    const pair = (await this.warm?.pair(signal)) ?? null;
    const what = { stint, phase, load, vary, objectives };
    const done = await wireTrial({ ...what, target, pinning, pair, dir, signal });
    if (done === null) return null;
    if (done.judged.stopped !== null) {
      await this.warm?.end();
      this.warm = null;
    }
    this.trials.push(done.trial);
    this.keep(done);
    return done.trial;
  }

  /** The trial that the record will be of: the best that passed, or, until one has, the one at the lowest load. */
  private keep(done: WireTrial): void {
    const { best } = this;
    if (best === null) this.best = done;
    else if (bestOf([best.trial, done.trial]) === done.trial) this.best = done;
    else if (!best.trial.passed && done.trial.load < best.trial.load) this.best = done;
  }

  private lastText(): string {
    const last = this.trials.at(-1);
    if (last === undefined) return '';
    const how = last.limited ? 'limited by the generator' : last.passed ? 'passed' : 'failed';
    return `; the last ${how} at ${show(last.load)}`;
  }

  private async write(
    scenario: Scenario,
    recorded: Recorded,
    found: SearchResult,
    to: number | null,
  ): Promise<CapacityRun> {
    const began = await this.began(scenario, recorded);
    const capacity = this.capacityOf(found, to);
    const { best } = this;
    if (best === null) return this.finish(began, undrivenRunOf(began, recorded, this.spentMs()), capacity, null);
    const { judged } = best;
    const judgedRecorded = { ...recorded, header: { ...recorded.header, untilMs: judged.load.untilMs } };
    judged.load.virtual.delayMs = windowDelays(judgedRecorded);
    const run = loadRunOf(began, judgedRecorded, judged, this.spentMs());
    return this.finish(began, run, capacity, judged.latencySpreads);
  }

  private async began(scenario: Scenario, { shards }: Recorded): Promise<LoadBegan> {
    const { seed, command, outDir } = this.o;
    const started = { scenario, seed, workers: 1, command, startedAtMs: this.startedAtMs };
    await mkdir(outDir, { recursive: true });
    return { ...started, id: `capacity-${identityOf(started, shards).id}`, outDir };
  }

  private async finish(
    began: LoadBegan,
    run: LoadRun,
    capacity: Capacity,
    latencies: LatencySpreads | null,
  ): Promise<CapacityRun> {
    // The scenario's budgets are for a run, not for the trials of a search: the objectives that were asked for stand in its place.
    const record = { ...run.record, capacity, gates: [], partial: capacity.ended === 'interrupted' };
    await writeLoadRun(began, { ...run, record }, { latencies, progress: null });
    return record;
  }

  private capacityOf(found: SearchResult, to: number | null): Capacity {
    const { o, trials } = this;
    const { lower, upper, ended, generatorLimited } = found;
    return {
      vary: o.vary,
      unit: UNITS[o.vary],
      lower,
      upper,
      confidence: CONFIDENCE,
      ended,
      generatorLimited,
      objectives: o.objectives.map(({ text }) => text),
      brokeFirst: brokeFirst(trials, o.objectives, lower),
      ...scalability(trials, isOfConnections(o.vary) ? ({ load }) => load : null),
      conditions: this.conditions(to),
      trials,
    };
  }

  private conditions(to: number | null): string[] {
    const { o, best } = this;
    const limits = [...(o.from === null ? [] : [`from ${show(o.from)}`]), ...(to === null ? [] : [`to ${show(to)}`])];
    return [
      `Full trials of ${o.trialSeconds} s; the interval is of the load at which half of them pass.`,
      ...(limits.length === 0 ? [] : [`Loads ${limits.join(' ')} ${UNITS[o.vary]} were allowed.`]),
      ...(best === null
        ? []
        : [
            `At the trial shown: ${best.trial.residents} residents and ${best.trial.doorbells} doorbells connected, ${show(best.trial.speed)} simulated seconds per wall second.`,
          ]),
      o.target === null ? `Processors: ${this.pinning.text}.` : 'The target ran already; where, is not known.',
    ];
  }
}

/** Of alerts a second: so many times the scenario's own pace. */
const START_PACE = 8;

/** Between bounds that were given, else a load from which it is not far to any. */
function startOf(vary: Vary, from: number | null, to: number | null, available: number): number {
  if (from !== null && to !== null) return Math.sqrt(from * to);
  if (from !== null) return from;
  if (vary === 'alertRate') return Math.min(START_PACE * available, to ?? Infinity);
  return Math.max(1, Math.round((to ?? available) / 4));
}

function show(load: number): string {
  return String(Number(load.toPrecision(4)));
}
