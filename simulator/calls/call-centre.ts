/**
 * The 911 call-takers of one agency: calls are answered in order of arrival, callers who lose patience hang up, some of those
 * call again. An M/M/n+M queue where talk times are exponential (Erlang-A; Erlang-C with endless patience).
 *
 * By a plan of shifts, positions are staffed at some hours only; who is on a call when the shift ends finishes it. With overflow, calls that have waited,
 * or find a long line, go to a neighbour. That neighbour is another shard, a simulated minute away, while a call overflows within seconds: so
 * it is a bounded number of positions that answer after a stated transfer. What its own callers lose by that is not modelled.
 *
 * A caller's patience, talk time and redial are each a function of (seeds, agency, call id), so that one more call
 * never shifts another's.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { counterDraw, exponential, lognormal, type Draw, type Seeds } from '../kernel/random.ts';
import { mostOnDuty, type Shift } from '../queue/roster.ts';
import { Samples } from '../queue/samples.ts';
import { ServerPool, type Customer } from '../queue/server-pool.ts';
import { createPositionDuty } from './position-duty.ts';

/** Mean time from hanging up to calling again, ms. Assumed: no source gives one. */
export const REDIAL_DELAY_MS_MEAN = 30_000;

/** NENA's 911 answer standard speaks of calls answered within 15 s and within 20 s (solid). */
const WITHIN_15_S_MS = 15_000;
const WITHIN_20_S_MS = 20_000;

export interface CallCentreHost {
  /** A call-taker picks up, `waitMs` after the call came in. */
  answered(id: number, waitMs: number): void;
  /** The call-taker is done, `talkMs` after picking up. */
  finished(id: number, talkMs: number): void;
  /** The caller hung up unanswered, and will call again at `redialAtMs`: offer that as a call with an id of its own. */
  abandoned(id: number, waitMs: number, redialAtMs: number | null): void;
}

export interface Overflow {
  /** Wait after which a call goes to the neighbour, or is tried again where that has nobody to spare, ms. */
  afterMs: number;
  /** A call that finds so many waiting goes there at once. */
  queueMax: number;
  /** Until somebody answers there, ms; meanwhile nobody hangs up. */
  transferMs: number;
  /** The neighbour's to spare. */
  positions: number;
}

export interface CallCentreOptions {
  kernel: Kernel;
  seeds: Seeds;
  /** Agency id, part of every stream's key. */
  agency: string;
  /** Call-takers; all of them on duty all the time where there are no `shifts`. */
  positions: number;
  /** Mean of the exponential patience, ms; Infinity for callers who never hang up. */
  patienceMsMean: number;
  /** Share of those who hung up that call again. */
  redialShare: number;
  handlingMsMean: number;
  /** Coefficient of variation of the lognormal handling time. */
  handlingCv: number;
  /** Lognormal unless told otherwise; the exponential (whose coefficient is 1) poses Erlang's cases. */
  handling?: 'lognormal' | 'exponential';
  /** Shifts whose counts add up to `positions`. */
  shifts?: readonly Shift[];
  /** IANA zone of the shifts' hours; UTC where left out. */
  zone?: string;
  overflow?: Overflow;
  host: CallCentreHost;
}

export interface CallCentreMeasures {
  /** The most on duty at once, by the plan. */
  positions: number;
  /** Calls offered so far. */
  offered: number;
  /** Waits of all answered calls, ms, in the order of answering. */
  answerMs: Float64Array;
  within15s: number;
  within20s: number;
  abandoned: number;
  redials: number;
  /** Time call-takers spent on calls until now, calls in progress included; without the neighbour's. */
  busyMs: number;
  /** Sums since the start. */
  tallies: {
    /** Calls that the neighbour took, and tries that found nobody free there. */
    overflowed: number;
    overflowRefused: number;
    /** Position time on duty, a last call after the shift included. */
    onDutyMs: number;
  };
}

export interface CallCentre {
  /**
   * A call comes in now. `id`: integer from 0 to 2^32 - 1, never used twice. `weight`: multiplies the time the call takes, 1 where left out.
   * May answer it before it returns.
   */
  offer(call: { id: number; weight?: number }): void;
  /** Call-takers without a call, and callers who wait, now. */
  idle(): number;
  waiting(): number;
  measures(): CallCentreMeasures;
}

/** A call that found the neighbour busy is not tried again sooner than this. Assumed. */
const RETRY_MS_MIN = 1000;

