/** The trace that a comparison sends: a few seconds of a recorded world, the same for every trial. */
import { createHash } from 'node:crypto';
import { HundredblockError } from '../../../contract/errors.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { readCode, readHost } from '../../records/provenance.ts';
import { openYardstick, type Yardstick } from '../../judge/judge.ts';
import { resolveScenario } from '../../options/resolve.ts';
import { recordTrace } from '../../trace/record.ts';
import { TRIALS_SCHEMA, type TrialsHead } from './trials.ts';

/** Options that cut `rush` down to a trial: three seconds, a thousand residents, a load well below the target's capacity. */
const TRIAL_SETS: readonly string[] = [
  'load.fromMs=900000',
  'load.durationMs=3000',
  'load.speed=60',
  'load.connectRampMs=500',
  'load.connectedShareOfAppUsers=0.1',
  'load.connectedShareOfDoorbells=0.02',
  'intensity.motions=4',
];

/** The scenario of a trial; `name` null: `rush`, cut down. Throws what resolveScenario throws. */
export function trialScenario(name: string | null, sets: readonly string[], seed: number): Scenario {
  return resolveScenario(name ?? 'rush', [...(name === null ? TRIAL_SETS : []), ...sets], { seed });
}

/** Records the scenario's window into `dir`. Throws what recordTrace throws. */
export async function recordTrialTrace(
  scenario: Scenario,
  seed: number,
  dir: string,
  signal?: AbortSignal,
): Promise<void> {
  const { load, startMs } = scenario;
  const { partial } = await recordTrace({
    scenario,
    seed,
    fromMs: startMs + load.fromMs,
    windowMs: Math.max(1, Math.round(load.durationMs * load.speed)),
    dir,
    signal,
  });
  if (partial)
    throw new HundredblockError('HB_TRACE', 'the trace: expected a whole one, found that it was interrupted');
}

/** Opens a trace to send and judge. `head` holds what all trials of it have in common. Throws HB_TRACE. */
export async function openTrialTrace(dir: string): Promise<{ yardstick: Yardstick; head: TrialsHead; speed: number }> {
  const yardstick = await openYardstick(dir);
  const { header, sha256 } = yardstick.trace;
  const scenario = header.scenario as Scenario;
  return {
    yardstick,
    speed: scenario.load.speed,
    head: {
      schema: TRIALS_SCHEMA,
      scenario: scenario.name,
      seed: header.seed,
      optionsSha256: optionsSha256(scenario),
      traceSha256: sha256,
      code: readCode(),
      host: readHost(1),
    },
  };
}

/** Hash of a scenario's options, whatever the order of their keys. */
export function optionsSha256(options: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(options)))
    .digest('hex');
}

// --- internal ---

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
