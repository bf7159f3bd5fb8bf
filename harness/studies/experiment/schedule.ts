/** Says which replications an experiment needs, which of them a shard runs, which are missing, and in which turn workers take them. */
import { HundredblockError } from '../../../contract/errors.ts';
import type { Experiment } from '../../../contract/experiment.ts';
import type { Entry } from './journal.ts';
import type { Point } from './points.ts';
import { estimate, relativeHalfWidth } from '../../../stats/replications.ts';

/**
 * `reps`: `count` replications of each point. `until-ci`: as many as bring the intervals of its primary measures within `share` of their
 * means.
 */
export type Extent = { kind: 'reps'; count: number } | { kind: 'until-ci'; share: number };

/** A part of an experiment: number `index` of `of` parts. */
export interface Shard {
  /** From 1. */
  index: number;
  of: number;
}

/** A replication of a point that is to be run. */
export interface Task {
  point: number;
  replication: number;
}

/** `until-ci` looks at the intervals after FIRST_LOOK replications, and then after every LOOK_EVERY more. */
const FIRST_LOOK = 10;
const LOOK_EVERY = 5;

/** The plan of one experiment and extent. */
export class Schedule {
  readonly #experiment: Experiment;
  readonly #points: readonly Point[];
  readonly #extent: Extent;

  constructor(experiment: Experiment, points: readonly Point[], extent: Extent) {
    this.#experiment = experiment;
    this.#points = points;
    this.#extent = extent;
  }

  /**
   * Tasks that `shard` must run next, given the `entries` that were run: replication by replication over all points, so that a stop leaves
   * whole replications. With `until-ci` more may follow when these are done. A fixed number of replications is dealt to the shards run by
   * run; with `until-ci` a shard has whole points, because it must see when a point is done.
   */
  missing(entries: readonly Entry[], shard: Shard): Task[] {
    const done = new Set(entries.map(({ point, replication }) => `${point} ${replication}`));
    const { length } = this.#points;
    const counts = this.#points.map(({ index }) => this.#target(entries, index).count);
    // If the points are a multiple of the shards, a shard would otherwise have the same points in every replication, perhaps the slow ones.
    const stride = length % shard.of === 0 ? length + 1 : length;
    const tasks: Task[] = [];
    for (let replication = 0; replication < Math.max(...counts); replication += 1)
      for (let point = 0; point < length; point += 1) {
        const turn = this.#extent.kind === 'reps' ? replication * stride + point : point;
        if (replication < counts[point] && turn % shard.of === shard.index - 1 && !done.has(`${point} ${replication}`))
          tasks.push({ point, replication });
      }
    return tasks;
  }

  /**
   * The `entries` that belong to the extent, each once, by point and replication. Throws HB_INPUT_FILE if two of a replication disagree.
   */
  kept(entries: readonly Entry[]): Entry[] {
    const kept = new Map<string, Entry>();
    for (const entry of entries) {
      const key = `${entry.point} ${entry.replication}`;
      const other = kept.get(key);
      if (other !== undefined && other.historyHash !== entry.historyHash)
        throw new HundredblockError(
          'HB_INPUT_FILE',
          `point ${this.#points[entry.point]?.name} replication ${entry.replication}: expected the same history wherever it ran, found ${other.historyHash.slice(0, 12)} and ${entry.historyHash.slice(0, 12)}`,
        );
      kept.set(key, entry);
    }
    const all = [...kept.values()];
    const counts = this.#points.map(({ index }) => this.#target(all, index).count);
    return all
      .filter(({ point, replication }) => replication < (counts[point] ?? 0))
      .sort((x, y) => x.point - y.point || x.replication - y.replication);
  }

  /** Points whose intervals did not become as narrow as asked for within the greatest number of replications allowed. */
  wide(entries: readonly Entry[]): Point[] {
    return this.#points.filter(({ index }) => !this.#target(entries, index).isMet);
  }

  /** Replications that this point needs, as far as is known so far. */
  #target(entries: readonly Entry[], point: number): { count: number; isMet: boolean } {
    if (this.#extent.kind === 'reps') return { count: this.#extent.count, isMet: true };
    const { share } = this.#extent;
    const { replicationsMax, measures, primary } = this.#experiment;
    const own: Entry[] = [];
    for (const entry of entries) if (entry.point === point) own[entry.replication] = entry;
    const judged = (primary.length > 0 ? primary : measures).map((name) => measures.indexOf(name));
    for (let look = Math.min(FIRST_LOOK, replicationsMax); ; look = Math.min(look + LOOK_EVERY, replicationsMax)) {
      const sample = Array.from({ length: look }, (_, r) => own[r]);
      if (sample.some((entry) => entry === undefined)) return { count: look, isMet: false };
      const isMet = judged.every((k) => relativeHalfWidth(estimate(sample.map(({ values }) => values[k]))) <= share);
      if (isMet || look === replicationsMax) return { count: look, isMet };
    }
  }
}

/**
 * The order in which workers take tasks: replication by replication, so that a stop leaves whole ones; within each, points that took
 * longest before come first, so that no long run is left for the end, when the other workers have nothing to do.
 */
export class Turns {
  readonly #tasks: readonly Task[];
  readonly #tookMs = new Map<number, number>();
  /** Indices of the tasks that no worker has taken yet. */
  #left: number[];

  /** `tasks`: replication by replication. */
  constructor(tasks: readonly Task[]) {
    this.#tasks = tasks;
    this.#left = tasks.map((_, index) => index);
  }

  /** Index of the task that comes next; null if none is left. */
  next(): number | null {
    if (this.#left.length === 0) return null;
    const { replication } = this.#tasks[this.#left[0]];
    const own = this.#left.filter((index) => this.#tasks[index].replication === replication);
    // If points took equally long or never ran, the last of them comes first: levels are mostly listed from little to much.
    const chosen = own.reduce((best, index) => (this.#tookMsOf(index) >= this.#tookMsOf(best) ? index : best));
    this.#left = this.#left.filter((index) => index !== chosen);
    return chosen;
  }

  /** Reports how long a task took. */
  took(index: number, ms: number): void {
    this.#tookMs.set(this.#tasks[index].point, ms);
  }

  #tookMsOf(index: number): number {
    return this.#tookMs.get(this.#tasks[index].point) ?? Infinity;
  }
}
