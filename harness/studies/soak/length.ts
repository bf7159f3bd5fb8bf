/** A scenario that lasts as long as its soak. */
import type { Scenario } from '../../../contract/scenario.ts';

/** The days that the scenario must have, so that its window, at its speed, does not end before the soak does. */
export function daysFor({ durationDays, load }: Pick<Scenario, 'durationDays' | 'load'>): number {
  const neededDays = (load.fromMs + load.durationMs * load.speed) / DAY_MS;
  return neededDays <= durationDays ? durationDays : Math.ceil(neededDays);
}

// --- internal ---

const DAY_MS = 86_400_000;
