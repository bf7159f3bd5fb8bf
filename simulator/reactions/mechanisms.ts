/** The mechanisms of the loop: which of them act in a scenario, and how strongly. docs/model/loop.md describes each. */
import type { Scenario } from '../../contract/scenario.ts';

const MECHANISMS = ['attention', 'fear', 'encounters', 'fatigue', 'posting', 'comments', 'clips', 'adoption'] as const;
/** A mechanism by its name in the scenario. */
export type Mechanism = (typeof MECHANISMS)[number];

/** The mechanisms that act under a preset that overrides their own switches. */
const PRESETS: Readonly<Record<Exclude<Scenario['reactions']['preset'], 'full'>, readonly Mechanism[]>> = {
  neutral: [],
  'fatigue-only': ['fatigue'],
  // Wariness shows in reports: without strangers to report, this preset would be the same as neutral.
  'fear-only': ['fear', 'encounters'],
};

/** Strength of each mechanism. It is 0 if the mechanism does not act, by its switch, its strength or the preset, or if nobody reacts at all. */
export function mechanismStrengths(reactions: Scenario['reactions']): Record<Mechanism, number> {
  const { preset, enabled } = reactions;
  const acts = (name: Mechanism): boolean =>
    enabled && (preset === 'full' ? reactions[name].on : PRESETS[preset].includes(name));
  return Object.fromEntries(MECHANISMS.map((name) => [name, acts(name) ? reactions[name].strength : 0])) as Record<
    Mechanism,
    number
  >;
}
