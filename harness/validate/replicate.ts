/** A case posed to the call-takers' queue or to police dispatch as they stand: the same components that the world uses, on the same kernel. */
import { createCallCentre } from '../../simulator/calls/call-centre.ts';
import { Kernel } from '../../simulator/kernel/kernel.ts';
import { KIND } from '../../simulator/kernel/kinds.ts';
import { cumulative, exponential, keyedDraw, lognormal, pick, type Draw } from '../../simulator/kernel/random.ts';
import { createDispatch } from '../../simulator/police/dispatch.ts';
import type { JobPriority } from '../../simulator/police/parameters.ts';
import { callSign } from '../../simulator/police/patrol.ts';
import { hasOwnServer, hasPlaces, type Case } from './case.ts';
import { Tally } from './tally.ts';

export interface Size {
  replications: number;
  /** Customers of each replication that are counted, and those before them that are not. */
  customers: number;
  warmup: number;
}

export interface Replication {
  measures: Record<string, number>;
  /**
   * Control variates: what this replication drew, less what it should have drawn on average: gaps between arrivals, service times, customers' shares by
   * stream. Their true means are 0, and much of a queue's variation follows them.
   */
  controls: number[];
  events: number;
}

/** One replication. Arrivals go on until the last counted customer is gone, so that its end looks like its middle. */
export function replicate(posed: Case, seed: number, replication: number, size: Size): Replication {
  const kernel = new Kernel(0);
  const seeds = { seed, replication };
  const scale = scaleOf(posed);
  const tally = new Tally(posed, size, scale.msPerUnit);
  const door =
    posed.component === 'dispatch'
      ? dispatchDoor(posed, scale, kernel, seeds, tally)
      : callDoor(posed, scale, kernel, seeds, tally);
  const draw = keyedDraw(seeds, 'validation/arrivals', 0);
  const rates = cumulative(posed.arrivals.map(({ rate }) => rate));
  const gapMsMean = scale.msPerUnit / rates[rates.length - 1];
  kernel.on(KIND.callArrival, (id) => {
    if (id === size.warmup) tally.begin(kernel.nowMs, door.busyMs());
    const gapMs = Math.round(exponential(draw, gapMsMean));
    kernel.schedule(kernel.nowMs + gapMs, KIND.callArrival, id + 1, 0);
    const stream = rates.length === 1 ? 0 : pick(rates, draw());
    tally.came(id, stream, kernel.nowMs, gapMs - gapMsMean, door.idle() > 0);
    if (door.idle() === 0 && posed.queueLimit !== null && door.waiting() >= posed.queueLimit) tally.blocked(id);
    else door.enter(id, stream);
  });
  kernel.schedule(0, KIND.callArrival, 0, 0);
  while (!tally.isDone()) kernel.step();
  return { ...tally.finish(kernel.nowMs, door.busyMs()), events: kernel.events };
}

// --- internal ---

/** Where customers are rare, so much time passes that hours would fill the memory: milliseconds are then coarser. */
const SERVICE_MS_MIN = 10_000;
/** Whole milliseconds round a service of this mean by a millionth. */
const SERVICE_MS_MAX = 1_000_000;
/** Whole dm across the extent of a case's places. */
const EXTENT_DM = 1_000_000;

interface Scale {
  serviceMs: number;
  /** Ms per unit of the case's time. */
  msPerUnit: number;
}

function scaleOf({ arrivals, service }: Case): Scale {
  const load = arrivals.reduce((sum, { rate }) => sum + rate, 0) * service.mean;
  const serviceMs = Math.round(Math.max(SERVICE_MS_MIN, Math.min(SERVICE_MS_MAX, SERVICE_MS_MAX * load)));
  return { serviceMs, msPerUnit: serviceMs / service.mean };
}

interface Door {
  enter(id: number, stream: number): void;
  idle(): number;
  waiting(): number;
  /** Time spent until now, by server or in all. */
  busyMs(): Float64Array;
}

interface Job {
  x: number;
  y: number;
  /** The server that it would have first, from 0. */
  own: number | null;
  serviceMs: number;
  setOutMs: number | null;
}

type Seeds = { seed: number; replication: number };

function drawService({ service: { distribution, cv } }: Case, meanMs: number, draw: Draw): number {
  if (distribution === 'deterministic') return meanMs;
  const ms = distribution === 'exponential' ? exponential(draw, meanMs) : lognormal(draw, meanMs, cv);
  return Math.round(ms);
}

function callDoor(posed: Case, scale: Scale, kernel: Kernel, seeds: Seeds, tally: Tally): Door {
  const { distribution, cv } = posed.service;
  const patienceMsMean = posed.patienceMean === null ? Infinity : posed.patienceMean * scale.msPerUnit;
  const centre = createCallCentre({
    kernel,
    seeds,
    agency: 'validation',
    positions: posed.servers,
    patienceMsMean,
    redialShare: 0,
    handlingMsMean: scale.serviceMs,
    handlingCv: distribution === 'deterministic' ? 0 : cv,
    handling: distribution === 'exponential' ? 'exponential' : 'lognormal',
    host: {
      answered: (id, waitMs) => tally.served(id, waitMs, null),
      finished: (id, talkMs) => tally.ended(id, kernel.nowMs, talkMs - scale.serviceMs),
      abandoned: (id, waitMs) => tally.abandoned(id, waitMs),
    },
  });
  return {
    enter: (id) => centre.offer({ id }),
    idle: () => centre.idle(),
    waiting: () => centre.waiting(),
    busyMs: () => Float64Array.of(centre.measures().busyMs),
  };
}

