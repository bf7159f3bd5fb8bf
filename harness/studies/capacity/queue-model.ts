/**
 * A queue of known capacity in virtual time: Poisson arrivals, one server, limited room to wait. It stands in for a target when the
 * search itself is proved, because its true capacity can be computed as exactly as one likes.
 */
import type { TrialOutcome } from './search.ts';
import { exponential, keyedDraw, type Draw } from '../../../simulator/kernel/random.ts';

/** The queue and the limits that a trial must keep. */
export interface QueueModel {
  /** Customers served a second, on average. */
  serviceRate: number;
  /** Distribution of service times; `fixed`: all are the same. */
  service: 'fixed' | 'exponential';
  /** Most customers in the system, the one in service included; a customer who finds it full is lost. */
  room: number;
  /** A trial passes if both limits hold. */
  lostShareMax: number;
  sojournP99SecondsMax: number;
  /** Standard deviation of the logarithm of the service rate between trials: the machine is not always equally fast. */
  wobble: number;
  /** Share of trials that fail whatever the load. */
  flukeShare: number;
  /**
   * Share of trials in which others take up to `stolenMax` of the machine. The search learns that share; the server is slower by one to
   * four times it.
   */
  stolenTrials: number;
  stolenMax: number;
}

/** One trial of a search: whether it passes, and the share of the machine that was stolen meanwhile. `seed` names the trial. */
export function queueOutcome(model: QueueModel, load: number, seconds: number, seed: string): TrialOutcome {
  const draw = keyedDraw({ seed: 1, replication: 0 }, 'capacity/stolen', seed);
  const stolen = draw() < model.stolenTrials ? model.stolenMax * draw() : 0;
  const slower = { ...model, serviceRate: model.serviceRate * Math.exp(-stolen * 4 ** draw()) };
  return { passed: queueTrial(slower, load, seconds, seed), limited: false, stolen };
}

/** Whether a trial from which nothing is stolen passes: one run from an empty queue. `seed` names the trial. */
export function queueTrial(model: QueueModel, load: number, seconds: number, seed: string): boolean {
  const draw = keyedDraw({ seed: 1, replication: 0 }, 'capacity/queue', seed);
  if (draw() < model.flukeShare) return false;
  const rate = model.serviceRate * Math.exp(model.wobble * gauss(draw));
  const sojourns: number[] = [];
  /** Times at which the customers in the system leave it, in order. */
  const leaving: number[] = [];
  let head = 0;
  let lost = 0;
  let freeAt = 0;
  for (let at = exponential(draw, 1 / load); at < seconds; at += exponential(draw, 1 / load)) {
    while (head < leaving.length && leaving[head] <= at) head += 1;
    if (leaving.length - head >= model.room) {
      lost += 1;
      continue;
    }
    freeAt = Math.max(freeAt, at) + (model.service === 'fixed' ? 1 / rate : exponential(draw, 1 / rate));
    leaving.push(freeAt);
    sojourns.push(freeAt - at);
  }
  const offered = sojourns.length + lost;
  if (offered === 0) return true;
  if (lost / offered > model.lostShareMax) return false;
  sojourns.sort((a, b) => a - b);
  return (sojourns[Math.ceil(0.99 * sojourns.length) - 1] ?? 0) < model.sojournP99SecondsMax;
}

/** The load at which half of the trials of this length pass, flukes aside: by bisection, with `repeats` trials at each load. */
export function trueCapacity(model: QueueModel, seconds: number, repeats: number): number {
  const plain = { ...model, flukeShare: 0 };
  let low = model.serviceRate / 4;
  let high = model.serviceRate * 2;
  for (let step = 0; high / low > TRUE_TO; step += 1) {
    const load = Math.sqrt(low * high);
    let passes = 0;
    for (let i = 0; i < repeats; i += 1) passes += queueTrial(plain, load, seconds, `truth ${step} ${i}`) ? 1 : 0;
    if (2 * passes > repeats) low = load;
    else high = load;
  }
  return Math.sqrt(low * high);
}

/** Share of arrivals that are lost in the long run if service is exponential (M/M/1/K). */
export function lostShare({ serviceRate, room }: Pick<QueueModel, 'serviceRate' | 'room'>, load: number): number {
  const rho = load / serviceRate;
  return rho === 1 ? 1 / (room + 1) : (rho ** room * (1 - rho)) / (1 - rho ** (room + 1));
}

// --- internal ---

const TRUE_TO = 1.002;

/** A standard normal number, by Box and Muller. */
function gauss(draw: Draw): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}
