/**
 * The search for the highest load that a system carries within its objectives, in the manner of MLRsearch: short trials find the region,
 * full trials count, and no load is judged by a single trial. It knows neither clock nor chance: the caller runs the trials.
 */
import { upperMedian } from '../../../stats/median.ts';
import { mostTelling, posteriorOf, quantile, shareAbove, type Counted } from '../../../stats/posterior.ts';

/** The outcome of one trial at one load. */
export interface TrialOutcome {
  /** True if all objectives were met. */
  passed: boolean;
  /** True if the generator was the bottleneck: the trial then says nothing of the system. */
  limited: boolean;
  /** Share of all processors' time that the machine's host gave to others; null if it is not known. */
  stolen?: number | null;
}

/** Bounds, lengths and goal of a search, and the functions that run its trials. */
export interface SearchOptions {
  /** Bounds that no load goes beyond; null if the search may go as far as it needs to. */
  from: number | null;
  to: number | null;
  /** The first load. */
  start: number;
  /** Every load is a multiple of it; 0 if any load will do. */
  quantum: number;
  shortSeconds: number;
  fullSeconds: number;
  /** Confidence of the interval, such as 0.99. */
  confidence: number;
  /** The search ends once `upper / lower - 1` is at most this. */
  widthMax: number;
  /** Runs a trial; resolves with null if the user ended the search. */
  trial: (load: number, seconds: number, phase: SearchTrial['phase']) => Promise<TrialOutcome | null>;
  /** Called before each trial: whether there is time left for it. */
  mayGoOn: (seconds: number) => boolean;
}

/** A trial with the load and the phase in which it ran. */
export interface SearchTrial extends TrialOutcome {
  phase: 'locate' | 'confirm';
  load: number;
  seconds: number;
}

/** The interval that a search found, and its trials. */
export interface SearchResult {
  /** The capacity lies between `lower` and `upper` with the confidence asked for; null if that end is not known. */
  lower: number | null;
  upper: number | null;
  /**
   * `narrow`: the interval is as narrow as asked for. `at-least`, `at-most`: the capacity lies beyond the loads that may be tried.
   * `unfinished`: time ran out, or hardly a trial counted. `interrupted`: the user ended the search.
   */
  ended: 'narrow' | 'at-least' | 'at-most' | 'unfinished' | 'interrupted';
  /** True if there is no upper bound because of the generator. */
  generatorLimited: boolean;
  trials: SearchTrial[];
}

/**
 * If trials contradict one another: a short trial that fails below one that passed moves the search down; full trials are never
 * overruled, and all of them count in the interval; if the generator limits two trials at one load, the search stays below it.
 */
export async function search(options: SearchOptions): Promise<SearchResult> {
  return new Search(options).run();
}

// --- internal ---

const LOCATED_RATIO = 1.5;
const LOCATE_TRIALS_MAX = 14;
const CONFIRM_TRIALS_MAX = 60;
/** If the generator limited every trial at this many loads in a row, the generator is at fault whatever the load. */
const LIMITED_MAX = 5;
/** Ratio of two loads while full trials only pass or only fail: short trials have come so near that no greater step is needed. */
const STEP = 1.3;
/** Ratio of the load at which the generator failed to the ceiling that this sets. */
const BELOW_LIMITED = 1.05;
/** Distance between loads that may be tried, as a difference of logarithms. */
const GRID_STEP = 0.03;
/** Number of loads that are compared for the next trial. */
const CANDIDATES = 17;

class Search {
  readonly #options: SearchOptions;
  readonly #trials: SearchTrial[] = [];
  #floor: number;
  #ceiling: number;
  #isCeilingOfGenerator = false;
  #limitedInRow = 0;
  #cut: 'unfinished' | 'interrupted' | null = null;

  constructor(options: SearchOptions) {
    const { from, to, quantum } = options;
    this.#options = options;
    this.#floor = from ?? (quantum > 0 ? quantum : 0);
    this.#ceiling = to ?? Infinity;
  }

