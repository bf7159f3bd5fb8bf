/**
 * Police dispatch of one agency: patrol units on their beats, jobs by priority, the nearest idle unit first, back-up as units come free.
 *
 * - A job starts with at least one unit and asks for up to `unitsWanted`. Units join while it lasts; all leave when it is cleared,
 *   `serviceMs` after the first of them came to the scene. No unit waits there for a second one, but the units that a job must have
 *   (`unitsMin`) are found first.
 * - If no unit is idle, jobs wait in line (line.ts).
 * - Self-initiated work yields to priority 1: its unit counts as idle then, and its job is cleared. If no unit is idle, priority 1 breaks
 *   off meal breaks; then, if the agency pre-empts, it takes units off calls of priority 4 and 3. A call that loses its last unit goes back
 *   to its place in the line, and is resumed from the same point.
 * - A unit that has ended a job is idle and drives back to its beat.
 *
 * choose.ts picks units, assign.ts moves them. stack.ts: jobs that wait. duty.ts: shifts and breaks. aid.ts: units of neighbours. areas.ts:
 * response areas. measures.ts: the account of it all.
 *
 * With `travelMetresPerSecond: Infinity`, one unit for each job and none of the options, this is an M/G/n queue with non-preemptive
 * priorities; with `preferred` lists it is Larson's hypercube model.
 */
import type { Box } from '../../contract/plane.ts';
import { HOUR_MS, MINUTE_MS } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { mostOnDuty, type Shift } from '../queue/roster.ts';
import { ServerPool } from '../queue/server-pool.ts';
import { LentUnits } from './aid.ts';
import { Areas } from './areas.ts';
import { Assignments } from './assign.ts';
import { UnitChoice } from './choose.ts';
import type { DispatchHost, DispatchMeasures, DispatchOptions } from './dispatch-api.ts';
import { Duty } from './duty.ts';
import type { Job, JobRequest } from './job.ts';
import { JobLine } from './line.ts';
import { MeasuresBook } from './measures.ts';
import { travelFactor, type JobPriority } from './parameters.ts';
import { beatCentres, Patrol, shiftBeats, type Homes } from './patrol.ts';
import { startOpportunities } from './self-initiated.ts';
import { Stack, type StackRules } from './stack.ts';
import { Units } from './units.ts';
import type { JobTags } from './workload.ts';

const NO_RULES: StackRules = { escalation: null, phoneAfterMs: null, aidAfterMs: null };
const SELF_TAGS: JobTags = { cause: 'self', unfounded: false, induced: false };

/** Dispatch and patrol of one agency. */
export class Dispatch {
  readonly #kernel: Kernel;
  readonly #host: DispatchHost;
  readonly #zone: string;
  readonly #aidTravelMs: number;
  /** The most units on duty at once, by the plan. */
  readonly #unitsMax: number;
  readonly #units: Units;
  readonly #pool: ServerPool<Job>;
  readonly #line: JobLine;
  readonly #patrol: Patrol;
  readonly #lent: LentUnits;
  readonly #duty: Duty;
  readonly #stack: Stack;
  readonly #choice: UnitChoice;
  readonly #assignments: Assignments;
  readonly #measures: MeasuresBook;

