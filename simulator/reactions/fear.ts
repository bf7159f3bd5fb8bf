/**
 * Fear: what alerts and posts leave behind in a resident. Each leaves a worry that fades with a half-life; together they are the chance that a harmless stranger
 * is reported to 911. A worry that led to a report is spent: one alert makes one resident call at most once.
 *
 * That an alert makes people report more is what the model is for, and assumed; so are size and half-life.
 */
import type { Lineage } from './lineage.ts';
import { leftAfter } from './decaying.ts';

export interface Worry {
  sinceMs: number;
  /** Chance that it adds at once. */
  chance: number;
  /** What left it. */
  cause: string;
  origin: 'alert' | 'post';
  lineage: Lineage;
}

/** After so many half-lives 0.4% of a worry is left, and it is forgotten. */
const HALF_LIVES_MAX = 8;

interface State {
  /** In order of their coming. */
  worries: Worry[];
  /** All of them together as of `atMs`, those to come reckoned back: never less than the level, and enough to say quickly that there is next to none. */
  bound: number;
  atMs: number;
  endMs: number;
}

export class Fear {
  private readonly states = new Map<number, State>();
  private readonly halfLifeMs: number;

  constructor(halfLifeMs: number) {
    this.halfLifeMs = halfLifeMs;
  }

  /** `worry.sinceMs` may lie ahead. */
  add(resident: number, worry: Worry, nowMs: number): void {
    const state = this.states.get(resident) ?? { worries: [], bound: 0, atMs: nowMs, endMs: 0 };
    const { worries } = state;
    while (worries.length > 0 && this.endOf(worries[0]) <= nowMs) worries.shift();
    worries.push(worry);
    state.bound = this.boundOf(state, nowMs) + worry.chance * leftAfter(nowMs - worry.sinceMs, this.halfLifeMs);
    state.atMs = nowMs;
    state.endMs = Math.max(state.endMs, this.endOf(worry));
    this.states.set(resident, state);
  }

  /** The chance that all worries of a resident make at a moment. */
  level(resident: number, atMs: number): number {
    let level = 0;
    for (const worry of this.states.get(resident)?.worries ?? []) level += this.chanceOf(worry, atMs);
    return Math.min(1, level);
  }

  /** No less than the level from `atMs` on. */
  bound(resident: number, atMs: number): number {
    const state = this.states.get(resident);
    return state === undefined ? 0 : this.boundOf(state, atMs);
  }

  /**
   * The worry that makes a resident report an encounter with mark `u`, null where none does. Worries stand on each other in order of their age, and the one in whose
   * part `u` lies is the cause: a later worry never takes a report from an earlier one.
   */
  struck(resident: number, atMs: number, u: number): Worry | null {
    const state = this.states.get(resident);
    if (state === undefined || u >= this.boundOf(state, atMs)) return null;
    let level = 0;
    for (const worry of state.worries) {
      level += this.chanceOf(worry, atMs);
      if (u < level) return worry;
    }
    return null;
  }

  spend(resident: number, worry: Worry): void {
    const state = this.states.get(resident);
    if (state === undefined) return;
    state.worries = state.worries.filter((w) => w !== worry);
    if (state.worries.length === 0) this.states.delete(resident);
  }

  /** When the last of a resident's worries is forgotten; -Infinity without any. */
  endMs(resident: number): number {
    return this.states.get(resident)?.endMs ?? -Infinity;
  }

  clear(): void {
    this.states.clear();
  }

  // --- internal ---

  private endOf(worry: Worry): number {
    return worry.sinceMs + HALF_LIVES_MAX * this.halfLifeMs;
  }

  private boundOf(state: State, atMs: number): number {
    return state.bound * leftAfter(atMs - state.atMs, this.halfLifeMs);
  }

  private chanceOf(worry: Worry, atMs: number): number {
    return atMs < worry.sinceMs || atMs >= this.endOf(worry)
      ? 0
      : worry.chance * leftAfter(atMs - worry.sinceMs, this.halfLifeMs);
  }
}
