/** Call-takers and patrol of an agency, as its scenario asks for them. */
import type { Scenario } from '../../contract/scenario.ts';
import type { CallCentreHost, CallCentreOptions } from '../calls/call-centre.ts';
import type { DispatchHost, DispatchOptions } from '../police/dispatch-api.ts';
import { planShifts } from '../queue/roster.ts';
import type { WorldOptions } from './world-api.ts';

type Patrol = Pick<DispatchOptions, 'units' | 'assignment' | 'preemption' | 'stack' | 'aid' | 'shifts' | 'breaks'>;
type CallTakers = Pick<CallCentreOptions, 'positions' | 'shifts' | 'overflow'>;

const YEAR_DAYS = 365;
/** Coefficient of variation of a call's handling time. Assumed. */
const HANDLING_CV = 0.8;
/**
 * Call-takers and units of a world without congestion. No scenario keeps all of them busy: an agency's calls are a few an hour, a few hundred
 * under the strongest intensities.
 */
const UNCONGESTED_STAFF = 4000;

/** Options of an agency's dispatch. */
export function dispatchOptions(options: WorldOptions, host: DispatchHost): DispatchOptions {
  const { scenario, kernel, seeds, profile, persons, city } = options;
  const isCongested = scenario.congestion === 'on';
  return {
    kernel,
    seeds,
    agency: profile.id,
    ...(isCongested ? patrolStaff(scenario, persons) : { units: UNCONGESTED_STAFF }),
    city,
    // With travel, the nearest unit would still depend on which others are out.
    travelMetresPerSecond: isCongested ? scenario.police.travelMetresPerSecond : Infinity,
    startMs: scenario.startMs,
    zone: profile.zone,
    host,
    selfInitiated: selfInitiated(scenario, persons),
  };
}

/** Options of an agency's call-takers. */
export function callCentreOptions(options: WorldOptions, host: CallCentreHost): CallCentreOptions {
  const { scenario, kernel, seeds, profile, persons } = options;
  const isCongested = scenario.congestion === 'on';
  return {
    kernel,
    seeds,
    agency: profile.id,
    ...(isCongested ? callTakerStaff(scenario, persons) : { positions: UNCONGESTED_STAFF }),
    zone: profile.zone,
    patienceMsMean: scenario.calls.patienceMsMean,
    redialShare: scenario.calls.redialShare,
    handlingMsMean: scenario.calls.handlingMsMean,
    handlingCv: HANDLING_CV,
    host,
  };
}

/** Patrol units for this many people, at least one, and the rules that they follow. */
export function patrolStaff(scenario: Scenario, persons: number): Patrol {
  const { police } = scenario;
  const staffOf = (rate: number): number => (rate * persons * scenario.intensity.staffing) / 100_000;
  const mean = Math.max(1, Math.round(staffOf(police.unitsPer100000Persons)));
  const shifts = police.shifts.enabled ? planShifts(police.shifts, mean) : null;
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

/** Call-taker positions for this many people, at least one, and the rules by which their calls overflow. */
export function callTakerStaff(scenario: Scenario, persons: number): CallTakers {
  const { calls } = scenario;
  const staffOf = (rate: number): number => (rate * persons * scenario.intensity.staffing) / 100_000;
  const mean = Math.max(1, Math.round(staffOf(calls.callTakersPer100000Persons)));
  const shifts = calls.shifts.enabled ? planShifts(calls.shifts, mean) : null;
  const { enabled, callTakersPer100000Persons, ...overflow } = calls.overflow;
  return {
    positions: shifts === null ? mean : shifts.reduce((sum, { count }) => sum + count, 0),
    ...(shifts !== null && { shifts }),
    ...(enabled && { overflow: { ...overflow, positions: Math.ceil(staffOf(callTakersPer100000Persons)) } }),
  };
}

// --- internal ---

/** Officer-initiated work by local hour; null if there is none. */
function selfInitiated({ incidents, intensity }: Scenario, persons: number): DispatchOptions['selfInitiated'] {
  const { officerInitiatedShare: officer, shareByHour, callsForServicePer1000PersonsYear } = incidents;
  if (officer <= 0) return null;
  const hourSum = shareByHour.reduce((sum, share) => sum + share, 0);
  const callsPerDay = (persons * callsForServicePer1000PersonsYear * intensity.incidents) / 1000 / YEAR_DAYS;
  return { ratePerHour: shareByHour.map((share) => (callsPerDay * officer * share) / hourSum) };
}