function dispatchDoor(posed: Case, scale: Scale, kernel: Kernel, seeds: Seeds, tally: Tally): Door {
  const { servers, arrivals, speed } = posed;
  const { msPerUnit } = scale;
  const places = placesOf(posed);
  const numberOf = new Map(Array.from({ length: servers }, (_, unit) => [callSign(unit), unit]));
  const draw = keyedDraw(seeds, 'validation/jobs', 0);
  const inHand = new Map<number, Job>();
  const dispatch = createDispatch({
    kernel,
    seeds,
    agency: 'validation',
    units: servers,
    city: { box: { x0: 0, y0: 0, x1: EXTENT_DM, y1: EXTENT_DM } },
    ...(hasPlaces(posed) ? { homes: places.homes } : {}),
    // Dm a millisecond, a hundred times: metres a second.
    travelMetresPerSecond: speed === null ? Infinity : (100 * speed * places.dmPerUnit) / msPerUnit,
    travelFactor: () => 1,
    startMs: 0,
    selfInitiated: null,
    host: {
      dispatched: (id, [name]) => {
        const job = inHand.get(id)!;
        const unit = numberOf.get(name)!;
        job.setOutMs = kernel.nowMs;
        const own = job.own === null ? null : { unit, isOwn: unit === job.own };
        tally.served(id, kernel.nowMs - tally.cameMs(id), own);
        if (speed === null) tally.travelled(id, places.fromHome(unit, job.x, job.y));
      },
      onScene: (id) => {
        if (speed !== null) tally.travelled(id, (speed * (kernel.nowMs - inHand.get(id)!.setOutMs!)) / msPerUnit);
      },
      cleared: (id) => {
        tally.ended(id, kernel.nowMs, inHand.get(id)!.serviceMs - scale.serviceMs);
        inHand.delete(id);
      },
      selfInitiated: () => {
        throw new Error('no unit starts anything here');
      },
    },
  });
  kernel.on(KIND.callPatience, (id) => {
    const job = inHand.get(id);
    if (job === undefined || job.setOutMs !== null) return;
    dispatch.cancel(id);
    inHand.delete(id);
    tally.abandoned(id, kernel.nowMs - tally.cameMs(id));
  });
  return {
    enter(id, stream) {
      const { priority, prefers } = arrivals[stream];
      const ms = drawService(posed, scale.serviceMs, draw);
      const { x, y } = places.draw(stream, draw);
      const preferred = prefers.map((server) => server - 1);
      const own = hasOwnServer(posed) ? (preferred[0] ?? places.nearest(x, y)) : null;
      inHand.set(id, { x, y, own, serviceMs: ms, setOutMs: null });
      if (posed.patienceMean !== null) {
        const patienceMs = Math.round(exponential(draw, posed.patienceMean * msPerUnit));
        kernel.schedule(kernel.nowMs + patienceMs, KIND.callPatience, id, 0);
      }
      const tags = { cause: 'call', unfounded: false, induced: false } as const;
      dispatch.request({ id, priority: priority as JobPriority, x, y, unitsWanted: 1, serviceMs: ms, tags, preferred });
    },
    idle: () => dispatch.idle(),
    waiting: () => dispatch.waiting(),
    busyMs: () => dispatch.measures().busyMsByUnit,
  };
}

/** A case's places on the city's plane of whole dm. */
function placesOf({ homes, arrivals }: Case) {
  const points = [...homes, ...arrivals.flatMap(({ at }) => [at.slice(0, 2), at.slice(2)])].filter(
    (p) => p.length === 2,
  );
  const x0 = Math.min(...points.map(([x]) => x));
  const y0 = Math.min(...points.map(([, y]) => y));
  const extent = Math.max(...points.flatMap(([x, y]) => [x - x0, y - y0]));
  const dmPerUnit = extent > 0 ? EXTENT_DM / extent : 1;
  const dm = (value: number, from: number): number => Math.round((value - from) * dmPerUnit);
  const home = {
    x: Int32Array.from(homes, ([x]) => dm(x, x0)),
    y: Int32Array.from(homes, ([, y]) => dm(y, y0)),
  };
  const apart = (unit: number, x: number, y: number): number => Math.abs(home.x[unit] - x) + Math.abs(home.y[unit] - y);
  return {
    homes: home,
    dmPerUnit,
    draw(stream: number, draw: Draw): { x: number; y: number } {
      const { at } = arrivals[stream];
      if (at.length === 0) return { x: 0, y: 0 };
      const [ax, ay, bx = ax, by = ay] = at;
      return at.length === 2
        ? { x: dm(ax, x0), y: dm(ay, y0) }
        : { x: dm(ax + draw() * (bx - ax), x0), y: dm(ay + draw() * (by - ay), y0) };
    },
    /** In the case's units; 0 where nobody has a place. */
    fromHome: (unit: number, x: number, y: number): number => (homes.length === 0 ? 0 : apart(unit, x, y) / dmPerUnit),
    nearest(x: number, y: number): number {
      let best = 0;
      for (let unit = 1; unit < homes.length; unit += 1) if (apart(unit, x, y) < apart(best, x, y)) best = unit;
      return best;
    },
  };
}
