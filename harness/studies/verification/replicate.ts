/** Runs a case through the call-takers' queue or police dispatch: the same components that the world uses, on the same kernel. */
import { CallCentre } from '../../../simulator/calls/call-centre.ts';
import { Kernel } from '../../../simulator/kernel/kernel.ts';
import { KIND } from '../../../simulator/kernel/kinds.ts';
import { cumulative, exponential, keyedDraw, lognormal, pick, type Draw } from '../../../simulator/kernel/random.ts';
import { Dispatch } from '../../../simulator/police/dispatch.ts';
import type { JobPriority } from '../../../simulator/police/parameters.ts';
import { callSign } from '../../../simulator/police/patrol.ts';
import { hasOwnServer, hasPlaces, loadOf, serviceMeanOf, type Case } from './case.ts';
import { Tally, type Replication, type Size } from './tally.ts';

/** Runs one replication. Arrivals go on until the last counted customer is gone, so that the end is as busy as the middle. */
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
    const idle = door.idle();
    tally.came(id, stream, kernel.nowMs, gapMs, idle > 0);
    if (idle === 0 && posed.queueLimit !== null && door.waiting() >= posed.queueLimit) tally.blocked(id);
    else door.enter(id, stream);
  });
  kernel.schedule(0, KIND.callArrival, 0, 0);
  while (!tally.isDone()) kernel.step();
  return { ...tally.finish(kernel.nowMs, door.busyMs()), events: kernel.events };
}

// --- internal ---

/** If the load is small, customers are rare and a replication lasts long: a service then takes fewer ms, because hours fill the memory. */
const SERVICE_MS_MIN = 10_000;
/** Rounding to whole ms changes a service of this mean by a millionth. */
const SERVICE_MS_MAX = 1_000_000;
/** Extent of a case's places in whole dm. */
const EXTENT_DM = 1_000_000;

interface Scale {
  serviceMs: number;
  /** Ms per unit of the case's time. */
  msPerUnit: number;
}

function scaleOf(posed: Case): Scale {
  const serviceMs = Math.round(Math.max(SERVICE_MS_MIN, Math.min(SERVICE_MS_MAX, SERVICE_MS_MAX * loadOf(posed))));
  return { serviceMs, msPerUnit: serviceMs / posed.service.mean };
}

/** The entrance to the component that a case is about. */
interface Door {
  enter(id: number, stream: number): void;
  idle(): number;
  waiting(): number;
  /** Busy time until now, by server or over all servers. */
  busyMs(): Float64Array;
}

type Seeds = { seed: number; replication: number };

function drawService({ service: { distribution, cv, phases } }: Case, meanMs: number, draw: Draw): number {
  switch (distribution) {
    case 'deterministic':
      return Math.round(meanMs);
    case 'exponential':
      return Math.round(exponential(draw, meanMs));
    case 'lognormal':
      return Math.round(lognormal(draw, meanMs, cv));
    case 'erlang': {
      let sumMs = 0;
      for (let phase = 0; phase < phases; phase += 1) sumMs += exponential(draw, meanMs / phases);
      return Math.round(sumMs);
    }
  }
}

