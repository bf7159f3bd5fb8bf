/** A scenario for a target whose clock is the real one. */
import { Check } from 'typebox/value';
import { HundredblockError } from '../../contract/errors.ts';
import { ScenarioSchema, type Scenario } from '../../contract/scenario.ts';

/**
 * The scenario moved in time, so that its window opens at `launchMs` (Unix time, rounded to ms) and runs at speed 1. It is then another
 * time of day and of year in it. Throws HB_OPTION_VALUE where it would have to start outside the years that scenarios can have.
 */
export function rebaseScenario(scenario: Readonly<Scenario>, launchMs: number): Scenario {
  const startMs = Math.round(launchMs) - scenario.load.fromMs;
  if (!Check(ScenarioSchema.properties.startMs, startMs)) {
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      `startMs: expected a moment from 2000 to 2039 for a window that opens at the launch, found ${startMs}`,
    );
  }
  return { ...scenario, startMs, load: { ...scenario.load, speed: 1 } };
}
