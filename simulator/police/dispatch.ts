/**
 * Police dispatch of one agency: patrol units on their beats, jobs by priority, the nearest idle unit first, back-up as units come free.
 *
 * - A job starts with at least one unit and asks for up to `unitsWanted`. Units join while it lasts; all leave when it is cleared, `serviceMs` after
 *   the first of them came to the scene. Nobody waits there for a second one, but those that a job must have (`unitsMin`) are found first.
 * - With nobody idle, jobs wait by (priority, without the units they must have before back-up, arrival, id).
 * - Self-initiated work yields to priority 1: its unit counts as idle then, and what it did is cleared. Where nobody is idle, meal breaks are
 *   broken off for it; then, where the agency pre-empts, calls of priority 4 and 3 lose units to it. A call that loses its last one goes back to its place in
 *   the line, and is resumed where it was left.
 * - A unit that has ended a job is idle and drives back to its beat.
 * - What becomes of those who wait: stack.ts. Shifts and breaks: duty.ts. Units of neighbours: aid.ts. Areas: areas.ts.
 *
 * With `travelMetresPerSecond: Infinity`, one unit a job and none of the options, this is an M/G/n queue with non-preemptive priorities; with
 * `preferred` lists it is Larson's hypercube model.
 */
import type { Box } from '../../contract/plane.ts';
import { HOUR_MS, MINUTE_MS } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import type { Seeds } from '../kernel/random.ts';
import { mostOnDuty, type Shift } from '../queue/roster.ts';
import { Samples } from '../queue/samples.ts';
import { ServerPool } from '../queue/server-pool.ts';
import { LentUnits } from './aid.ts';
import { Areas } from './areas.ts';
import { createDuty, type BreakRules, type DutyTallies } from './duty.ts';
import { Job, type JobRequest } from './job.ts';
import { Load, type BusyMs, type JobTags, type LoadHour } from './load.ts';
import { JOB_PRIORITIES, travelFactor, type JobPriority } from './parameters.ts';
import { beatCentres, beatsOf, Patrol, type Homes } from './patrol.ts';
import { startOpportunities, type SelfInitiated } from './self-initiated.ts';
import { createStack, type StackRules } from './stack.ts';

export interface DispatchHost {
  /** Units set out: the first ones, and each time that back-up joins. `unitNames` are those that set out now. */
  dispatched(jobId: number, unitNames: readonly string[]): void;
  /** A unit is at the scene; `first` where it is the job's first. */
  onScene(jobId: number, unitName: string, first: boolean): void;
  /** The job is done, at the scene or by telephone, and its units are idle again. Told of self-initiated jobs too; not of cancelled ones. */
  cleared(jobId: number): void;
  /**
   * A unit starts something of its own at (x, y). `opportunity` counts them from 0 and names the same time and place whatever else happens: key its
   * draws by it. The unit is at the scene at once: neither `dispatched` nor `onScene` follows, only `cleared`.
   */
  selfInitiated(
    unitName: string,
    atMs: number,
    x: number,
    y: number,
    opportunity: number,
  ): { jobId: number; serviceMs: number };
}

export interface DispatchOptions {
  kernel: Kernel;
  seeds: Seeds;
  /** Agency id, part of every stream's key. */
  agency: string;
  /** Patrol units; all of them on duty all the time where there are no `shifts`. */
  units: number;
  city: { box: Box };
  /** Where units stand when idle, dm; the centres of their beats where left out. */
  homes?: Homes;
  /** Infinity: units are there at once. */
  travelMetresPerSecond: number;
  /** What a travel time is multiplied by; that of the parameters where left out. */
  travelFactor?: (priority: JobPriority, localHour: number) => number;
  /** Hours of the measures count from here. */
  startMs: number;
  /** IANA zone of the local hours that self-initiated work and traffic follow; UTC where left out. */
  zone?: string;
  host: DispatchHost;
  selfInitiated: SelfInitiated | null;
  /** Who goes: the nearest of those who may, or the first on the list of the area; the nearest where left out. */
  assignment?: 'nearest' | 'areas';
  /** Priority 1 takes units off calls of priority 3 and 4 where nobody else is to be had, until it has those it must have. */
  preemption?: boolean;
  /** What becomes of jobs that wait; they wait for a unit where left out. */
  stack?: StackRules;
  /** Units that neighbours lend at most at once, and how long one takes to the border; used by `stack.aidAfterMs`. */
  aid?: { units: number; extraTravelMs: number };
  /** Crews by shifts, whose counts add up to `units`; every unit is on duty all the time where left out. */
  shifts?: readonly Shift[];
  breaks?: BreakRules;
}

