/** The options of dispatch, the host that it tells everything, and its measures. Times are simulated ms, places dm. */
import type { Box } from '../../contract/plane.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Seeds } from '../kernel/random.ts';
import type { Shift } from '../queue/roster.ts';
import type { BreakRules, DutyTallies } from './duty.ts';
import type { JobPriority } from './parameters.ts';
import type { Homes } from './patrol.ts';
import type { SelfInitiated } from './self-initiated.ts';
import type { StackRules } from './stack.ts';
import type { BusyMs, WorkloadHour } from './workload.ts';

/** Hears what units do, at the moment when it happens. */
export interface DispatchHost {
  /** Units set out: the first ones, and each time that back-up joins. `unitNames` are those that set out now. */
  dispatched(jobId: number, unitNames: readonly string[]): void;
  /** A unit is at the scene; `first` if it is the job's first. */
  onScene(jobId: number, unitName: string, first: boolean): void;
  /** The job is done, at the scene or by telephone, and its units are idle again. Self-initiated jobs are told too; cancelled ones are not. */
  cleared(jobId: number): void;
  /**
   * A unit starts something of its own at (x, y). `opportunity` counts from 0 and names the same time and place whatever else happens: key
   * the job's draws by it. The unit is at the scene at once: neither `dispatched` nor `onScene` follows, only `cleared`.
   */
  selfInitiated(
    unitName: string,
    atMs: number,
    x: number,
    y: number,
    opportunity: number,
  ): { jobId: number; serviceMs: number };
}

/** Everything that one agency's dispatch is made of. */
export interface DispatchOptions {
  kernel: Kernel;
  seeds: Seeds;
  /** Agency id, part of every stream's key. */
  agency: string;
  /** Patrol units. Without `shifts` all of them are on duty all the time. */
  units: number;
  city: { box: Box };
  /** Places of idle units, dm; the centres of their beats if left out. */
  homes?: Homes;
  /** Infinity: units are there at once. */
  travelMetresPerSecond: number;
  /** Factor by which a travel time is multiplied; the one of parameters.ts if left out. */
  travelFactor?: (priority: JobPriority, localHour: number) => number;
  /** Hours of the measures count from here. */
  startMs: number;
  /** IANA zone of the local hours that self-initiated work and traffic follow; UTC if left out. */
  zone?: string;
  host: DispatchHost;
  /** Null if units start nothing of their own. */
  selfInitiated: SelfInitiated | null;
  /** Which unit goes: the nearest of those that may, or the first on the list of the area; the nearest if left out. */
  assignment?: 'nearest' | 'areas';
  /** True if a job of priority 1 takes units off calls of priority 3 and 4 when no other is free, until it has those it must have. */
  preemption?: boolean;
  /** Rules for jobs that wait; they wait for a unit if left out. */
  stack?: StackRules;
  /** The most units that neighbours lend at once, and the time that one takes to the border, ms; `stack.aidAfterMs` uses it. */
  aid?: { units: number; extraTravelMs: number };
  /** Crews by shifts, whose counts add up to `units`; every unit is on duty all the time if left out. */
  shifts?: readonly Shift[];
  breaks?: BreakRules;
}

/** Sums since the start. */
export interface DispatchTallies extends DutyTallies {
  requested: number;
  cancelled: number;
  /** Rises in priority of jobs that waited. */
  escalated: number;
  /** Jobs that were settled by telephone. */
  byPhone: number;
  /** Units taken off a call for a job of priority 1. */
  preempted: number;
  /** Units lent by neighbours, and requests that found all of them lent out. */
  lent: number;
  lentRefused: number;
  /** Lent unit time from setting out until the job's end, ms. */
  lentMs: number;
  onDutyMs: number;
}

/** Measures since the start. Times in ms. */
export interface DispatchMeasures {
  /** The most units on duty at once, by the plan. */
  units: number;
  /** From `startMs` until now. */
  elapsedMs: number;
  /** Unit time from setting out until idle again, jobs in hand included, lent units excluded. */
  busyMs: BusyMs;
  busyMsByUnit: Float64Array;
  /** From request to the first unit at the scene; ms, exact, in order of happening. */
  responseMs: Record<JobPriority, Float64Array>;
  /** From request to the first unit's setting out, likewise. */
  queueMs: Record<JobPriority, Float64Array>;
  /** Jobs that wait without a unit: integral over time, and the most at once. */
  waitingMs: number;
  waitingMax: number;
  /** Self-initiated work: taken up, missed because no unit was idle, and broken off for a job of priority 1. */
  self: { started: number; missed: number; yielded: number };
  tallies: DispatchTallies;
  hourly: WorkloadHour[];
}
