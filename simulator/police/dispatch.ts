/**
 * Police dispatch of one agency: patrol units on their beats, jobs by priority, the nearest idle unit first, back-up as units come free.
 *
 * - A job starts with at least one unit and asks for up to `unitsWanted`. Units join while it lasts; all leave when it is cleared, `serviceMs` after
 *   the first of them came to the scene.
 * - With nobody idle, jobs wait by (priority, without a unit before back-up, arrival, id).
 * - Self-initiated work yields to priority 1: its unit counts as idle then, and what it did is cleared.
 * - A unit that has ended a job is idle and drives back to its beat.
 *
 * With `travelMetresPerSecond: Infinity` and one unit a job this is an M/G/n queue with non-preemptive priorities; with `preferred` lists it is
 * Larson's hypercube model.
 */
import type { Box } from '../../contract/plane.ts';
import { HOUR_MS, MINUTE_MS } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { counterDraw, exponential, keyedDraw, type Seeds } from '../kernel/random.ts';
import { Samples } from '../queue/samples.ts';
import { ServerPool } from '../queue/server-pool.ts';
import { Load, type BusyMs, type JobTags, type LoadHour } from './load.ts';
import { JOB_PRIORITIES, travelFactor, type JobPriority } from './parameters.ts';
import { beatCentres, Patrol, type Homes } from './patrol.ts';

export interface JobRequest {
  /** Integer, unique among jobs in hand, self-initiated ones included. */
  id: number;
  priority: JobPriority;
  /** Where, dm. */
  x: number;
  y: number;
  unitsWanted: number;
  /** From the first unit's arrival until the job is cleared, integer ms. */
  serviceMs: number;
  tags: JobTags;
  /** Units (indices) in the order in which they are asked, before the nearest of the others. */
  preferred?: readonly number[];
}

