/**
 * Fear. Each alert or post leaves a worry in a resident, which fades with a half-life; together the worries are the chance that the resident
 * reports a harmless stranger to 911. A worry that led to a report is spent: one alert makes one resident call at most once.
 *
 * It is assumed that an alert makes people report more, which is the subject of the model; so are the size of a worry and its half-life.
 */
import type { Lineage } from './lineage.ts';
import { leftAfter } from './decaying.ts';

/** The worry that one alert or post left in a resident. */
export interface Worry {
  sinceMs: number;
  /** The chance that it adds at its begin. */
  chance: number;
  /** Id of the stimulus. */
  cause: string;
  origin: 'alert' | 'post';
  lineage: Lineage;
}

/** A worry is forgotten after this many half-lives, when 0.4% of it is left. */
const HALF_LIVES_MAX = 8;

interface State {
  /** In the order in which they came. */
  worries: Worry[];
  /**
   * An upper bound of the level at `atMs`, cheap to keep: all worries together, as if those that begin later had grown backwards from their
   * begin.
   */
  bound: number;
  atMs: number;
  /** When the last worry is forgotten. */
  endMs: number;
}

/** The worries of one agency's residents. */
export class Fear {
  readonly #states = new Map<number, State>();
  readonly #halfLifeMs: number;

  constructor(halfLifeMs: number) {
    this.#halfLifeMs = halfLifeMs;
  }

  /** Adds a worry. It may begin later than now. */
  add(resident: number, worry: Worry, nowMs: number): void {
    const state = this.#states.get(resident) ?? { worries: [], bound: 0, atMs: nowMs, endMs: 0 };
    const { worries } = state;
    while (worries.length > 0 && this.#endOf(worries[0]) <= nowMs) worries.shift();
    worries.push(worry);
    state.bound = this.#boundOf(state, nowMs) + worry.chance * leftAfter(nowMs - worry.sinceMs, this.#halfLifeMs);
    state.atMs = nowMs;
    state.endMs = Math.max(state.endMs, this.#endOf(worry));
    this.#states.set(resident, state);
  }

  /** The chance that all worries of a resident add up to at a moment. */
  level(resident: number, atMs: number): number {
    let level = 0;
    for (const worry of this.#states.get(resident)?.worries ?? []) level += this.#chanceOf(worry, atMs);
    return Math.min(1, level);
  }

  /** An upper bound of the level from `atMs` on. */
  bound(resident: number, atMs: number): number {
    const state = this.#states.get(resident);
    return state === undefined ? 0 : this.#boundOf(state, atMs);
  }

  /**
   * The worry that makes a resident report an encounter with mark `u`; null if none does. The worries' chances are stacked in order of age,
   * and the worry in whose part `u` lies is the cause: a later worry never takes a report from an earlier one.
   */
  cause(resident: number, atMs: number, u: number): Worry | null {
    const state = this.#states.get(resident);
    if (state === undefined || u >= this.#boundOf(state, atMs)) return null;
    let level = 0;
    for (const worry of state.worries) {
      level += this.#chanceOf(worry, atMs);
      if (u < level) return worry;
    }
    return null;
  }

  /** Forgets a worry that led to a report. */
  spend(resident: number, worry: Worry): void {
    const state = this.#states.get(resident);
    if (state === undefined) return;
    state.worries = state.worries.filter((w) => w !== worry);
    if (state.worries.length === 0) this.#states.delete(resident);
  }

  /** When the last of a resident's worries is forgotten, ms; -Infinity if it has none. */
  endMs(resident: number): number {
    return this.#states.get(resident)?.endMs ?? -Infinity;
  }

  /** Forgets all worries of everybody. */
  clear(): void {
    this.#states.clear();
  }

  #endOf(worry: Worry): number {
    return worry.sinceMs + HALF_LIVES_MAX * this.#halfLifeMs;
  }

  #boundOf(state: State, atMs: number): number {
    return state.bound * leftAfter(atMs - state.atMs, this.#halfLifeMs);
  }

  #chanceOf(worry: Worry, atMs: number): number {
    return atMs < worry.sinceMs || atMs >= this.#endOf(worry)
      ? 0
      : worry.chance * leftAfter(atMs - worry.sinceMs, this.#halfLifeMs);
  }
}