  constructor(options: DispatchOptions) {
    const { kernel, units, city, startMs } = options;
    const shifts = options.shifts ?? null;
    const slowedBy = options.travelFactor ?? travelFactor;
    const homes = options.homes ?? homesOf(units, shifts, city.box);
    this.#kernel = kernel;
    this.#host = options.host;
    this.#zone = options.zone ?? 'UTC';
    this.#aidTravelMs = options.aid?.extraTravelMs ?? 0;
    this.#unitsMax = shifts === null ? units : mostOnDuty(shifts);
    this.#pool = new ServerPool<Job>(units);
    this.#line = new JobLine(this.#pool);
    this.#lent = new LentUnits(units, options.aid?.units ?? 0, city.box);
    this.#units = new Units(units, this.#lent.count);
    this.#patrol = new Patrol(units, homes, this.#lent.count);
    this.#measures = new MeasuresBook(startMs, shifts === null ? units : 0);
    this.#stack = this.#createStack(options.stack ?? NO_RULES);
    this.#duty = new Duty({
      kernel,
      zone: this.#zone,
      units,
      shifts,
      breaks: options.breaks ?? null,
      pool: this.#pool,
      hasJob: (unit) => this.#units.job(unit) !== null,
      arrived: (unit) => this.#patrol.placeHome(unit),
      changed: () => this.#serveLine(),
    });
    const shared = { kernel, pool: this.#pool, units: this.#units, patrol: this.#patrol, duty: this.#duty };
    this.#choice = new UnitChoice({
      ...shared,
      areas: options.assignment === 'areas' ? new Areas(homes, units) : null,
      preempts: options.preemption === true,
    });
    this.#assignments = new Assignments({
      ...shared,
      // 10 dm a metre, 1000 ms a second.
      dmPerMs: options.travelMetresPerSecond / 100,
      travelFactor: (priority) => slowedBy(priority, this.#localHour()),
      line: this.#line,
      lent: this.#lent,
      stack: this.#stack,
      measures: this.#measures,
    });
    this.#handleEvents();
    if (options.selfInitiated !== null)
      startOpportunities({
        kernel,
        seeds: options.seeds,
        agency: options.agency,
        box: city.box,
        ratePerHour: options.selfInitiated.ratePerHour,
        localHour: () => this.#localHour(),
        came: (opportunity, x, y) => this.#takeUp(opportunity, x, y),
      });
    this.#duty.start();
  }

  /** A job comes in now. Units may set out before this returns. Throws if the id is in hand already. */
  request(asked: JobRequest): void {
    const job = this.#line.add(asked, this.#kernel.nowMs);
    this.#measures.sums.requested += 1;
    this.#line.waiting += 1;
    if (this.#line.isEmpty() && this.#serve(job, false)) {
      this.#note();
      return;
    }
    this.#line.enqueue(job);
    this.#serveLine();
    if (this.#line.isWaiting(job)) this.#stack.wait(job);
  }

  /** The job is off, whatever its state; its units are idle again where they are. False if no such job is in hand. */
  cancel(jobId: number): boolean {
    const job = this.#line.get(jobId);
    if (job === undefined) return false;
    this.#measures.sums.cancelled += 1;
    this.#assignments.end(job);
    this.#serveLine();
    return true;
  }

  /** The job has this priority from now on; measures go by the first one. Nothing happens if no such job is in hand. */
  reprioritise(jobId: number, priority: JobPriority): void {
    const job = this.#line.get(jobId);
    if (job === undefined || job.priority === priority) return;
    if (!this.#line.reprioritise(job, priority)) return;
    this.#serveLine();
    if (this.#line.isWaiting(job)) this.#stack.wait(job);
  }

  /** Units without any job, now. */
  idle(): number {
    return this.#pool.idleCount();
  }

  /** Jobs without a unit, now. */
  waiting(): number {
    return this.#line.waiting;
  }

  measures(): DispatchMeasures {
    return this.#measures.read(this.#kernel.nowMs, this.#unitsMax, this.#units, this.#duty.tallies());
  }

  #createStack(rules: StackRules): Stack {
    return new Stack(this.#kernel, rules, {
      isWaiting: (job) => this.#line.isWaiting(job),
      rise: (job) => {
        this.#measures.sums.escalated += 1;
        this.reprioritise(job.request.id, (job.priority - 1) as JobPriority);
      },
      settle: (job) => {
        this.#measures.sums.byPhone += 1;
        this.#clear(job);
      },
      help: (job) => this.#askNeighbour(job),
    });
  }

  #handleEvents(): void {
    this.#kernel.on(KIND.unitOnScene, (unit, _payload, assignment) => {
      const job = this.#units.jobOfAssignment(unit, assignment);
      if (job === null) return;
      const isFirst = this.#assignments.arrive(job, unit);
      this.#host.onScene(job.request.id, this.#patrol.names[unit], isFirst);
    });
    this.#kernel.on(KIND.unitCleared, (unit, _payload, assignment) => {
      const job = this.#units.jobOfAssignment(unit, assignment);
      if (job !== null) this.#clear(job);
    });
  }

  /** The job is done. */
  #clear(job: Job): void {
    this.#assignments.end(job);
    this.#host.cleared(job.request.id);
    this.#serveLine();
  }

  /** Gives units to waiting jobs, in order, until none waits or none may have a unit. A unit that is still idle may have a break. */
  #serveLine(): void {
    for (let head = this.#line.head(); head !== null && this.#serve(head, true); head = this.#line.head());
    this.#duty.rest();
    this.#note();
  }

  /**
   * Sends the units that the job may have now; false if there are none. The host hears of it once they are settled, so that it may ask for
   * more, or cancel, from within what it hears.
   */
  #serve(job: Job, isHead: boolean): boolean {
    let unit = this.#choice.choose(job);
    if (unit < 0) return false;
    const setOut: string[] = [];
    let yielded: number[] | null = null;
    for (; unit >= 0; unit = job.wantsMore() ? this.#choice.choose(job) : -1) {
      if (!this.#pool.isIdle(unit)) this.#assignments.makeIdle(unit, (yielded ??= []));
      if (isHead && setOut.length === 0) this.#pool.take(unit);
      else this.#pool.occupy(unit);
      this.#assignments.assign(job, unit, 0);
      setOut.push(this.#patrol.names[unit]);
    }
    if (job.wantsMore()) this.#line.enqueue(job);
    if (yielded !== null) for (const id of yielded) this.#host.cleared(id);
    if (this.#line.isInHand(job)) this.#host.dispatched(job.request.id, setOut);
    return true;
  }

  /** A job of priority 1 has waited too long: a neighbour's unit comes, if one is left. */
  #askNeighbour(job: Job): void {
    const { id, x, y } = job.request;
    const unit = this.#lent.borrow();
    if (unit < 0) {
      this.#measures.sums.lentRefused += 1;
      return;
    }
    this.#measures.sums.lent += 1;
    this.#line.leave(job);
    const entry = this.#lent.entry(x, y);
    this.#patrol.place(unit, entry.x, entry.y);
    this.#assignments.assign(job, unit, this.#aidTravelMs);
    if (job.wantsMore()) this.#line.enqueue(job);
    this.#note();
    this.#host.dispatched(id, [this.#patrol.names[unit]]);
  }

  /** The nearest idle unit takes up something of its own at (x, y), if any unit is idle. */
  #takeUp(opportunity: number, x: number, y: number): void {
    const { nowMs } = this.#kernel;
    const unit = this.#choice.nearestIdle(x, y);
    if (unit < 0) {
      this.#measures.self.missed += 1;
      return;
    }
    this.#measures.self.started += 1;
    this.#pool.occupy(unit);
    this.#patrol.place(unit, x, y);
    const { jobId, serviceMs } = this.#host.selfInitiated(this.#patrol.names[unit], nowMs, x, y, opportunity);
    const job = this.#line.add({ id: jobId, priority: 4, x, y, unitsWanted: 1, serviceMs, tags: SELF_TAGS }, nowMs);
    this.#assignments.startOwn(job, unit);
    this.#note();
  }

  #localHour(): number {
    const { nowMs } = this.#kernel;
    const hour = Math.floor((nowMs + zoneOffsetMin(this.#zone, nowMs) * MINUTE_MS) / HOUR_MS) % 24;
    return hour < 0 ? hour + 24 : hour;
  }

  #note(): void {
    this.#measures.workload.set(this.#kernel.nowMs, this.#units.busy, this.#line.waiting, this.#duty.count());
  }
}

// --- internal ---

/** The centres of all units' beats, by shift if there are shifts. Throws if the shifts' crews are not `units` in all. */
function homesOf(units: number, shifts: readonly Shift[] | null, box: Box): Homes {
  if (shifts === null) return beatCentres(units, box);
  const counts = shifts.map(({ count }) => count);
  const staff = counts.reduce((sum, count) => sum + count, 0);
  if (staff !== units) throw new RangeError(`expected shifts of ${units} units in all, found ${staff}`);
  return shiftBeats(counts, box);
}
