/** The world that a run is compared with: the same scenario with other options. */
import { HundredblockError } from '../../../contract/errors.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { resolveScenario } from '../../options/resolve.ts';

/** A world to compare a run with. */
export interface SecondWorld {
  scenario: Scenario;
  /** The options in which it differs, as `path=value`. */
  sets: string[];
}

/** Options that both worlds must share: events are matched by agency and name, from the same first moment to the same last one. */
const SAME_IN_BOTH = ['startMs', 'durationDays', 'agencies'] as const;

/**
 * The scenario `name` with `sets` and then `against`; undefined if `against` is empty. `first` is the scenario with `sets` alone. Throws what `resolveScenario`
 * throws, and HB_OPTION_VALUE if the two are the same or can't be compared.
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
