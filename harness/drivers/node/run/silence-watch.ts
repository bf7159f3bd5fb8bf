/** Ends a run whose target owes answers and gives none of any kind: it is gone. */
import type { DrivePhase } from '../../driver-api.ts';
import type { RunState } from './run-state.ts';

/** Phases in which the target owes answers. */
const WATCHED: ReadonlySet<DrivePhase> = new Set(['preamble', 'connecting', 'running', 'draining']);
const EVERY_MS = 100;

/** Looks ten times a second, until it is stopped. */
export class SilenceWatch {
  readonly #run: RunState;
  readonly #timer: NodeJS.Timeout;
  #phase: DrivePhase | null = null;
  #lastAnswerMs = 0;

  constructor(run: RunState) {
    this.#run = run;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { threads, wall, progress, plan, stop } = this.#run;
    if (!WATCHED.has(progress.phase)) return;
    let isOwed = false;
    for (const { status } of threads) {
      this.#lastAnswerMs = Math.max(this.#lastAnswerMs, status.lastAnswerMs);
      isOwed ||= status.owed > 0 || status.connecting > 0;
    }
    // The silence counts from the start of a phase: before it, nothing was asked that belongs to it.
    if (!isOwed || progress.phase !== this.#phase) this.#lastAnswerMs = wall();
    this.#phase = progress.phase;
    const silentMs = wall() - this.#lastAnswerMs;
    if (silentMs > plan.limits.silenceMsMax)
      stop.now(`the target gave no answer for ${Math.round(silentMs / 1000)} s while some were owed`);
  }
}
