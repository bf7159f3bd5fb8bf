/** Whose turn it is, where several workers share an experiment. */
import type { Task } from './schedule.ts';

/**
 * Replication by replication, so that a stop leaves whole ones; within each the points that took longest before come first, so that no long
 * run is left for the end, when the other workers have nothing to do.
 */
export class Turns {
  readonly #tasks: readonly Task[];
  readonly #tookMs = new Map<number, number>();
  /** Places in `tasks` of those that nobody has yet. */
  #left: number[];

  /** `tasks`: replication by replication. */
  constructor(tasks: readonly Task[]) {
    this.#tasks = tasks;
    this.#left = tasks.map((_, index) => index);
  }

  /** Its place in `tasks`; null where none is left. */
  next(): number | null {
    if (this.#left.length === 0) return null;
    const { replication } = this.#tasks[this.#left[0]];
    const own = this.#left.filter((index) => this.#tasks[index].replication === replication);
    // Of those that took as long, as of those that never ran, the last: levels are mostly listed from little to much.
    const chosen = own.reduce((best, index) => (this.#tookMsOf(index) >= this.#tookMsOf(best) ? index : best));
    this.#left = this.#left.filter((index) => index !== chosen);
    return chosen;
  }

  took(index: number, ms: number): void {
    this.#tookMs.set(this.#tasks[index].point, ms);
  }

  #tookMsOf(index: number): number {
    return this.#tookMs.get(this.#tasks[index].point) ?? Infinity;
  }
}
