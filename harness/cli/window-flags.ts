/** The flags that say which part of a world is sent, how fast and how dense, and the scenario that they make. */
import type { Scenario } from '../../contract/scenario.ts';
import { civilToMs, parseIso } from '../../contract/time.ts';
import type { Args } from './args.ts';
import { SET, SPEED } from './common-flags.ts';
import { duration, durationMs, text, wrongValue } from './flags.ts';

/** The flags of a command that sends a window of a scenario. */
export const WINDOW_FLAGS = {
  from: text('TIME', "opening of the window: 90m after the scenario's start, or an ISO time", {
    otherwise: 'load.fromMs',
    repeats: true,
  }),
  duration: duration('TIME', 'wall time of the window, such as 60s', { otherwise: 'load.durationMs', repeats: true }),
  speed: SPEED,
  intensity: text('K', 'factor on all event rates and the staff for them, or incidents=K,motions=K,...', {
    otherwise: 'as in the scenario',
    repeats: true,
  }),
  set: SET,
} as const;

/** The scenario `name` as the flags change it. Throws what resolveScenario throws, and HB_OPTION_VALUE. */
export async function windowScenario(
  name: string,
  { flags }: Args<typeof WINDOW_FLAGS>,
  seed: number,
): Promise<Scenario> {
  const { resolveScenario } = await import('../options/resolve.ts');
  const plain = resolveScenario(name, flags.set, { seed });
  const { from, duration: windowMs, speed, intensity } = flags;
  const sets = [
    ...(from === undefined ? [] : [`load.fromMs=${offsetMs(from, plain.startMs)}`]),
    ...(windowMs === undefined ? [] : [`load.durationMs=${windowMs}`]),
    ...(speed === undefined ? [] : [`load.speed=${speed}`]),
    ...(intensity === undefined ? [] : intensitySets(intensity, plain)),
  ];
  return resolveScenario(name, [...flags.set, ...sets], { seed });
}

// --- internal ---

/** Milliseconds from the scenario's start to a time such as `90m` after it, or to a moment such as 2026-06-06T22:30:00Z. */
function offsetMs(given: string, startMs: number): number {
  const iso = parseIso(given);
  if (iso !== null && iso.offsetMin !== null) return civilToMs(iso.civil) - iso.offsetMin * 60_000 - startMs;
  if (/^\d{4}-/.test(given)) throw wrongValue('from', 'a time with its offset such as 2026-06-06T22:30:00Z', given);
  return durationMs('from', given);
}

/** Overrides for `4`, which multiplies all streams of the scenario, or `incidents=4,motions=0.5`, which multiplies those. */
function intensitySets(given: string, { intensity }: Scenario): string[] {
  const streams = Object.keys(intensity) as (keyof Scenario['intensity'])[];
  const factor = (by: string): number => {
    if (/^(\d+\.?\d*|\.\d+)$/.test(by)) return Number(by);
    throw wrongValue('intensity', `a factor such as 4, or ${streams.map((stream) => `${stream}=4`).join(',')}`, given);
  };
  const factors: [string, number][] = given.includes('=')
    ? given.split(',').map((part) => [part.slice(0, part.indexOf('=')), factor(part.slice(part.indexOf('=') + 1))])
    : streams.map((stream) => [stream, factor(given)]);
  return factors.map(([stream, by]) => {
    // An unknown stream is refused with the other options, by its path.
    const known = Object.hasOwn(intensity, stream) ? intensity[stream as keyof Scenario['intensity']] : 1;
    return `intensity.${stream}=${known * by}`;
  });
}
