/**
 * The 911 call-takers of one agency. Calls are answered in order of arrival, callers who lose patience hang up, and some of those call
 * again. With exponential talk times this is an M/M/n+M queue (Erlang-A; Erlang-C with endless patience).
 *
 * By a plan of shifts, positions are staffed at some hours only; a call-taker whose shift ends finishes the call in hand. With overflow,
 * calls that have waited, or find a long line, go to a neighbour. That neighbour is another shard, a simulated minute away, but a call
 * overflows within seconds: so the neighbour is a bounded number of positions that answer after a stated transfer. That its own callers
 * lose by it is not modelled.
 *
 * A caller's patience, talk time and redial are each a function of (seeds, agency, call id), so that one more call never shifts another's.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { counterDraw, exponential, lognormal, type Draw, type Seeds } from '../kernel/random.ts';
import { mostOnDuty, type Shift } from '../queue/roster.ts';
import { Samples } from '../queue/samples.ts';
import { ServerPool, type Customer } from '../queue/server-pool.ts';
import { PositionDuty } from './position-duty.ts';

/** Mean time from hanging up to calling again, ms. Assumed: no source gives one. */
export const REDIAL_DELAY_MS_MEAN = 30_000;

/** NENA's 911 answer standard speaks of calls answered within 15 s and within 20 s (solid). */
const WITHIN_15_S_MS = 15_000;
const WITHIN_20_S_MS = 20_000;

/** Hears what becomes of calls, at the moment when it happens. */
export interface CallCentreHost {
  /** A call-taker picks up, `waitMs` after the call came in. */
  answered(id: number, waitMs: number): void;
  /** The call-taker is done, `talkMs` after picking up. */
  finished(id: number, talkMs: number): void;
  /** The caller hung up unanswered, and calls again at `redialAtMs` (null: never): offer that as a call with an id of its own. */
  abandoned(id: number, waitMs: number, redialAtMs: number | null): void;
}

/** The rules by which calls go to a neighbour. */
export interface Overflow {
  /** Wait after which a call goes to the neighbour, or is tried again if the neighbour has nobody to spare, ms. */
  afterMs: number;
  /** A call that finds this many calls waiting goes to the neighbour at once. */
  queueMax: number;
  /** Time until the neighbour answers, ms. Nobody hangs up meanwhile. */
  transferMs: number;
  /** Positions that the neighbour can spare. */
  positions: number;
}

/** The call-takers of one agency and their callers. Times in ms. */
export interface CallCentreOptions {
  kernel: Kernel;
  seeds: Seeds;
  /** Agency id, part of every stream's key. */
  agency: string;
  /** Call-takers. Without `shifts` all of them are on duty all the time. */
  positions: number;
  /** Mean of the exponential patience, ms; Infinity for callers who never hang up. */
  patienceMsMean: number;
  /** Share of callers who call again, among those who hung up. */
  redialShare: number;
  handlingMsMean: number;
  /** Coefficient of variation of the lognormal handling time. */
  handlingCv: number;
  /** Lognormal if left out. The exponential, whose coefficient of variation is 1, poses Erlang's cases. */
  handling?: 'lognormal' | 'exponential';
  /** Shifts whose counts add up to `positions`. */
  shifts?: readonly Shift[];
  /** IANA zone of the shifts' hours; UTC if left out. */
  zone?: string;
  overflow?: Overflow;
  host: CallCentreHost;
}

/** Measures since the start. Times in ms. */
export interface CallCentreMeasures {
  /** The most positions on duty at once, by the plan. */
  positions: number;
  /** Calls offered so far. */
  offered: number;
  /** Waits of all answered calls, ms, in the order of answering. */
  answerMs: Float64Array;
  within15s: number;
  within20s: number;
  abandoned: number;
  redials: number;
  /** Time that call-takers spent on calls until now, ms; calls in progress included, the neighbour's call-takers excluded. */
  busyMs: number;
  /** Sums since the start. */
  tallies: {
    /** Calls that the neighbour took, and attempts that found nobody free there. */
    overflowed: number;
    overflowRefused: number;
    /** Position time on duty, a last call after the end of the shift included, ms. */
    onDutyMs: number;
  };
}

/** A call that found the neighbour busy is not tried again sooner than this. Assumed. */
const RETRY_MS_MIN = 1000;

