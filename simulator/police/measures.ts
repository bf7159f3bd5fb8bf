/** The measures of dispatch: sums, exact times by priority, and the account of police time. */
import { Samples } from '../queue/samples.ts';
import type { DispatchMeasures } from './dispatch-api.ts';
import type { DutyTallies } from './duty.ts';
import { JOB_PRIORITIES, type JobPriority } from './parameters.ts';
import type { Units } from './units.ts';
import { Workload, type JobTags } from './workload.ts';

/** Collects the measures of one agency's dispatch. */
export class MeasuresBook {
  readonly workload: Workload;
  readonly responseMs = samplesByPriority();
  readonly queueMs = samplesByPriority();
  readonly self = { started: 0, missed: 0, yielded: 0 };
  readonly sums = {
    requested: 0,
    cancelled: 0,
    escalated: 0,
    byPhone: 0,
    preempted: 0,
    lent: 0,
    lentRefused: 0,
    lentMs: 0,
  };
  readonly #startMs: number;

  /** `onDuty`: units on duty at the start. */
  constructor(startMs: number, onDuty: number) {
    this.#startMs = startMs;
    this.workload = new Workload(startMs, onDuty);
  }

  /** All measures until now. `unitsMax`: the most units on duty at once, by the plan. */
  read(nowMs: number, unitsMax: number, units: Units, dutyTallies: DutyTallies): DispatchMeasures {
    const { workload, sums } = this;
    const inProgress: { ms: number; tags: JobTags }[] = [];
    let { lentMs } = sums;
    for (const { unit, job, ms } of units.inProgress(nowMs)) {
      if (unit < units.own) inProgress.push({ ms, tags: job.request.tags });
      else lentMs += ms;
    }
    const hourly = workload.hourly(nowMs);
    return {
      units: unitsMax,
      elapsedMs: nowMs - this.#startMs,
      busyMs: workload.busyMs(inProgress),
      busyMsByUnit: units.busyMsByUnit(nowMs),
      responseMs: valuesByPriority(this.responseMs),
      queueMs: valuesByPriority(this.queueMs),
      waitingMs: workload.waitingMs,
      waitingMax: workload.waitingMax,
      self: { ...this.self },
      tallies: { ...sums, ...dutyTallies, lentMs, onDutyMs: workload.onDutyMs },
      hourly,
    };
  }
}

// --- internal ---

function samplesByPriority(): Record<JobPriority, Samples> {
  return { 1: new Samples(), 2: new Samples(), 3: new Samples(), 4: new Samples() };
}

function valuesByPriority(samples: Record<JobPriority, Samples>): Record<JobPriority, Float64Array> {
  const values = {} as Record<JobPriority, Float64Array>;
  for (const priority of JOB_PRIORITIES) values[priority] = samples[priority].values();
  return values;
}
