/**
 * The search for the highest load that a system carries within its objectives, in the manner of MLRsearch: short trials find the place, full
 * ones count, and a load is not judged by a single trial. It knows neither clock nor chance: what a trial is, the caller says.
 */
import { upperMedian } from '../../../stats/median.ts';
import { mostTelling, posteriorOf, quantile, shareAbove, type Counted } from '../../../stats/posterior.ts';

export interface TrialOutcome {
  /** All objectives were met. */
  passed: boolean;
  /** The generator held it back: it says nothing of the system. */
  limited: boolean;
  /** Share of all processors' time that the machine's host gave to others; null where nobody knows. */
  stolen?: number | null;
}

export interface SearchOptions {
  /** Loads that are never passed; null where the search may go as far as it must. */
  from: number | null;
  to: number | null;
  /** The first load. */
  start: number;
  /** Loads are multiples of it; 0 where any will do. */
  quantum: number;
  shortSeconds: number;
  fullSeconds: number;
  /** Of the interval, such as 0.99. */
  confidence: number;
  /** Goal: `upper / lower - 1` at most. */
  widthMax: number;
  /** Null: interrupted. */
  trial: (load: number, seconds: number, phase: SearchTrial['phase']) => Promise<TrialOutcome | null>;
  /** Asked before each trial: whether time is left for it. */
  mayGoOn: (seconds: number) => boolean;
}

export interface SearchTrial extends TrialOutcome {
  phase: 'locate' | 'confirm';
  load: number;
  seconds: number;
}

export interface SearchResult {
  /** Null: not known. The capacity lies between them with the confidence asked for. */
  lower: number | null;
  upper: number | null;
  /**
   * `narrow`: the goal was reached. `at-least`, `at-most`: the capacity lies beyond the loads that may be tried. `unfinished`: time ran out, or
   * hardly a trial counted.
   */
  ended: 'narrow' | 'at-least' | 'at-most' | 'unfinished' | 'interrupted';
  /** The generator is why there is no upper bound. */
  generatorLimited: boolean;
  trials: SearchTrial[];
}

/**
 * Rules where trials contradict one another: a short trial that fails below one that passed moves the place down; full trials are never
 * overruled, all of them weigh in the interval; two that the generator limited at one load keep the search below it.
 */
export async function search(options: SearchOptions): Promise<SearchResult> {
  return new Search(options).run();
}

// --- internal ---

const LOCATED_RATIO = 1.5;
const LOCATE_TRIALS_MAX = 14;
const CONFIRM_TRIALS_MAX = 60;
/** After so many loads in a row at which nothing counted, the generator is at fault, whatever the load. */
const LIMITED_MAX = 5;
/** Short trials find the place well enough that no greater leap is called for; where both outcomes were seen the next load is chosen between. */
const STEP = 1.3;
/** A ceiling that the generator sets is so far below the load at which it failed. */
const BELOW_LIMITED = 1.05;
/** Between loads that may be tried: in logarithms. */
const GRID_STEP = 0.03;
/** Loads that are weighed against each other for the next trial. */
const CANDIDATES = 17;

class Search {
  private readonly o: SearchOptions;
  private readonly trials: SearchTrial[] = [];
  private floor: number;
  private ceiling: number;
  private isCeilingOfGenerator = false;
  private limitedInRow = 0;
  private cut: 'unfinished' | 'interrupted' | null = null;

  constructor(o: SearchOptions) {
    this.o = o;
    this.floor = o.from ?? (o.quantum > 0 ? o.quantum : 0);
    this.ceiling = o.to ?? Infinity;
  }

  async run(): Promise<SearchResult> {
    const first = await this.locate();
    if (this.cut === null) await this.confirm(first);
    return this.result();
  }

  /** With short trials: the highest load that passes. Full ones, in which a queue has longer to grow, pass at no more. */
  private async locate(): Promise<number> {
    let low: number | null = null;
    let high: number | null = null;
    let load = this.snap(this.o.start);
    const passed = new Set<number>();
    for (let i = 0; i < LOCATE_TRIALS_MAX; i += 1) {
      const outcome = await this.attempt('locate', load, this.o.shortSeconds);
      if (outcome === null || this.cut !== null) break;
      if (outcome.passed && !outcome.limited) passed.add(load);
      else high = Math.min(high ?? Infinity, load);
      low = greatest([...passed].filter((one) => high === null || one < high));
      const next = this.nextPlace(low, high);
      if (next === null || next === load) break;
      load = next;
    }
    return low ?? this.snap((high ?? load) / 2);
  }

  private nextPlace(low: number | null, high: number | null): number | null {
    if (high === null) return low === null || low >= this.ceiling ? null : this.snap(low * 2);
    if (low === null) return high <= this.floor ? null : this.snap(high / 2);
    if (high / low <= LOCATED_RATIO || high - low <= this.o.quantum) return null;
    return this.snap(Math.sqrt(low * high));
  }

  /** With full trials, until the interval is narrow enough or time is up. */
  private async confirm(first: number): Promise<void> {
    let load = first;
    for (let i = 0; i < CONFIRM_TRIALS_MAX; i += 1) {
      const outcome = await this.attempt('confirm', load, this.o.fullSeconds);
      if (outcome === null || this.cut !== null) return;
      const counted = this.counted();
      if (counted.length > 0 && this.ending(counted) !== null) return;
      if (counted.some((one) => one.passed) && counted.some((one) => !one.passed)) {
        load = this.nextTelling(counted);
        continue;
      }
      // Only passes or only failures so far.
      const isUp = outcome.passed && !outcome.limited;
      load = this.snap(isUp ? load * STEP : load / STEP);
    }
  }

