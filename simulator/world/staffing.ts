/** Who answers and who drives: an agency's call-takers and patrol as its scenario says, for so many people. */
import type { Scenario } from '../../contract/scenario.ts';
import type { CallCentreOptions } from '../calls/call-centre.ts';
import type { DispatchOptions } from '../police/dispatch-api.ts';
import { shiftsOf } from '../queue/roster.ts';

type Patrol = Pick<DispatchOptions, 'units' | 'assignment' | 'preemption' | 'stack' | 'aid' | 'shifts' | 'breaks'>;
type CallTakers = Pick<CallCentreOptions, 'positions' | 'shifts' | 'overflow'>;

/** Patrol units, at least one, and the rules that they go by. */
export function patrolOf(scenario: Scenario, persons: number): Patrol {
  const { police } = scenario;
  const staffOf = (rate: number): number => (rate * persons * scenario.intensity.staffing) / 100_000;
  const mean = Math.max(1, Math.round(staffOf(police.unitsPer100000Persons)));
  const shifts = police.shifts.enabled ? shiftsOf(police.shifts, mean) : null;
  return {
    units: shifts === null ? mean : shifts.reduce((sum, { count }) => sum + count, 0),
    assignment: police.assignment,
    preemption: police.preemption,
    stack: {
      escalation: police.escalation.enabled ? police.escalation : null,
      phoneAfterMs: police.phone.enabled ? police.phone.afterMs : null,
      aidAfterMs: police.aid.enabled ? police.aid.afterMs : null,
    },
    ...(police.aid.enabled && {
      aid: {
        units: Math.ceil(staffOf(police.aid.unitsPer100000Persons)),
        extraTravelMs: police.aid.extraTravelMs,
      },
    }),
    ...(shifts !== null && { shifts }),
    ...(police.breaks.enabled && { breaks: police.breaks }),
  };
}

/** Call-taker positions, at least one, and where their calls overflow to. */
export function callTakersOf(scenario: Scenario, persons: number): CallTakers {
  const { calls } = scenario;
  const staffOf = (rate: number): number => (rate * persons * scenario.intensity.staffing) / 100_000;
  const mean = Math.max(1, Math.round(staffOf(calls.callTakersPer100000Persons)));
  const shifts = calls.shifts.enabled ? shiftsOf(calls.shifts, mean) : null;
  const { enabled, callTakersPer100000Persons, ...overflow } = calls.overflow;
  return {
    positions: shifts === null ? mean : shifts.reduce((sum, { count }) => sum + count, 0),
    ...(shifts !== null && { shifts }),
    ...(enabled && { overflow: { ...overflow, positions: Math.ceil(staffOf(callTakersPer100000Persons)) } }),
  };
}
