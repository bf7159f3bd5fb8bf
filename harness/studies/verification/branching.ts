/**
 * A branching process on the event kernel: each event causes Poisson(n) further events after a short delay. Its rate is
 * lambda0 / (1 - n), and counts over windows much longer than the delay vary 1 / (1 - n)^2 times as much as Poisson counts.
 */
import { KIND } from '../../../simulator/kernel/kinds.ts';
import { Kernel } from '../../../simulator/kernel/kernel.ts';
import type { LoopBlock } from '../../engine/branching.ts';
import { exponential, keyedDraw, poisson } from '../../../simulator/kernel/random.ts';

/** A branching process. */
export interface BranchingCase {
  /** Events an hour that no other event causes. */
  perHour: number;
  /** Mean number of events that each event causes. */
  ratio: number;
}

/** Events an hour, variance over mean of the counts of windows, and the input of the ratio's estimator (`harness/engine/branching.ts`). */
export function branch(
  { perHour, ratio }: BranchingCase,
  seed: number,
  replication: number,
  windows: number,
): { rate: number; dispersion: number; block: LoopBlock } {
  const kernel = new Kernel(0);
  const draw = keyedDraw({ seed, replication }, 'validation/branching', 0);
  const endMs = windows * WINDOW_MS;
  const counts = new Float64Array(windows);
  const block = { calls: 0, caused: 0, further: 0 };
  let children = 0;
  const beget = (): void => {
    block.calls += 1;
    counts[Math.floor(kernel.nowMs / WINDOW_MS)] += 1;
    for (let child = poisson(draw, ratio); child > 0; child -= 1) {
      const atMs = kernel.nowMs + 1 + Math.round(exponential(draw, DELAY_MS_MEAN));
      if (atMs < endMs) kernel.schedule(atMs, KIND.reaction, (children += 1), 0);
    }
  };
  kernel.on(KIND.reaction, () => {
    block.caused += 1;
    const before = children;
    beget();
    block.further += children - before;
  });
  kernel.on(KIND.incidentArrival, (id) => {
    beget();
    const atMs = kernel.nowMs + Math.round(exponential(draw, HOUR_MS / perHour));
    if (atMs < endMs) kernel.schedule(atMs, KIND.incidentArrival, id + 1, 0);
  });
  kernel.schedule(Math.round(exponential(draw, HOUR_MS / perHour)), KIND.incidentArrival, 0, 0);
  kernel.runUntil(endMs);
  const mean = block.calls / windows;
  const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (windows - 1);
  return { rate: (mean * HOUR_MS) / WINDOW_MS, dispersion: variance / mean, block };
}

// --- internal ---

const HOUR_MS = 3_600_000;
const DELAY_MS_MEAN = 5000;
/** Windows are long, so that events of one window seldom cause events of the next. */
const WINDOW_MS = 5 * HOUR_MS;