/** Sums since the start. */
export interface DispatchTallies extends DutyTallies {
  requested: number;
  cancelled: number;
  /** Rises of jobs that waited, jobs settled by telephone, units taken off a call for a priority 1. */
  escalated: number;
  byPhone: number;
  preempted: number;
  /** Units lent by neighbours, requests that found all of them lent out, and lent unit time from setting out until the job's end. */
  lent: number;
  lentRefused: number;
  lentMs: number;
  onDutyMs: number;
}

export interface DispatchMeasures {
  /** The most on duty at once, by the plan. */
  units: number;
  /** From `startMs` until now. */
  elapsedMs: number;
  /** Unit time from setting out until idle again, jobs in hand included; without lent units'. */
  busyMs: BusyMs;
  busyMsByUnit: Float64Array;
  /** From request to the first unit at the scene, and to the first unit's setting out; ms, exact, in order of happening. */
  responseMs: Record<JobPriority, Float64Array>;
  queueMs: Record<JobPriority, Float64Array>;
  /** Jobs that wait without a unit: integral over time, most at once. */
  waitingMs: number;
  waitingMax: number;
  /** Self-initiated work taken up, missed because nobody was idle, and broken off for a priority 1. */
  self: { started: number; missed: number; yielded: number };
  tallies: DispatchTallies;
  hourly: LoadHour[];
}

export interface Dispatch {
  /** A job comes in now. May dispatch it before it returns. Throws where the id is in hand already. */
  request(job: JobRequest): void;
  /** The job is off, whatever its state; its units are idle again where they are. False where no such job is in hand. */
  cancel(jobId: number): boolean;
  /** The job is as urgent as that from now on; measures go by the priority asked for at first. Nothing happens where no such job is in hand. */
  reprioritise(jobId: number, priority: JobPriority): void;
  /** Units without any job, and jobs without a unit, now. */
  idle(): number;
  waiting(): number;
  measures(): DispatchMeasures;
}

const NO_RULES: StackRules = { escalation: null, phoneAfterMs: null, aidAfterMs: null };
const SELF_TAGS: JobTags = { cause: 'self', unfounded: false, induced: false };

