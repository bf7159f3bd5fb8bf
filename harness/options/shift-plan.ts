/** Checks whether a plan of shifts can be worked: somebody is on duty at every hour, and breaks fit into shifts. Tells all problems at once, each with its path. */
import { shown, wrongValue, type Problem } from '../../contract/explain.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { HOUR_MS } from '../../contract/time.ts';
import { uncoveredHours } from '../../simulator/queue/roster.ts';

type Plan = Scenario['police']['shifts'];

/** Problems with the shifts of 911 call-takers. The options must fit their schema. */
export function callPlanProblems(calls: Scenario['calls']): Problem[] {
  return planProblems('calls.shifts', calls.shifts, 'a call-taker');
}

/** Problems with the shifts and breaks of patrol. The options must fit their schema. */
export function policePlanProblems({ shifts, breaks }: Scenario['police']): Problem[] {
  const problems = planProblems('police.shifts', shifts, 'a unit');
  if (!breaks.enabled) return problems;
  const shiftMs = shifts.lengthHours * HOUR_MS;
  if (!shifts.enabled)
    problems.push(problem('police.breaks.enabled', 'false while police.shifts.enabled is false', true));
  if (breaks.lengthMs >= shiftMs)
    problems.push(
      problem('police.breaks.lengthMs', `less than a shift of ${shifts.lengthHours} h (${shiftMs})`, breaks.lengthMs),
    );
  else if (breaks.untilMs > shiftMs - breaks.lengthMs)
    problems.push(
      problem(
        'police.breaks.untilMs',
        `at most ${shiftMs - breaks.lengthMs}, so that a break ends within a shift of ${shifts.lengthHours} h`,
        breaks.untilMs,
      ),
    );
  if (breaks.untilMs < breaks.fromMs)
    problems.push(problem('police.breaks.untilMs', `at least police.breaks.fromMs (${breaks.fromMs})`, breaks.untilMs));
  return problems;
}

// --- internal ---

function planProblems(path: string, plan: Plan, somebody: string): Problem[] {
  if (!plan.enabled) return [];
  const { startHours, relativeStaff } = plan;
  const problems: Problem[] = [];
  for (const [i, hour] of startHours.entries())
    if (i > 0 && hour <= startHours[i - 1])
      problems.push(problem(`${path}.startHours.${i}`, `an hour after ${startHours[i - 1]}`, hour));
  if (relativeStaff.length !== startHours.length) {
    problems.push(
      problem(`${path}.relativeStaff`, `one for each of ${startHours.length} startHours`, relativeStaff.length),
    );
    return problems;
  }
  const empty = uncoveredHours(plan);
  if (empty.length > 0)
    problems.push(wrongValue(path, `${somebody} on duty at every hour`, `none in the local hours ${empty.join(', ')}`));
  return problems;
}

function problem(path: string, expected: string, found: unknown): Problem {
  return wrongValue(path, expected, shown(found));
}