/** A call under way to the neighbour. */
interface Transfer {
  position: number;
  arrivalMs: number;
  weight: number;
}

type CounterDraw = (entity: number, index: number) => number;

/** The call-takers of one agency. */
export class CallCentre {
  readonly #options: CallCentreOptions;
  readonly #kernel: Kernel;
  /** Calls wait with the weight of their talk time. */
  readonly #pool: ServerPool<number>;
  readonly #duty: PositionDuty;
  readonly #talkDraw: CounterDraw;
  readonly #patienceDraw: CounterDraw;
  readonly #redialDraw: CounterDraw;
  /** By position, the neighbour's after the agency's own: when the call in progress was answered, ms; -1 if there is none. */
  readonly #answeredAtMs: Float64Array;
  /** Positions of the neighbour that are free. */
  readonly #spare: number[];
  readonly #answerMs = new Samples();
  readonly #sums = {
    offered: 0,
    within15s: 0,
    within20s: 0,
    abandoned: 0,
    redials: 0,
    overflowed: 0,
    overflowRefused: 0,
    busyMs: 0,
  };

  constructor(options: CallCentreOptions) {
    const { kernel, seeds, agency, positions } = options;
    const spare = options.overflow?.positions ?? 0;
    this.#options = options;
    this.#kernel = kernel;
    this.#pool = new ServerPool<number>(positions);
    this.#talkDraw = counterDraw(seeds, `calls/${agency}/talk`);
    this.#patienceDraw = counterDraw(seeds, `calls/${agency}/patience`);
    this.#redialDraw = counterDraw(seeds, `calls/${agency}/redial`);
    this.#answeredAtMs = new Float64Array(positions + spare).fill(-1);
    this.#spare = Array.from({ length: spare }, (_, i) => positions + i);
    this.#duty = new PositionDuty({
      kernel,
      positions,
      shifts: options.shifts ?? null,
      zone: options.zone ?? 'UTC',
      pool: this.#pool,
      isOnCall: (position) => this.#answeredAtMs[position] >= 0,
      came: () => this.#serveLine(),
    });
    kernel.on(KIND.callFinished, (id, payload) => this.#finish(id, payload as number));
    kernel.on(KIND.callPatience, (id) => this.#loseCaller(id));
    kernel.on(KIND.callOverflow, (id, payload, attempt) => {
      if (attempt === 0) this.#answerTransfer(id, payload as Transfer);
      else this.#tryOverflow(id, attempt);
    });
    this.#duty.start();
  }

  /**
   * A call comes in now, and may be answered before this returns. `id`: integer from 0 to 2^32 - 1, never used twice. `weight`: factor of
   * the time that the call takes, 1 if left out.
   */
  offer({ id, weight = 1 }: { id: number; weight?: number }): void {
    const { overflow, patienceMsMean } = this.#options;
    const { nowMs } = this.#kernel;
    const pool = this.#pool;
    this.#sums.offered += 1;
    const found = pool.waiting();
    if (pool.idleCount() > 0 && found === 0) {
      const position = pool.anyIdle();
      pool.occupy(position);
      this.#answer(position, id, 0, weight);
      return;
    }
    pool.offer(id, 0, nowMs, weight);
    if (patienceMsMean !== Infinity) {
      const patienceMs = Math.round(exponential(callStream(this.#patienceDraw, id), patienceMsMean));
      this.#kernel.schedule(nowMs + patienceMs, KIND.callPatience, id, 0);
    }
    if (overflow === undefined || (found >= overflow.queueMax && this.#passOn(id, overflow))) return;
    this.#kernel.schedule(nowMs + overflow.afterMs, KIND.callOverflow, id, 1);
  }

  /** Call-takers without a call, now. */
  idle(): number {
    return this.#pool.idleCount();
  }

  /** Callers who wait, now. */
  waiting(): number {
    return this.#pool.waiting();
  }

  measures(): CallCentreMeasures {
    const { positions, shifts } = this.#options;
    const { overflowed, overflowRefused, busyMs, ...sums } = this.#sums;
    let inProgressMs = 0;
    for (let position = 0; position < positions; position += 1)
      if (this.#answeredAtMs[position] >= 0) inProgressMs += this.#kernel.nowMs - this.#answeredAtMs[position];
    return {
      positions: shifts === undefined ? positions : mostOnDuty(shifts),
      ...sums,
      answerMs: this.#answerMs.values(),
      busyMs: busyMs + inProgressMs,
      tallies: { overflowed, overflowRefused, onDutyMs: this.#duty.onDutyMs() },
    };
  }

  #answer(position: number, id: number, waitMs: number, weight: number): void {
    const { handling = 'lognormal', handlingMsMean, handlingCv, host } = this.#options;
    const { nowMs } = this.#kernel;
    this.#answeredAtMs[position] = nowMs;
    const draw = callStream(this.#talkDraw, id);
    const talkMs =
      handling === 'exponential' ? exponential(draw, handlingMsMean) : lognormal(draw, handlingMsMean, handlingCv);
    this.#kernel.schedule(nowMs + Math.round(talkMs * weight), KIND.callFinished, id, 0, position);
    this.#answerMs.push(waitMs);
    if (waitMs <= WITHIN_15_S_MS) this.#sums.within15s += 1;
    if (waitMs <= WITHIN_20_S_MS) this.#sums.within20s += 1;
    host.answered(id, waitMs);
  }

  #finish(id: number, position: number): void {
    const { positions, host } = this.#options;
    const talkMs = this.#kernel.nowMs - this.#answeredAtMs[position];
    this.#answeredAtMs[position] = -1;
    if (position >= positions) {
      this.#spare.push(position);
      host.finished(id, talkMs);
      return;
    }
    this.#sums.busyMs += talkMs;
    if (this.#duty.leaves(position)) {
      host.finished(id, talkMs);
      return;
    }
    this.#pool.free(position);
    const next = this.#pool.head();
    if (next !== null) this.#pool.take(position);
    host.finished(id, talkMs);
    if (next !== null) this.#answerNext(position, next);
  }

  /** The caller's patience has ended. */
  #loseCaller(id: number): void {
    const { redialShare, host } = this.#options;
    const { nowMs } = this.#kernel;
    const customer = this.#pool.abandon(id);
    // A call that was answered in the meantime no longer waits.
    if (customer === null) return;
    this.#sums.abandoned += 1;
    const draw = callStream(this.#redialDraw, id);
    let redialAtMs: number | null = null;
    if (draw() < redialShare) {
      this.#sums.redials += 1;
      redialAtMs = nowMs + Math.round(exponential(draw, REDIAL_DELAY_MS_MEAN));
    }
    host.abandoned(id, nowMs - customer.arrivalMs, redialAtMs);
  }

  /** Positions that came on duty answer calls that wait. */
  #serveLine(): void {
    while (this.#pool.idleCount() > 0 && this.#pool.head() !== null) {
      const position = this.#pool.anyIdle();
      this.#answerNext(position, this.#pool.take(position));
    }
  }

  #answerNext(position: number, { key, arrivalMs, what }: Customer<number>): void {
    this.#answer(position, key, this.#kernel.nowMs - arrivalMs, what);
  }

  /** The call leaves the line for the neighbour; false if the neighbour has nobody to spare. */
  #passOn(id: number, { transferMs }: Overflow): boolean {
    const position = this.#spare.pop();
    if (position === undefined) {
      this.#sums.overflowRefused += 1;
      return false;
    }
    this.#sums.overflowed += 1;
    const { arrivalMs, what } = this.#pool.abandon(id) as Customer<number>;
    const transfer: Transfer = { position, arrivalMs, weight: what };
    this.#kernel.schedule(this.#kernel.nowMs + transferMs, KIND.callOverflow, id, 0, transfer);
    return true;
  }

  #answerTransfer(id: number, { position, arrivalMs, weight }: Transfer): void {
    this.#answer(position, id, this.#kernel.nowMs - arrivalMs, weight);
  }

  /** The call has waited long enough to go to the neighbour, if it still waits. */
  #tryOverflow(id: number, attempt: number): void {
    const rules = this.#options.overflow as Overflow;
    if (!this.#pool.isWaiting(id) || this.#passOn(id, rules)) return;
    this.#kernel.schedule(this.#kernel.nowMs + Math.max(RETRY_MS_MIN, rules.afterMs), KIND.callOverflow, id, attempt);
  }
}

// --- internal ---

/** A counter-based generator's numbers for one call, in order. They are as good as a keyed stream and cost nothing to make. */
function callStream(draw: CounterDraw, id: number): Draw {
  let index = 0;
  return () => {
    index += 1;
    return draw(id, index);
  };
}
