/** Counts of what happens in one agency's world, in all, by day and by hour of the run. */
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS, HOUR_MS } from '../../contract/time.ts';
import type { Call } from '../calls/calls.ts';
import { INDUCED_FROM } from '../incidents/incident.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { LoopGuard } from '../reactions/loop-guard.ts';
import { isFirstAttempt } from './ledger.ts';

/** Counts of one day of the run. */
export interface Daily {
  incidents: number;
  calls: number;
}

/** A day's callers, each counted once whatever the number of attempts. */
export interface LoopDay {
  calls: number;
  /** Callers because of an alert or a post. */
  caused: number;
  /** Those of them whom an alert about a caused call made call. */
  further: number;
}

/** Counts since the start. Calls include redials. */
export interface WorldCounts {
  calls: number;
  inducedCalls: number;
  inducedIncidents: number;
  posts: number;
  daily: Daily[];
  dailyLoop: LoopDay[];
  /** When the loop was stopped because it was unstable, ms; null if it was not. */
  loopStoppedMs: number | null;
  hourlyCalls: number[];
}

/** Counts as the world goes on. */
export class WorldTally {
  /** Each call once, at its first attempt, in order of placing. */
  readonly placedCalls: Call[] = [];
  inducedIncidents = 0;
  posts = 0;
  readonly #kernel: Kernel;
  readonly #startMs: number;
  readonly #guard: LoopGuard;
  readonly #daily: Daily[];
  readonly #dailyLoop: LoopDay[];
  readonly #hourlyCalls: number[];
  #calls = 0;
  #inducedCalls = 0;
  #loopStoppedMs: number | null = null;

  constructor(kernel: Kernel, { startMs, durationDays }: Pick<Scenario, 'startMs' | 'durationDays'>) {
    const days = Math.ceil(durationDays);
    this.#kernel = kernel;
    this.#startMs = startMs;
    this.#guard = new LoopGuard(startMs);
    this.#daily = Array.from({ length: days }, () => ({ incidents: 0, calls: 0 }));
    this.#dailyLoop = Array.from({ length: days }, () => ({ calls: 0, caused: 0, further: 0 }));
    this.#hourlyCalls = new Array<number>(Math.ceil(durationDays * 24)).fill(0);
  }

  /** An incident begins. */
  incident(): void {
    this.#daily[this.#now(DAY_MS, this.#daily.length)].incidents += 1;
  }

  /** A call is placed, redials included. True if the loop must be stopped because of it. */
  call(call: Call): boolean {
    this.#calls += 1;
    if (call.incident.key >= INDUCED_FROM) this.#inducedCalls += 1;
    this.#daily[this.#now(DAY_MS, this.#daily.length)].calls += 1;
    this.#hourlyCalls[this.#now(HOUR_MS, this.#hourlyCalls.length)] += 1;
    return isFirstAttempt(call) && this.#caller(call);
  }

  counts(): WorldCounts {
    return {
      calls: this.#calls,
      inducedCalls: this.#inducedCalls,
      inducedIncidents: this.inducedIncidents,
      posts: this.posts,
      daily: this.#daily,
      dailyLoop: this.#dailyLoop,
      loopStoppedMs: this.#loopStoppedMs,
      hourlyCalls: this.#hourlyCalls,
    };
  }

  #caller(call: Call): boolean {
    const { lineage } = call.incident;
    const day = this.#dailyLoop[this.#now(DAY_MS, this.#dailyLoop.length)];
    this.placedCalls.push(call);
    day.calls += 1;
    if (lineage === undefined) return false;
    day.caused += 1;
    if (lineage.generation > 1) day.further += 1;
    if (this.#loopStoppedMs !== null || !this.#guard.isUnstable(this.#kernel.nowMs, lineage.generation)) return false;
    this.#loopStoppedMs = this.#kernel.nowMs;
    return true;
  }

  /** The index of the present period, of `count` in all; the last one holds what comes after it. */
  #now(periodMs: number, count: number): number {
    return Math.min(count - 1, Math.floor((this.#kernel.nowMs - this.#startMs) / periodMs));
  }
}