export function createCallCentre(options: CallCentreOptions): CallCentre {
  const { kernel, seeds, agency, positions, patienceMsMean, redialShare, handlingMsMean, handlingCv, host } = options;
  const handling = options.handling ?? 'lognormal';
  const overflow = options.overflow ?? null;
  const shifts = options.shifts ?? null;
  /** Calls wait with what the talk time is multiplied by. */
  const pool = new ServerPool<number>(positions);
  const talkDraw = counterDraw(seeds, `calls/${agency}/talk`);
  const patienceDraw = counterDraw(seeds, `calls/${agency}/patience`);
  const redialDraw = counterDraw(seeds, `calls/${agency}/redial`);
  /** By position, the neighbour's after the agency's own: when the call in progress was answered, -1 where there is none. */
  const answeredAtMs = new Float64Array(positions + (overflow?.positions ?? 0)).fill(-1);
  /** Positions of the neighbour that are free. */
  const spare = Array.from({ length: overflow?.positions ?? 0 }, (_, i) => positions + i);
  const duty = createPositionDuty(options, pool, (position) => answeredAtMs[position] >= 0, serveLine);
  const answerMs = new Samples();
  let offered = 0;
  let within15s = 0;
  let within20s = 0;
  let abandoned = 0;
  let redials = 0;
  let overflowed = 0;
  let overflowRefused = 0;
  let busyMs = 0;

  function offer(call: { id: number; weight?: number }): void {
    offered += 1;
    const weight = call.weight ?? 1;
    if (pool.idleCount() > 0 && pool.waiting() === 0) {
      const position = pool.anyIdle();
      pool.occupy(position);
      answer(position, call.id, 0, weight);
      return;
    }
    const found = pool.waiting();
    pool.offer(call.id, 0, kernel.nowMs, weight);
    if (patienceMsMean !== Infinity) {
      const patienceMs = Math.round(exponential(streamOf(patienceDraw, call.id), patienceMsMean));
      kernel.schedule(kernel.nowMs + patienceMs, KIND.callPatience, call.id, 0);
    }
    if (overflow === null || (found >= overflow.queueMax && passOn(call.id, overflow))) return;
    kernel.schedule(kernel.nowMs + overflow.afterMs, KIND.callOverflow, call.id, 1);
  }

  function answer(position: number, id: number, waitMs: number, weight: number): void {
    answeredAtMs[position] = kernel.nowMs;
    const draw = streamOf(talkDraw, id);
    const talkMs =
      handling === 'exponential' ? exponential(draw, handlingMsMean) : lognormal(draw, handlingMsMean, handlingCv);
    kernel.schedule(kernel.nowMs + Math.round(talkMs * weight), KIND.callFinished, id, 0, position);
    answerMs.push(waitMs);
    if (waitMs <= WITHIN_15_S_MS) within15s += 1;
    if (waitMs <= WITHIN_20_S_MS) within20s += 1;
    host.answered(id, waitMs);
  }

  kernel.on(KIND.callFinished, (id, payload) => {
    const position = payload as number;
    const talkMs = kernel.nowMs - answeredAtMs[position];
    answeredAtMs[position] = -1;
    if (position >= positions) {
      spare.push(position);
      host.finished(id, talkMs);
      return;
    }
    busyMs += talkMs;
    if (duty.leaves(position)) {
      host.finished(id, talkMs);
      return;
    }
    pool.free(position);
    const next = pool.head();
    if (next !== null) pool.take(position);
    host.finished(id, talkMs);
    if (next !== null) answer(position, next.key, kernel.nowMs - next.arrivalMs, next.what);
  });

  kernel.on(KIND.callPatience, (id) => {
    const customer = pool.abandon(id);
    // A call answered meanwhile no longer waits: its patience no longer matters.
    if (customer === null) return;
    abandoned += 1;
    const draw = streamOf(redialDraw, id);
    let redialAtMs: number | null = null;
    if (draw() < redialShare) {
      redials += 1;
      redialAtMs = kernel.nowMs + Math.round(exponential(draw, REDIAL_DELAY_MS_MEAN));
    }
    host.abandoned(id, kernel.nowMs - customer.arrivalMs, redialAtMs);
  });

  /** Those who came on duty answer those who wait. */
  function serveLine(): void {
    while (pool.idleCount() > 0 && pool.head() !== null) {
      const position = pool.anyIdle();
      const next = pool.take(position);
      answer(position, next.key, kernel.nowMs - next.arrivalMs, next.what);
    }
  }

  // --- overflow ---

  /** The call leaves the line for the neighbour; false where that has nobody to spare. */
  function passOn(id: number, { transferMs }: Overflow): boolean {
    const position = spare.pop();
    if (position === undefined) {
      overflowRefused += 1;
      return false;
    }
    overflowed += 1;
    const { arrivalMs, what } = pool.abandon(id) as Customer<number>;
    kernel.schedule(kernel.nowMs + transferMs, KIND.callOverflow, id, 0, { position, arrivalMs, weight: what });
    return true;
  }

  kernel.on(KIND.callOverflow, (id, payload, attempt) => {
    if (attempt === 0) {
      const { position, arrivalMs, weight } = payload as { position: number; arrivalMs: number; weight: number };
      answer(position, id, kernel.nowMs - arrivalMs, weight);
      return;
    }
    const rules = overflow as Overflow;
    if (!pool.isWaiting(id) || passOn(id, rules)) return;
    kernel.schedule(kernel.nowMs + Math.max(RETRY_MS_MIN, rules.afterMs), KIND.callOverflow, id, attempt);
  });

  function measures(): CallCentreMeasures {
    let inProgressMs = 0;
    for (let position = 0; position < positions; position += 1)
      if (answeredAtMs[position] >= 0) inProgressMs += kernel.nowMs - answeredAtMs[position];
    return {
      positions: shifts === null ? positions : mostOnDuty(shifts),
      offered,
      answerMs: answerMs.values(),
      within15s,
      within20s,
      abandoned,
      redials,
      busyMs: busyMs + inProgressMs,
      tallies: { overflowed, overflowRefused, onDutyMs: duty.onDutyMs() },
    };
  }

  duty.start();
  return { offer, idle: () => pool.idleCount(), waiting: () => pool.waiting(), measures };
}

// --- internal ---

/** A counter-based generator's numbers for one call, in order: as good as a keyed stream and made for nothing. */
function streamOf(draw: (entity: number, index: number) => number, id: number): Draw {
  let index = 0;
  return () => {
    index += 1;
    return draw(id, index);
  };
}
