/** Agencies alone: CAD messages of the trace into their doors, in the open model. HUNDREDBLOCK_ARRIVALS chooses between an order that is kept and k6's constant and ramping arrival rates. */
import { arrive as arriveAt } from './arrivals.ts';
import type { Launch } from './launch.ts';
import { scriptOf } from './script.ts';

const script = scriptOf({ name: 'agencies', kinds: ['cad'], subscribers: false, doorbells: null });

export const { options, setup, handleSummary } = script;

export async function arrive(launch: Launch): Promise<void> {
  await arriveAt(script.arrivals, launch);
}
