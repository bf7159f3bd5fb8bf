/** Residents' streams, and all that makes something come over them: CAD messages, posts, wishes and decisions. No doorbells. */
import { arrive as arriveAt } from './arrivals.ts';
import type { Launch } from './launch.ts';
import { holdPhones as hold } from './phones.ts';
import { scriptOf } from './script.ts';

const script = scriptOf({
  name: 'residents',
  kinds: ['cad', 'preference', 'post', 'review'],
  subscribers: true,
  doorbells: null,
});

export const { options, setup, handleSummary } = script;

export async function arrive(launch: Launch): Promise<void> {
  await arriveAt(script.arrivals, launch);
}

export async function holdPhones(launch: Launch): Promise<void> {
  await hold(script.settings, script.trace, launch);
}