  async run(): Promise<SearchResult> {
    const first = await this.#locate();
    if (this.#cut === null) await this.#confirm(first);
    return this.#result();
  }

  /** The highest load at which a short trial passes. A full trial passes at no greater load, because a queue has longer to grow in it. */
  async #locate(): Promise<number> {
    let low: number | null = null;
    let high: number | null = null;
    let load = this.#snap(this.#options.start);
    const passed = new Set<number>();
    for (let i = 0; i < LOCATE_TRIALS_MAX; i += 1) {
      const outcome = await this.#attempt('locate', load, this.#options.shortSeconds);
      if (outcome === null || this.#cut !== null) break;
      if (outcome.passed && !outcome.limited) passed.add(load);
      else high = Math.min(high ?? Infinity, load);
      low = greatest([...passed].filter((one) => high === null || one < high));
      const next = this.#nextToLocate(low, high);
      if (next === null || next === load) break;
      load = next;
    }
    return low ?? this.#snap((high ?? load) / 2);
  }

  /** The next load between the highest that passed and the lowest that failed; null if they are near enough. */
  #nextToLocate(low: number | null, high: number | null): number | null {
    if (high === null) return low === null || low >= this.#ceiling ? null : this.#snap(low * 2);
    if (low === null) return high <= this.#floor ? null : this.#snap(high / 2);
    if (high / low <= LOCATED_RATIO || high - low <= this.#options.quantum) return null;
    return this.#snap(Math.sqrt(low * high));
  }

  /** Runs full trials until the interval is narrow enough or time is up. */
  async #confirm(first: number): Promise<void> {
    let load = first;
    for (let i = 0; i < CONFIRM_TRIALS_MAX; i += 1) {
      const outcome = await this.#attempt('confirm', load, this.#options.fullSeconds);
      if (outcome === null || this.#cut !== null) return;
      const counted = this.#counted();
      if (counted.length > 0 && this.#ending(counted) !== null) return;
      if (counted.some((one) => one.passed) && counted.some((one) => !one.passed)) {
        load = this.#nextTelling(counted);
        continue;
      }
      // Only passes or only failures so far.
      const isUp = outcome.passed && !outcome.limited;
      load = this.#snap(isUp ? load * STEP : load / STEP);
    }
  }

  #nextTelling(counted: readonly Counted[]): number {
    const posterior = posteriorOf(counted);
    const low = Math.log(quantile(posterior, 0.01));
    const high = Math.log(quantile(posterior, 0.99));
    const loads = Array.from({ length: CANDIDATES }, (_, i) =>
      this.#snap(Math.exp(low + ((high - low) * i) / (CANDIDATES - 1))),
    );
    return mostTelling(posterior, loads, upperMedian(counted.map(({ stolen }) => stolen ?? 0)));
  }

  /** Runs a trial, and a second one if the generator limited the first. Null if there was no time left, or the user ended the search. */
  async #attempt(phase: SearchTrial['phase'], load: number, seconds: number): Promise<TrialOutcome | null> {
    for (let tries = 0; ; tries += 1) {
      if (!this.#options.mayGoOn(seconds)) {
        this.#cut = 'unfinished';
        return null;
      }
      const outcome = await this.#options.trial(load, seconds, phase);
      if (outcome === null) {
        this.#cut = 'interrupted';
        return null;
      }
      const { passed, limited, stolen = null } = outcome;
      this.#trials.push({ phase, load, seconds, passed, limited, stolen });
      if (!outcome.limited) {
        this.#limitedInRow = 0;
        return outcome;
      }
      // A short trial that failed too needs no second one: the capacity is below this load.
      if (phase === 'locate' && !outcome.passed) return outcome;
      if (tries === 0) continue;
      this.#limitedInRow += 1;
      if (this.#limitedInRow >= LIMITED_MAX) this.#cut = 'unfinished';
      this.#isCeilingOfGenerator = true;
      this.#ceiling = Math.max(this.#floor, Math.min(this.#ceiling, load / BELOW_LIMITED));
      return outcome;
    }
  }

  #counted(): SearchTrial[] {
    return this.#trials.filter(({ phase, limited }) => phase === 'confirm' && !limited);
  }

  #ending(counted: readonly Counted[]): SearchResult['ended'] | null {
    const { confidence, widthMax, quantum } = this.#options;
    const posterior = posteriorOf(counted);
    const top = greatest(counted.flatMap(({ load, passed }) => (passed ? [load] : [])));
    if (top !== null && top >= this.#snap(this.#ceiling) && shareAbove(posterior, top) >= confidence) return 'at-least';
    const isBelow = counted.some(({ load, passed }) => !passed && load <= this.#floor);
    if (isBelow && 1 - shareAbove(posterior, this.#floor) >= confidence) return 'at-most';
    const { lower, upper } = this.#interval(counted);
    if (lower === null || upper === null) return null;
    return upper / lower - 1 <= widthMax || upper - lower <= quantum ? 'narrow' : null;
  }

  /** Both ends are null if no full trial counts; `lower` is null if none passed, `upper` if none failed. */
  #interval(counted: readonly Counted[]): Pick<SearchResult, 'lower' | 'upper'> {
    if (counted.length === 0) return { lower: null, upper: null };
    const { confidence, quantum } = this.#options;
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

  #result(): SearchResult {
    const counted = this.#counted();
    const ended = (counted.length === 0 ? null : this.#ending(counted)) ?? this.#cut ?? 'unfinished';
    const trials = this.#trials;
    const generatorLimited = this.#isCeilingOfGenerator && ended !== 'narrow' && ended !== 'at-most';
    const passes = counted.flatMap(({ load, passed }) => (passed ? [load] : []));
    if (ended === 'at-least') return { lower: greatest(passes), upper: null, ended, generatorLimited, trials };
    if (ended === 'at-most') return { lower: null, upper: this.#floor, ended, generatorLimited: false, trials };
    return { ...this.#interval(counted), ended, generatorLimited, trials };
  }

  /** The nearest load that may be tried: within the bounds, on the grid, and a multiple of the quantum. */
  #snap(load: number): number {
    const { quantum } = this.#options;
    const within = Math.min(this.#ceiling, Math.max(this.#floor, load));
    const near = onGrid(within, this.#floor, this.#ceiling);
    if (quantum === 0) return near;
    const rounded = Math.round(near / quantum) * quantum;
    return rounded > this.#ceiling ? rounded - quantum : Math.max(rounded, quantum);
  }
}

/** Loads lie on a grid, so that the excerpt for a load is prepared once for all its trials. The bounds are always on the grid. */
function onGrid(load: number, floor: number, ceiling: number): number {
  if (load <= floor || load >= ceiling) return load;
  const nearest = Math.exp(Math.round(Math.log(load) / GRID_STEP) * GRID_STEP);
  return Number(Math.min(ceiling, Math.max(floor, nearest)).toPrecision(4));
}

function greatest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}
