/** Demands that a closed loop makes on a scenario. */
import { HundredblockError } from '../../../contract/errors.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { CROSSING_MS } from '../../../simulator/reactions/reactions.ts';

/** Wall time within which a reception must be known to the world: the earliest reaction to it leaves after that. */
const LOOP_WALL_MS_MIN = 200;

/** Throws HB_OPTION_VALUE if residents' reactions can't follow from the messages that they receive in a load run. */
export function checkClosedLoop(scenario: Readonly<Scenario>): void {
  const { load, policy, reactions, faults, agencies } = scenario;
  const speedMax = CROSSING_MS / LOOP_WALL_MS_MIN;
  if (load.speed > speedMax)
    throw refuse(
      'load.speed',
      `at most ${speedMax} (the earliest reaction follows ${CROSSING_MS / 1000} simulated seconds after its cause, of which the wire needs ${LOOP_WALL_MS_MIN} ms)`,
      `${load.speed}`,
    );
  if (policy.review !== 'auto')
    throw refuse('policy.review', 'auto (nobody reads the tickets of the target)', policy.review);
  if (!reactions.enabled) throw refuse('reactions.enabled', 'true', 'false');
  const isPolled = agencies.some(({ dialect, thenDialect }) => dialect === 'dallas' || thenDialect === 'dallas');
  if (isPolled && faults.delayShare > 0)
    throw refuse(
      'faults.delayShare',
      "0 if a portal is polled (a portal's answer is known at the poll, the arrival of a delayed one is not)",
      `${faults.delayShare}`,
    );
}

// --- internal ---

function refuse(option: string, expected: string, found: string): HundredblockError {
  return new HundredblockError('HB_OPTION_VALUE', `${option}: expected ${expected} with --closed-loop, found ${found}`);
}
