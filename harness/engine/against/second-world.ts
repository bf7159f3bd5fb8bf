/** The world that a run is paired with: the same scenario with other options. */
import { HundredblockError } from '../../../contract/errors.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { resolveScenario } from '../../options/resolve.ts';

export interface SecondWorld {
  scenario: Scenario;
  /** How it differs, as `path=value`. */
  sets: string[];
}

/** What both worlds must have alike: events are known by agency and name, from the same first moment to the same last one. */
const SAME_IN_BOTH = ['startMs', 'durationDays', 'agencies'] as const;

/**
 * The scenario `name` with `sets` and, after them, `against`; undefined where `against` is empty. `first` is the one without. Throws what `resolveScenario` throws,
 * and HB_OPTION_VALUE where the two are the same or can't be paired.
 */
export function secondWorld(
  name: string,
  first: Scenario,
  sets: string[],
  against: string[],
  days?: number,
): SecondWorld | undefined {
  if (against.length === 0) return undefined;
  const second = resolveScenario(name, [...sets, ...against], { days });
  const problems = SAME_IN_BOTH.filter((key) => JSON.stringify(first[key]) !== JSON.stringify(second[key])).map(
    (key) => `--against ${key}: expected the same in both worlds, found another`,
  );
  if (JSON.stringify(first) === JSON.stringify(second))
    problems.push(`--against: expected a world that differs in some option, found the same one (${against.join(' ')})`);
  if (problems.length > 0) throw new HundredblockError('HB_OPTION_VALUE', problems.join('\n'));
  return { scenario: second, sets: against };
}