function callDoor(posed: Case, scale: Scale, kernel: Kernel, seeds: Seeds, tally: Tally): Door {
  const { distribution, cv } = posed.service;
  const patienceMsMean = posed.patienceMean === null ? Infinity : posed.patienceMean * scale.msPerUnit;
  const centre = new CallCentre({
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
      answered: (id, waitMs) => tally.served(id, waitMs, -1),
      finished: (id, talkMs) => tally.ended(id, kernel.nowMs, talkMs),
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
  const { servers, arrivals, speed, patienceMean } = posed;
  const { msPerUnit } = scale;
  const { inHand } = tally;
  const places = placesOf(posed, keyedDraw(seeds, 'validation/patrol', 0));
  const numberOf = new Map(Array.from({ length: servers }, (_, unit) => [callSign(unit), unit]));
  const withOwn = hasOwnServer(posed);
  const draw = keyedDraw(seeds, 'validation/jobs', 0);
  const lists = arrivals.map(({ prefers }) => prefers.map((server) => server - 1));
  const dispatch = new Dispatch({
    kernel,
    seeds,
    agency: 'validation',
    units: servers,
    city: { box: { x0: 0, y0: 0, x1: EXTENT_DM, y1: EXTENT_DM } },
    ...(hasPlaces(posed) ? { homes: places.homes } : {}),
    // 1 dm per ms is 100 m per second.
    travelMetresPerSecond: speed === null ? Infinity : (100 * speed * places.dmPerUnit) / msPerUnit,
    travelFactor: () => 1,
    startMs: 0,
    selfInitiated: null,
    host: {
      dispatched: (id, [name]) => {
        const at = inHand.at(id);
        const unit = withOwn ? numberOf.get(name)! : -1;
        inHand.setOutMs[at] = kernel.nowMs;
        tally.served(id, kernel.nowMs - inHand.cameMs[at], unit);
        if (withOwn && speed === null) tally.travelled(id, places.travel(unit, inHand.x[at], inHand.y[at]));
      },
      onScene: (id) => {
        if (speed !== null) tally.travelled(id, (speed * (kernel.nowMs - inHand.setOutMs[inHand.at(id)])) / msPerUnit);
      },
      cleared: (id) => tally.ended(id, kernel.nowMs, inHand.serviceMs[inHand.at(id)]),
      selfInitiated: () => {
        throw new Error('no unit starts anything here');
      },
    },
  });
  kernel.on(KIND.callPatience, (id) => {
    const at = inHand.at(id);
    if (at < 0 || inHand.setOutMs[at] >= 0) return;
    dispatch.cancel(id);
    tally.abandoned(id, kernel.nowMs - inHand.cameMs[at]);
  });
  return {
    enter(id, stream) {
      const ms = drawService(posed, serviceMeanOf(posed, stream) * msPerUnit, draw);
      const { x, y } = places.draw(stream, draw);
      const preferred = lists[stream].length > 0 ? lists[stream] : places.order(x, y);
      const at = inHand.at(id);
      inHand.x[at] = x;
      inHand.y[at] = y;
      inHand.serviceMs[at] = ms;
      inHand.own[at] = withOwn ? (preferred[0] ?? places.nearest(x, y)) : -1;
      if (patienceMean !== null) {
        const meanMs = patienceMean * msPerUnit;
        const patienceMs = posed.patienceDistribution === 'exponential' ? exponential(draw, meanMs) : meanMs;
        kernel.schedule(kernel.nowMs + Math.round(patienceMs), KIND.callPatience, id, 0);
      }
      const priority = arrivals[stream].priority as JobPriority;
      dispatch.request({ id, priority, x, y, unitsWanted: 1, serviceMs: ms, tags: TAGS, preferred });
    },
    idle: () => dispatch.idle(),
    waiting: () => dispatch.waiting(),
    busyMs: () => dispatch.measures().busyMsByUnit,
  };
}

const TAGS = { cause: 'call', unfounded: false, induced: false } as const;

/** A case's places on the city's plane of whole dm. `patrol` draws the place of a server that patrols its box. */
function placesOf({ homes, arrivals, metric }: Case, patrol: Draw) {
  const points = [...homes, ...arrivals.map(({ at }) => at)]
    .flatMap((at) => [at.slice(0, 2), at.slice(2)])
    .filter((p) => p.length === 2);
  const x0 = Math.min(...points.map(([x]) => x));
  const y0 = Math.min(...points.map(([, y]) => y));
  const extent = Math.max(...points.flatMap(([x, y]) => [x - x0, y - y0]));
  const dmPerUnit = extent > 0 ? EXTENT_DM / extent : 1;
  const dm = (value: number, from: number): number => Math.round((value - from) * dmPerUnit);
  const home = {
    x: Int32Array.from(homes, ([x, , x1 = x]) => dm((x + x1) / 2, x0)),
    y: Int32Array.from(homes, ([, y, , y1 = y]) => dm((y + y1) / 2, y0)),
  };
  const length = (dx: number, dy: number): number =>
    metric === 'euclidean' ? Math.sqrt(dx * dx + dy * dy) : Math.abs(dx) + Math.abs(dy);
  const apart = (unit: number, x: number, y: number): number => length(home.x[unit] - x, home.y[unit] - y);
  const units = homes.map((_, unit) => unit);
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
    /** Distance for a server that sets out, in the case's units; 0 if the case has no places. */
    travel(unit: number, x: number, y: number): number {
      if (homes.length === 0) return 0;
      const [ax, ay, bx, by] = homes[unit];
      if (bx === undefined) return apart(unit, x, y) / dmPerUnit;
      const fromX = dm(ax + patrol() * (bx - ax), x0);
      const fromY = dm(ay + patrol() * (by - ay), y0);
      return length(fromX - x, fromY - y) / dmPerUnit;
    },
    /**
     * All servers, the nearest first, if distances are Euclidean; else empty, because dispatch finds the nearest by rectangular distance
     * itself.
     */
    order: (x: number, y: number): number[] =>
      metric === 'euclidean' ? units.toSorted((a, b) => apart(a, x, y) - apart(b, x, y)) : [],
    nearest(x: number, y: number): number {
      let best = 0;
      for (let unit = 1; unit < homes.length; unit += 1) if (apart(unit, x, y) < apart(best, x, y)) best = unit;
      return best;
    },
  };
}