export function createDispatch(options: DispatchOptions): Dispatch {
  const { kernel, seeds, agency, travelMetresPerSecond, startMs, host, units } = options;
  const zone = options.zone ?? 'UTC';
  const shifts = options.shifts ?? null;
  const slowedBy = options.travelFactor ?? travelFactor;
  /** 10 dm a metre, 1000 ms a second. */
  const dmPerMs = travelMetresPerSecond / 100;
  const homes = options.homes ?? homesOf(units, shifts, options.city.box);
  const pool = new ServerPool<Job>(units);
  const lent = new LentUnits(units, options.aid?.units ?? 0, options.city.box);
  const patrol = new Patrol(units, homes, lent.count);
  const areas = options.assignment === 'areas' ? new Areas(homes, units) : null;
  const load = new Load(startMs, shifts === null ? units : 0);
  const jobs = new Map<number, Job>();
  const jobOf: (Job | null)[] = new Array<Job | null>(units + lent.count).fill(null);
  /** By unit: when it set out for its job, whether it has come there, and how many jobs it has had; an event that names an older count is out of date. */
  const sinceMs = new Float64Array(units + lent.count);
  const isThere = new Uint8Array(units + lent.count);
  const assignments = new Uint16Array(units + lent.count);
  const busyMsByUnit = new Float64Array(units + lent.count);
  const responseMs = samplesByPriority();
  const queueMs = samplesByPriority();
  /** Jobs without a unit; back-up that is wanted stands in the pool's line as well. */
  let waiting = 0;
  /** The agency's own units with a job, and those of them whose job is their own. */
  let busy = 0;
  let onOwnWork = 0;
  const self = { started: 0, missed: 0, yielded: 0 };
  const sums = {
    requested: 0,
    cancelled: 0,
    escalated: 0,
    byPhone: 0,
    preempted: 0,
    lent: 0,
    lentRefused: 0,
    lentMs: 0,
  };
  const stack = createStack(kernel, options.stack ?? NO_RULES, { isWaiting, rise, settle, help });
  const duty = createDuty({
    kernel,
    zone,
    units,
    shifts,
    breaks: options.breaks ?? null,
    pool,
    hasJob: (unit) => jobOf[unit] !== null,
    arrived: (unit) => patrol.placeHome(unit),
    changed: serveLine,
  });

  // --- jobs in, jobs out ---

  function request(asked: JobRequest): void {
    if (jobs.has(asked.id)) throw new Error(`job ${asked.id} is in hand already`);
    const job = new Job(asked, kernel.nowMs);
    jobs.set(asked.id, job);
    sums.requested += 1;
    waiting += 1;
    if (pool.waiting() === 0 && serve(job, false)) {
      note();
      return;
    }
    enqueue(job);
    serveLine();
    if (isWaiting(job)) stack.waits(job);
  }

  function cancel(jobId: number): boolean {
    const job = jobs.get(jobId);
    if (job === undefined) return false;
    sums.cancelled += 1;
    end(job);
    serveLine();
    return true;
  }

  function isWaiting(job: Job): boolean {
    return job.units.length === 0 && jobs.get(job.request.id) === job;
  }

  function reprioritise(jobId: number, priority: JobPriority): void {
    const job = jobs.get(jobId);
    if (job === undefined || job.priority === priority) return;
    job.priority = priority;
    if (!pool.isWaiting(jobId)) return;
    enqueue(job);
    serveLine();
    if (isWaiting(job)) stack.waits(job);
  }

  /** Stands in line where it belongs now, wherever it stood before. */
  function enqueue(job: Job): void {
    pool.abandon(job.request.id);
    pool.offer(job.request.id, job.rank(), job.requestedMs, job);
  }

  /** Takes the job out of hand and makes its units idle. */
  function end(job: Job): void {
    jobs.delete(job.request.id);
    if (job.units.length === 0) waiting -= 1;
    if (pool.waiting() > 0) pool.abandon(job.request.id);
    for (const unit of job.units) release(job, unit);
  }

  /** The unit has done with the job, which may go on without it. */
  function release(job: Job, unit: number): void {
    const spentMs = kernel.nowMs - sinceMs[unit];
    jobOf[unit] = null;
    if (unit >= units) {
      sums.lentMs += spentMs;
      lent.giveBack(unit);
      return;
    }
    load.spent(spentMs, job.request.tags);
    busyMsByUnit[unit] += spentMs;
    busy -= 1;
    if (job.request.tags.cause === 'self') onOwnWork -= 1;
    if (duty.leaves(unit)) return;
    pool.free(unit);
    patrol.driveHome(unit, dmPerMs, kernel.nowMs);
  }

  // --- what becomes of those who wait ---

  function rise(job: Job): void {
    sums.escalated += 1;
    reprioritise(job.request.id, (job.priority - 1) as JobPriority);
  }

  function settle(job: Job): void {
    sums.byPhone += 1;
    end(job);
    host.cleared(job.request.id);
    serveLine();
  }

  function help(job: Job): void {
    const unit = lent.borrow();
    if (unit < 0) {
      sums.lentRefused += 1;
      return;
    }
    sums.lent += 1;
    pool.abandon(job.request.id);
    const { x, y } = lent.entry(job.request.x, job.request.y);
    patrol.place(unit, x, y);
    assign(job, unit, options.aid?.extraTravelMs ?? 0);
    if (job.wantsMore()) enqueue(job);
    note();
    host.dispatched(job.request.id, [patrol.names[unit]]);
  }

  // --- units to jobs ---

  /** Gives units to those who wait, in order, until nobody waits or nobody may be taken. Who is idle after that may have a break. */
  function serveLine(): void {
    for (let head = pool.head(); head !== null && serve(head.what, true); head = pool.head());
    duty.rest();
    note();
  }

  /**
   * Sends the units that the job may have now; false where there are none. The host hears of it once they are settled, so that it may ask for more,
   * or cancel, from within what it hears.
   */
  function serve(job: Job, isHead: boolean): boolean {
    let unit = choose(job);
    if (unit < 0) return false;
    const setOut: string[] = [];
    let yielded: number[] | null = null;
    for (; unit >= 0; unit = job.wantsMore() ? choose(job) : -1) {
      if (!pool.isIdle(unit)) makeIdle(unit, (yielded ??= []));
      if (isHead && setOut.length === 0) pool.take(unit);
      else pool.occupy(unit);
      assign(job, unit, 0);
      setOut.push(patrol.names[unit]);
    }
    if (job.wantsMore()) enqueue(job);
    if (yielded !== null) for (const id of yielded) host.cleared(id);
    if (jobs.get(job.request.id) === job) host.dispatched(job.request.id, setOut);
    return true;
  }

  /** The unit to send, -1 where none may be. */
  function choose(job: Job): number {
    if (job.priority !== 1) return pool.idleCount() === 0 ? -1 : available(job, isIdle);
    const unit = onOwnWork > 0 ? available(job, isIdleOrYields) : available(job, isIdle);
    return unit < 0 ? takeOff(job) : unit;
  }

  /** The first one of the preferred, else of the area's list, else the nearest. Equal distances: the lower index. */
  function available(job: Job, maySend: (unit: number) => boolean): number {
    const { preferred, x, y } = job.request;
    if (preferred !== undefined) for (const unit of preferred) if (maySend(unit)) return unit;
    if (areas !== null) return areas.choose(x, y, duty.isRostered, maySend);
    return maySend === isIdle ? nearestIdle(x, y) : nearestOf(x, y, maySend);
  }

  /** The unit that something urgent takes off its break, or, where the agency pre-empts, off a call of lower priority. */
  function takeOff(job: Job): number {
    const { x, y } = job.request;
    const rested = nearestOf(x, y, duty.isOnBreak);
    if (rested >= 0 || options.preemption !== true || job.units.length >= job.unitsMin) return rested;
    const least = nearestOf(x, y, isAtPriority4);
    return least >= 0 ? least : nearestOf(x, y, isAtPriority3);
  }

  // Who may be sent: as functions made once, since a closure made for each job costs as much as all the rest of choosing. A crew that works on after the
  // end of its shift goes home then.

  function isIdle(unit: number): boolean {
    return pool.isIdle(unit);
  }

  function isIdleOrYields(unit: number): boolean {
    return pool.isIdle(unit) || (jobOf[unit]?.request.tags.cause === 'self' && duty.isRostered(unit));
  }

  function isAtPriority4(unit: number): boolean {
    return isAtCall(unit, 4);
  }

  function isAtPriority3(unit: number): boolean {
    return isAtCall(unit, 3);
  }

  function isAtCall(unit: number, priority: JobPriority): boolean {
    const job = jobOf[unit];
    return job !== null && job.priority === priority && job.request.tags.cause === 'call' && duty.isRostered(unit);
  }

  function nearestIdle(x: number, y: number): number {
    let best = -1;
    let bestDm = Infinity;
    for (let i = pool.idleCount() - 1; i >= 0; i -= 1) {
      const unit = pool.idleAt(i);
      const dm = patrol.distance(unit, x, y, kernel.nowMs);
      if (dm > bestDm || (dm === bestDm && unit > best)) continue;
      best = unit;
      bestDm = dm;
    }
    return best;
  }

  function nearestOf(x: number, y: number, counts: (unit: number) => boolean): number {
    let best = -1;
    let bestDm = Infinity;
    for (let unit = 0; unit < units; unit += 1) {
      if (!counts(unit)) continue;
      const dm = patrol.distance(unit, x, y, kernel.nowMs);
      if (dm >= bestDm) continue;
      best = unit;
      bestDm = dm;
    }
    return best;
  }

  /** Takes the unit off what it does. What it did by itself ends, and joins `yielded`. */
  function makeIdle(unit: number, yielded: number[]): void {
    if (duty.isOnBreak(unit)) {
      duty.breakOff(unit);
      return;
    }
    const job = jobOf[unit] as Job;
    if (job.request.tags.cause === 'call') {
      interrupt(job, unit);
      return;
    }
    self.yielded += 1;
    end(job);
    yielded.push(job.request.id);
  }

  /** The call loses a unit for a more urgent one. */
  function interrupt(job: Job, unit: number): void {
    sums.preempted += 1;
    release(job, unit);
    job.drop(unit);
    if (job.clearedBy === unit) {
      job.leftMs = job.clearMs - kernel.nowMs;
      job.clearedBy = -1;
      const other = job.units.find((each) => isThere[each] === 1);
      if (other !== undefined) work(job, other);
    }
    enqueue(job);
    if (job.units.length > 0) return;
    waiting += 1;
    stack.waits(job);
  }

  function assign(job: Job, unit: number, extraMs: number): void {
    const { request: asked } = job;
    if (job.units.length === 0) waiting -= 1;
    if (!job.wasSent) {
      job.wasSent = true;
      queueMs[asked.priority].push(kernel.nowMs - job.requestedMs);
    }
    occupyBy(job, unit);
    const speed = dmPerMs === Infinity ? Infinity : dmPerMs / slowedBy(job.priority, localHour());
    const travelMs = patrol.drive(unit, asked.x, asked.y, speed, kernel.nowMs);
    kernel.schedule(kernel.nowMs + travelMs + extraMs, KIND.unitOnScene, unit, assignments[unit]);
  }

  function occupyBy(job: Job, unit: number): void {
    job.units.push(unit);
    jobOf[unit] = job;
    sinceMs[unit] = kernel.nowMs;
    isThere[unit] = 0;
    assignments[unit] += 1;
    if (unit >= units) return;
    busy += 1;
    if (job.request.tags.cause === 'self') onOwnWork += 1;
  }

  /** What is left of the job is done from now on; this unit's event clears it. */
  function work(job: Job, unit: number): void {
    job.clearedBy = unit;
    job.clearMs = kernel.nowMs + job.leftMs;
    kernel.schedule(job.clearMs, KIND.unitCleared, unit, assignments[unit]);
  }

  kernel.on(KIND.unitOnScene, (unit, _payload, assignment) => {
    const job = jobOf[unit];
    if (job === null || assignments[unit] !== assignment) return;
    const { request: asked } = job;
    patrol.place(unit, asked.x, asked.y);
    isThere[unit] = 1;
    const isFirst = !job.wasReached;
    if (isFirst) {
      job.wasReached = true;
      responseMs[asked.priority].push(kernel.nowMs - job.requestedMs);
    }
    if (job.clearedBy < 0) work(job, unit);
    host.onScene(asked.id, patrol.names[unit], isFirst);
  });

  kernel.on(KIND.unitCleared, (unit, _payload, assignment) => {
    const job = jobOf[unit];
    if (job === null || assignments[unit] !== assignment) return;
    end(job);
    host.cleared(job.request.id);
    serveLine();
  });

  // --- self-initiated work ---

  function takeUp(opportunity: number, x: number, y: number): void {
    const unit = nearestIdle(x, y);
    if (unit < 0) {
      self.missed += 1;
      return;
    }
    self.started += 1;
    pool.occupy(unit);
    patrol.place(unit, x, y);
    const { jobId, serviceMs } = host.selfInitiated(patrol.names[unit], kernel.nowMs, x, y, opportunity);
    if (jobs.has(jobId)) throw new Error(`job ${jobId} is in hand already`);
    const job = new Job({ id: jobId, priority: 4, x, y, unitsWanted: 1, serviceMs, tags: SELF_TAGS }, kernel.nowMs);
    job.wasSent = true;
    job.wasReached = true;
    jobs.set(jobId, job);
    occupyBy(job, unit);
    isThere[unit] = 1;
    work(job, unit);
    note();
  }

  if (options.selfInitiated !== null)
    startOpportunities({
      kernel,
      seeds,
      agency,
      box: options.city.box,
      ratePerHour: options.selfInitiated.ratePerHour,
      localHour,
      came: takeUp,
    });

  // --- measures ---

  function localHour(): number {
    const localMs = kernel.nowMs + zoneOffsetMin(zone, kernel.nowMs) * MINUTE_MS;
    const hour = Math.floor(localMs / HOUR_MS) % 24;
    return hour < 0 ? hour + 24 : hour;
  }

  function note(): void {
    load.set(kernel.nowMs, busy, waiting, duty.count());
  }

  function measures(): DispatchMeasures {
    const inProgress: { ms: number; tags: JobTags }[] = [];
    const byUnit = busyMsByUnit.slice(0, units);
    let lentMs = sums.lentMs;
    for (const [unit, job] of jobOf.entries()) {
      if (job === null) continue;
      const ms = kernel.nowMs - sinceMs[unit];
      if (unit < units) {
        inProgress.push({ ms, tags: job.request.tags });
        byUnit[unit] += ms;
      } else lentMs += ms;
    }
    const hourly = load.hourly(kernel.nowMs);
    return {
      units: shifts === null ? units : mostOnDuty(shifts),
      elapsedMs: kernel.nowMs - startMs,
      busyMs: load.busyMs(inProgress),
      busyMsByUnit: byUnit,
      responseMs: valuesByPriority(responseMs),
      queueMs: valuesByPriority(queueMs),
      waitingMs: load.waitingMs,
      waitingMax: load.waitingMax,
      self: { ...self },
      tallies: { ...sums, ...duty.tallies(), lentMs, onDutyMs: load.onDutyMs },
      hourly,
    };
  }

  duty.start();
  return { request, cancel, reprioritise, idle: () => pool.idleCount(), waiting: () => waiting, measures };
}

// --- internal ---

function homesOf(units: number, shifts: readonly Shift[] | null, box: Box): Homes {
  if (shifts === null) return beatCentres(units, box);
  const counts = shifts.map(({ count }) => count);
  const staff = counts.reduce((sum, count) => sum + count, 0);
  if (staff !== units) throw new RangeError(`expected shifts of ${units} units in all, found ${staff}`);
  return beatsOf(counts, box);
}

function samplesByPriority(): Record<JobPriority, Samples> {
  return { 1: new Samples(), 2: new Samples(), 3: new Samples(), 4: new Samples() };
}

function valuesByPriority(samples: Record<JobPriority, Samples>): Record<JobPriority, Float64Array> {
  const values = {} as Record<JobPriority, Float64Array>;
  for (const priority of JOB_PRIORITIES) values[priority] = samples[priority].values();
  return values;
}