export interface DispatchHost {
  /** Units set out: the first ones, and each time that back-up joins. `unitNames` are those that set out now. */
  dispatched(jobId: number, unitNames: readonly string[]): void;
  /** A unit is at the scene; `first` where it is the job's first. */
  onScene(jobId: number, unitName: string, first: boolean): void;
  /** The job is done and its units are idle again. Told of self-initiated jobs too; not of cancelled ones. */
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

/** Self-initiated work of the whole agency. */
export interface SelfInitiated {
  /** Activities an hour by local hour 0 to 23. Each is taken by the idle unit nearest to it, and missed only where none is idle. */
  ratePerHour: readonly number[];
}

export interface DispatchOptions {
  kernel: Kernel;
  seeds: Seeds;
  /** Agency id, part of every stream's key. */
  agency: string;
  /** Patrol units on duty. */
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
}

export interface DispatchMeasures {
  units: number;
  /** From `startMs` until now. */
  elapsedMs: number;
  /** Unit time from setting out until idle again, jobs in hand included. */
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
  hourly: LoadHour[];
}

export interface Dispatch {
  /** A job comes in now. May dispatch it before it returns. Throws where the id is in hand already. */
  request(job: JobRequest): void;
  /** The job is off, whatever its state; its units are idle again where they are. False where no such job is in hand. */
  cancel(jobId: number): boolean;
  /** Units without any job, and jobs without a unit, now. */
  idle(): number;
  waiting(): number;
  measures(): DispatchMeasures;
}

interface Job {
  request: JobRequest;
  requestedMs: number;
  onSceneMs: number | null;
  /** Units on the way or at the scene. */
  units: number[];
}

export function createDispatch(options: DispatchOptions): Dispatch {
  const { kernel, seeds, agency, travelMetresPerSecond, startMs, host } = options;
  const zone = options.zone ?? 'UTC';
  const slowedBy = options.travelFactor ?? travelFactor;
  /** 10 dm a metre, 1000 ms a second. */
  const dmPerMs = travelMetresPerSecond / 100;
  const pool = new ServerPool<Job>(options.units);
  const patrol = new Patrol(options.units, options.homes ?? beatCentres(options.units, options.city.box));
  const load = new Load(startMs);
  const jobs = new Map<number, Job>();
  const jobOf: (Job | null)[] = new Array<Job | null>(options.units).fill(null);
  /** By unit: when it set out for its job, and how many jobs it has had; an event that names an older count is out of date. */
  const sinceMs = new Float64Array(options.units);
  const assignments = new Uint16Array(options.units);
  const busyMsByUnit = new Float64Array(options.units);
  const responseMs = samplesByPriority();
  const queueMs = samplesByPriority();
  /** Jobs without a unit; back-up that is wanted stands in the pool's line as well. */
  let waiting = 0;
  const self = { started: 0, missed: 0, yielded: 0 };

  // --- jobs in, jobs out ---

  function request(job: JobRequest): void {
    if (jobs.has(job.id)) throw new Error(`job ${job.id} is in hand already`);
    const entered: Job = { request: job, requestedMs: kernel.nowMs, onSceneMs: null, units: [] };
    jobs.set(job.id, entered);
    waiting += 1;
    pool.offer(job.id, rankOf(entered), entered.requestedMs, entered);
    serveLine();
    note();
  }

  function cancel(jobId: number): boolean {
    const job = jobs.get(jobId);
    if (job === undefined) return false;
    end(job);
    serveLine();
    note();
    return true;
  }

  /** Takes the job out of hand and makes its units idle. */
  function end(job: Job): void {
    jobs.delete(job.request.id);
    pool.abandon(job.request.id);
    if (job.units.length === 0) waiting -= 1;
    for (const unit of job.units) {
      const spentMs = kernel.nowMs - sinceMs[unit];
      load.spent(spentMs, job.request.tags);
      busyMsByUnit[unit] += spentMs;
      jobOf[unit] = null;
      pool.free(unit);
      patrol.driveHome(unit, dmPerMs, kernel.nowMs);
    }
  }

  // --- units to jobs ---

  /**
   * Gives units to those who wait, in order, until nobody waits or nobody may be taken. The host hears of a job once its units are
   * settled, so that it may ask for more, or cancel, from within what it hears.
   */
  function serveLine(): void {
    for (let head = pool.head(); head !== null; head = pool.head()) {
      const job = head.what;
      const setOut: string[] = [];
      const yielded: number[] = [];
      while (job.units.length < job.request.unitsWanted || job.units.length === 0) {
        const unit = choose(job);
        if (unit < 0) break;
        if (!pool.isIdle(unit)) yielded.push(yieldUp(unit));
        if (setOut.length === 0) pool.take(unit);
        else pool.occupy(unit);
        assign(job, unit);
        setOut.push(patrol.names[unit]);
      }
      if (setOut.length === 0) break;
      if (job.units.length < job.request.unitsWanted) pool.offer(job.request.id, rankOf(job), job.requestedMs, job);
      for (const id of yielded) host.cleared(id);
      if (jobs.get(job.request.id) === job) host.dispatched(job.request.id, setOut);
    }
  }

  /** The unit to send: the first idle one of the preferred, else the nearest; -1 where none may be taken. Equal distances: the lower index. */
  function choose(job: Job): number {
    for (const unit of job.request.preferred ?? []) if (isAvailable(unit, job.request.priority)) return unit;
    if (pool.idleCount() === 0 && job.request.priority !== 1) return -1;
    let best = -1;
    let bestDm = Infinity;
    for (let unit = 0; unit < patrol.count; unit += 1) {
      if (!isAvailable(unit, job.request.priority)) continue;
      const dm = patrol.distance(unit, job.request.x, job.request.y, kernel.nowMs);
      if (dm < bestDm) {
        best = unit;
        bestDm = dm;
      }
    }
    return best;
  }

  function isAvailable(unit: number, priority: JobPriority): boolean {
    return pool.isIdle(unit) || (priority === 1 && jobOf[unit]?.request.tags.cause === 'self');
  }

  /** The unit's own work ends for something urgent. Returns that job's id. */
  function yieldUp(unit: number): number {
    const job = jobOf[unit] as Job;
    self.yielded += 1;
    end(job);
    return job.request.id;
  }

  function assign(job: Job, unit: number): void {
    if (job.units.length === 0) {
      waiting -= 1;
      queueMs[job.request.priority].push(kernel.nowMs - job.requestedMs);
    }
    job.units.push(unit);
    occupyBy(job, unit);
    const speed = dmPerMs / slowedBy(job.request.priority, localHour());
    const travelMs = patrol.drive(unit, job.request.x, job.request.y, speed, kernel.nowMs);
    kernel.schedule(kernel.nowMs + travelMs, KIND.unitOnScene, unit, assignments[unit]);
  }

  function occupyBy(job: Job, unit: number): void {
    jobOf[unit] = job;
    sinceMs[unit] = kernel.nowMs;
    assignments[unit] += 1;
  }

  kernel.on(KIND.unitOnScene, (unit, _payload, assignment) => {
    const job = jobOf[unit];
    if (job === null || assignments[unit] !== assignment) return;
    patrol.place(unit, job.request.x, job.request.y);
    const first = job.onSceneMs === null;
    if (first) {
      job.onSceneMs = kernel.nowMs;
      responseMs[job.request.priority].push(kernel.nowMs - job.requestedMs);
      kernel.schedule(kernel.nowMs + job.request.serviceMs, KIND.unitCleared, unit, assignment);
    }
    host.onScene(job.request.id, patrol.names[unit], first);
  });

  kernel.on(KIND.unitCleared, (unit, _payload, assignment) => {
    const job = jobOf[unit];
    if (job === null || assignments[unit] !== assignment) return;
    end(job);
    host.cleared(job.request.id);
    serveLine();
    note();
  });

  // --- self-initiated work ---

  const rates = options.selfInitiated?.ratePerHour ?? [];
  const rateMax = rates.reduce((most, rate) => Math.max(most, rate), 0);
  const arrivalDraw = keyedDraw(seeds, `police/${agency}/self/arrival`, 0);
  const placeDraw = counterDraw(seeds, `police/${agency}/self/place`);
  const acceptDraw = counterDraw(seeds, `police/${agency}/self/accept`);

  function scheduleSelf(opportunity: number): void {
    const delayMs = Math.round(exponential(arrivalDraw, HOUR_MS / rateMax));
    kernel.schedule(kernel.nowMs + delayMs, KIND.selfInitiated, opportunity, 0);
  }

  kernel.on(KIND.selfInitiated, (opportunity) => {
    scheduleSelf(opportunity + 1);
    // Thinning: opportunities come at the busiest hour's rate, and an hour keeps its share of them.
    if (acceptDraw(opportunity, 0) * rateMax >= rates[localHour()]) return;
    const { box } = options.city;
    const x = box.x0 + Math.floor(placeDraw(opportunity, 0) * (box.x1 - box.x0 + 1));
    const y = box.y0 + Math.floor(placeDraw(opportunity, 1) * (box.y1 - box.y0 + 1));
    let nearest = -1;
    let nearestDm = Infinity;
    for (let unit = 0; unit < patrol.count; unit += 1) {
      if (!pool.isIdle(unit)) continue;
      const dm = patrol.distance(unit, x, y, kernel.nowMs);
      if (dm < nearestDm) {
        nearest = unit;
        nearestDm = dm;
      }
    }
    if (nearest < 0) {
      self.missed += 1;
      return;
    }
    self.started += 1;
    pool.occupy(nearest);
    patrol.place(nearest, x, y);
    const { jobId, serviceMs } = host.selfInitiated(patrol.names[nearest], kernel.nowMs, x, y, opportunity);
    if (jobs.has(jobId)) throw new Error(`job ${jobId} is in hand already`);
    const tags: JobTags = { cause: 'self', unfounded: false, induced: false };
    const work: JobRequest = { id: jobId, priority: 4, x, y, unitsWanted: 1, serviceMs, tags };
    const job: Job = { request: work, requestedMs: kernel.nowMs, onSceneMs: kernel.nowMs, units: [nearest] };
    jobs.set(jobId, job);
    occupyBy(job, nearest);
    kernel.schedule(kernel.nowMs + serviceMs, KIND.unitCleared, nearest, assignments[nearest]);
    note();
  });
  if (rateMax > 0) scheduleSelf(0);

  // --- measures ---

  function localHour(): number {
    const localMs = kernel.nowMs + zoneOffsetMin(zone, kernel.nowMs) * MINUTE_MS;
    const hour = Math.floor(localMs / HOUR_MS) % 24;
    return hour < 0 ? hour + 24 : hour;
  }

  function note(): void {
    load.set(kernel.nowMs, pool.servers - pool.idleCount(), waiting);
  }

  function measures(): DispatchMeasures {
    const inProgress: { ms: number; tags: JobTags }[] = [];
    const byUnit = busyMsByUnit.slice();
    for (let unit = 0; unit < patrol.count; unit += 1) {
      const job = jobOf[unit];
      if (job === null) continue;
      const ms = kernel.nowMs - sinceMs[unit];
      inProgress.push({ ms, tags: job.request.tags });
      byUnit[unit] += ms;
    }
    const hourly = load.hourly(kernel.nowMs);
    return {
      units: patrol.count,
      elapsedMs: kernel.nowMs - startMs,
      busyMs: load.busyMs(inProgress),
      busyMsByUnit: byUnit,
      responseMs: valuesByPriority(responseMs),
      queueMs: valuesByPriority(queueMs),
      waitingMs: load.waitingMs,
      waitingMax: load.waitingMax,
      self: { ...self },
      hourly,
    };
  }

  return { request, cancel, idle: () => pool.idleCount(), waiting: () => waiting, measures };
}

// --- internal ---

/** Its place in the line: by priority, and within one those without a unit before those that want back-up. */
function rankOf(job: Job): number {
  return 2 * job.request.priority + (job.units.length === 0 ? 0 : 1);
}

function samplesByPriority(): Record<JobPriority, Samples> {
  return { 1: new Samples(), 2: new Samples(), 3: new Samples(), 4: new Samples() };
}

function valuesByPriority(samples: Record<JobPriority, Samples>): Record<JobPriority, Float64Array> {
  const values = {} as Record<JobPriority, Float64Array>;
  for (const priority of JOB_PRIORITIES) values[priority] = samples[priority].values();
  return values;
}
