/** The mechanisms of the loop: which act in a scenario, and how strongly. What each does stands in docs/model/loop.md. */
import type { Scenario } from '../../contract/scenario.ts';

const MECHANISMS = ['attention', 'fear', 'encounters', 'fatigue', 'posting', 'comments', 'clips', 'adoption'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** Which mechanisms a preset lets act, where it does not leave that to their own switches. */
const PRESETS: Readonly<Record<Exclude<Scenario['reactions']['preset'], 'full'>, readonly Mechanism[]>> = {
  neutral: [],
  'fatigue-only': ['fatigue'],
  // Wariness shows in what is reported: without strangers to report it would be the same as neutral.
  'fear-only': ['fear', 'encounters'],
};

/** Strength of each mechanism: 0 where it does not act, by its switch, its strength, the preset, or because nobody reacts at all. */
export function strengthsOf(reactions: Scenario['reactions']): Record<Mechanism, number> {
  const { preset, enabled } = reactions;
  const acts = (name: Mechanism): boolean =>
    enabled && (preset === 'full' ? reactions[name].on : PRESETS[preset].includes(name));
  return Object.fromEntries(MECHANISMS.map((name) => [name, acts(name) ? reactions[name].strength : 0])) as Record<
    Mechanism,
    number
  >;
}