  private nextTelling(counted: readonly Counted[]): number {
    const posterior = posteriorOf(counted);
    const low = Math.log(quantile(posterior, 0.01));
    const high = Math.log(quantile(posterior, 0.99));
    const loads = Array.from({ length: CANDIDATES }, (_, i) =>
      this.snap(Math.exp(low + ((high - low) * i) / (CANDIDATES - 1))),
    );
    return mostTelling(posterior, loads, upperMedian(counted.map(({ stolen }) => stolen ?? 0)));
  }

  /** One trial; where the generator limited it, another: null where there was no time, or its user ended the search. */
  private async attempt(phase: SearchTrial['phase'], load: number, seconds: number): Promise<TrialOutcome | null> {
    for (let tries = 0; ; tries += 1) {
      if (!this.o.mayGoOn(seconds)) {
        this.cut = 'unfinished';
        return null;
      }
      const outcome = await this.o.trial(load, seconds, phase);
      if (outcome === null) {
        this.cut = 'interrupted';
        return null;
      }
      const { passed, limited, stolen = null } = outcome;
      this.trials.push({ phase, load, seconds, passed, limited, stolen });
      if (!outcome.limited) {
        this.limitedInRow = 0;
        return outcome;
      }
      // A short one that failed besides says enough: not there.
      if (phase === 'locate' && !outcome.passed) return outcome;
      if (tries === 0) continue;
      this.limitedInRow += 1;
      if (this.limitedInRow >= LIMITED_MAX) this.cut = 'unfinished';
      this.isCeilingOfGenerator = true;
      this.ceiling = Math.max(this.floor, Math.min(this.ceiling, load / BELOW_LIMITED));
      return outcome;
    }
  }

  private counted(): SearchTrial[] {
    return this.trials.filter(({ phase, limited }) => phase === 'confirm' && !limited);
  }

  private ending(counted: readonly Counted[]): SearchResult['ended'] | null {
    const { confidence, widthMax, quantum } = this.o;
    const posterior = posteriorOf(counted);
    const top = greatest(counted.flatMap(({ load, passed }) => (passed ? [load] : [])));
    if (top !== null && top >= this.snap(this.ceiling) && shareAbove(posterior, top) >= confidence) return 'at-least';
    const isBelow = counted.some(({ load, passed }) => !passed && load <= this.floor);
    if (isBelow && 1 - shareAbove(posterior, this.floor) >= confidence) return 'at-most';
    const { lower, upper } = this.interval(counted);
    if (lower === null || upper === null) return null;
    return upper / lower - 1 <= widthMax || upper - lower <= quantum ? 'narrow' : null;
  }

  /** Both null where no full trial counts; one where none passed, or none failed. */
  private interval(counted: readonly Counted[]): Pick<SearchResult, 'lower' | 'upper'> {
    if (counted.length === 0) return { lower: null, upper: null };
    const { confidence, quantum } = this.o;
    const posterior = posteriorOf(counted);
    const lower = quantile(posterior, (1 - confidence) / 2);
    const upper = quantile(posterior, (1 + confidence) / 2);
    const outwards = (load: number, round: (n: number) => number): number =>
      quantum > 0 ? round(load / quantum) * quantum : load;
    return {
      lower: counted.some(({ passed }) => passed) ? outwards(lower, Math.floor) : null,
      upper: counted.some(({ passed }) => !passed) ? outwards(upper, Math.ceil) : null,
    };
  }

  private result(): SearchResult {
    const counted = this.counted();
    const ended = (counted.length === 0 ? null : this.ending(counted)) ?? this.cut ?? 'unfinished';
    const { trials } = this;
    const generatorLimited = this.isCeilingOfGenerator && ended !== 'narrow' && ended !== 'at-most';
    const passes = counted.flatMap(({ load, passed }) => (passed ? [load] : []));
    if (ended === 'at-least') return { lower: greatest(passes), upper: null, ended, generatorLimited, trials };
    if (ended === 'at-most') return { lower: null, upper: this.floor, ended, generatorLimited: false, trials };
    return { ...this.interval(counted), ended, generatorLimited, trials };
  }

  /** Within what may be tried, and a multiple of the quantum. */
  private snap(load: number): number {
    const { quantum } = this.o;
    const within = Math.min(this.ceiling, Math.max(this.floor, load));
    const near = onGrid(within, this.floor, this.ceiling);
    if (quantum === 0) return near;
    const rounded = Math.round(near / quantum) * quantum;
    return rounded > this.ceiling ? rounded - quantum : Math.max(rounded, quantum);
  }
}

/** Loads of a grid: what a load needs is prepared once for all its trials. The edges of what may be tried are always on it. */
function onGrid(load: number, floor: number, ceiling: number): number {
  if (load <= floor || load >= ceiling) return load;
  const nearest = Math.exp(Math.round(Math.log(load) / GRID_STEP) * GRID_STEP);
  return Number(Math.min(ceiling, Math.max(floor, nearest)).toPrecision(4));
}

function greatest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}
