/** All of the trace together: agencies, residents and doorbells. The one to start with. */
import { arrive as arriveAt } from './arrivals.ts';
import { doorbellScenario, holdDoorbells as holdDevices } from './doorbells.ts';
import type { Launch } from './launch.ts';
import { holdPhones as holdResidents } from './phones.ts';
import { scriptOf } from './script.ts';

const script = scriptOf({
  name: 'city',
  kinds: ['cad', 'preference', 'post', 'review'],
  subscribers: true,
  doorbells: doorbellScenario,
});

export const { options, setup, handleSummary } = script;

export async function arrive(launch: Launch): Promise<void> {
  await arriveAt(script.arrivals, launch);
}

export async function holdPhones(launch: Launch): Promise<void> {
  await holdResidents(script.settings, script.trace, launch);
}

export async function holdDoorbells(launch: Launch): Promise<void> {
  await holdDevices(script.settings, script.trace, launch, script.arrivals.copies);
}
