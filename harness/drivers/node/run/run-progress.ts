/** How far a run is, as it is told to those who watch it. */
import { TRACE_INPUT_KINDS } from '../../../../contract/trace-kinds.ts';
import { addedUp, type Spread } from '../../../../stats/spread.ts';
import type { DrivePhase, DriveProgress } from '../../driver-api.ts';
import type { InputTotals } from '../../observations/sends.ts';
import type { ThreadHandle } from '../thread/thread-handle.ts';

/** Keeps the phase and its progress, and tells them with the totals of all threads. */
export class RunProgress {
  readonly #onProgress: (progress: DriveProgress) => void;
  readonly #threads: () => readonly ThreadHandle[];
  #phase: DrivePhase = 'starting';
  #of = 0;
  /** Progress of the phase, counted up to `of`. */
  done = 0;

  constructor(onProgress: (progress: DriveProgress) => void, threads: () => readonly ThreadHandle[]) {
    this.#onProgress = onProgress;
    this.#threads = threads;
  }

  get phase(): DrivePhase {
    return this.#phase;
  }

  set of(of: number) {
    this.#of = of;
  }

  /** `of`: what is counted in this phase, in all; 0 if nothing is. */
  enter(phase: DrivePhase, of: number): void {
    this.#phase = phase;
    this.done = 0;
    this.#of = of;
    this.tell();
  }

  tell(): void {
    const threads = this.#threads();
    const sum = (count: (thread: ThreadHandle) => number): number =>
      threads.reduce((total, thread) => total + count(thread), 0);
    this.#onProgress({
      phase: this.#phase,
      done: this.done,
      of: this.#of,
      sent: sum(({ status }) => status.sent),
      acknowledged: sum(({ status }) => status.acknowledged),
      deliveries: sum(({ status }) => status.deliveries),
      lagMaxMs: Math.max(0, ...threads.map(({ status }) => status.lagMaxMs)),
      connected: {
        residents: sum(({ role, status }) => (role === 'residents' ? status.connected : 0)),
        doorbells: sum(({ role, status }) => (role === 'doorbells' ? status.connected : 0)),
      },
      inputs: inputsOf(threads),
      lags: sumSpreads(threads.map(({ status }) => status.lags)),
      connects: sumSpreads(threads.map(({ status }) => status.connects)),
    });
  }
}

// --- internal ---

function inputsOf(threads: readonly ThreadHandle[]): DriveProgress['inputs'] {
  const inputs: DriveProgress['inputs'] = {};
  for (const [kind, name] of TRACE_INPUT_KINDS.entries()) {
    const count = (which: keyof InputTotals): number =>
      threads.reduce((sum, { status }) => sum + (status.totals[which][kind] ?? 0), 0);
    const meant = count('meant');
    if (meant > 0) inputs[name] = { meant, sent: count('sent'), acknowledged: count('acknowledged') };
  }
  return inputs;
}

/** Null until every thread has told. */
function sumSpreads(spreads: readonly Spread[]): Spread | null {
  return spreads.length === 0 || spreads.some(({ counts }) => counts.length === 0) ? null : addedUp(spreads);
}
