/**
 * Opportunities for work that officers start themselves. Their times and places are the same whatever else happens; dispatch decides whether
 * a unit takes one up.
 */
import type { Box } from '../../contract/plane.ts';
import { HOUR_MS } from '../../contract/time.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { counterDraw, exponential, keyedDraw, type Seeds } from '../kernel/random.ts';

/** Self-initiated work of the whole agency. */
export interface SelfInitiated {
  /** Activities an hour, by local hour 0 to 23. The nearest idle unit takes each up; it is missed only if none is idle. */
  ratePerHour: readonly number[];
}

/** The rates of opportunities, and the function that hears of each. */
export interface OpportunityOptions {
  kernel: Kernel;
  seeds: Seeds;
  agency: string;
  box: Box;
  ratePerHour: readonly number[];
  localHour: () => number;
  /** There is something to do at (x, y), dm, now. `opportunity` counts from 0, including those that thinning drops. */
  came: (opportunity: number, x: number, y: number) => void;
}

/** Schedules opportunities for ever. Call it once. */
export function startOpportunities(options: OpportunityOptions): void {
  const { kernel, seeds, agency, box, ratePerHour } = options;
  const rateMax = ratePerHour.reduce((most, rate) => Math.max(most, rate), 0);
  if (rateMax <= 0) return;
  const arrivalDraw = keyedDraw(seeds, `police/${agency}/self/arrival`, 0);
  const placeDraw = counterDraw(seeds, `police/${agency}/self/place`);
  const acceptDraw = counterDraw(seeds, `police/${agency}/self/accept`);

  function schedule(opportunity: number): void {
    const delayMs = Math.round(exponential(arrivalDraw, HOUR_MS / rateMax));
    kernel.schedule(kernel.nowMs + delayMs, KIND.selfInitiated, opportunity, 0);
  }

  kernel.on(KIND.selfInitiated, (opportunity) => {
    schedule(opportunity + 1);
    // Thinning: opportunities come at the busiest hour's rate, and each hour keeps its share of them.
    if (acceptDraw(opportunity, 0) * rateMax >= ratePerHour[options.localHour()]) return;
    const x = box.x0 + Math.floor(placeDraw(opportunity, 0) * (box.x1 - box.x0 + 1));
    const y = box.y0 + Math.floor(placeDraw(opportunity, 1) * (box.y1 - box.y0 + 1));
    options.came(opportunity, x, y);
  });
  schedule(0);
}
