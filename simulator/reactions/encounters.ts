/**
 * Harmless strangers at residents' doors: a Poisson stream of each resident, the same whatever alerts do. Looked up, not run: an encounter that
 * nobody reports is no event. Each has a number and a mark `u`, uniform in [0, 1), that alone decides how wary a resident must be to report it: more alerts
 * add reports, and never replace one by another.
 *
 * Six a day is assumed (parcels, canvassers, guests, at the door or on the street before it), and so is that they come at all hours alike.
 */
import { DAY_MS } from '../../contract/time.ts';
import { counterDraw, type Seeds } from '../kernel/random.ts';
import exp from '@stdlib/math-base-special-exp';

/** By resident, at intensity and strength 1. Assumed. */
export const ENCOUNTERS_PER_DAY = 6;

export interface Encounter {
  /** Unique among a resident's. */
  number: number;
  atMs: number;
  u: number;
}

/** Time is cut into buckets of one encounter on average, or of a second: so few are found without walking a long list. */
const BUCKET_MS_MIN = 1000;
/** More than this in a bucket has a chance of 1 in a million. */
const BUCKET_MAX = 8;
/** Random numbers set aside for a bucket: how many there are, then time and mark of each. */
const SLOTS = 32;

export class Encounters {
  private readonly draw: (entity: number, index: number) => number;
  private readonly startMs: number;
  private readonly endMs: number;
  private readonly bucketMs: number;
  private readonly upTo: readonly number[];

  /** `intensity` multiplies ENCOUNTERS_PER_DAY; at most one a second. At 0 nobody ever comes. */
  constructor(o: { seeds: Seeds; agencyId: string; startMs: number; endMs: number; intensity: number }) {
    const perDay = ENCOUNTERS_PER_DAY * o.intensity;
    this.draw = counterDraw(o.seeds, `${o.agencyId}/encounters`);
    this.startMs = o.startMs;
    this.endMs = perDay > 0 ? o.endMs : o.startMs;
    this.bucketMs = perDay > 0 ? Math.min(o.endMs - o.startMs, Math.max(BUCKET_MS_MIN, DAY_MS / perDay)) : 1;
    this.upTo = poissonSums(Math.min(1, (perDay * this.bucketMs) / DAY_MS));
  }

  /** A resident's first encounter at or after `fromMs` and before `untilMs` with a mark below `uMax` that `takes` accepts. */
  find(
    resident: number,
    fromMs: number,
    untilMs: number,
    uMax: number,
    takes: (encounter: Encounter) => boolean,
  ): Encounter | null {
    const endMs = Math.min(untilMs, this.endMs);
    if (fromMs >= endMs) return null;
    const last = Math.floor((endMs - 1 - this.startMs) / this.bucketMs);
    for (let bucket = Math.floor((fromMs - this.startMs) / this.bucketMs); bucket <= last; bucket += 1) {
      for (const encounter of this.of(resident, bucket, uMax)) {
        if (encounter.atMs >= fromMs && encounter.atMs < endMs && takes(encounter)) return encounter;
      }
    }
    return null;
  }

  // --- internal ---

  private of(resident: number, bucket: number, uMax: number): readonly Encounter[] {
    const first = bucket * SLOTS;
    const many = this.draw(resident, first);
    let count = 0;
    while (count < BUCKET_MAX && many >= this.upTo[count]) count += 1;
    let found: Encounter[] | null = null;
    for (let j = 0; j < count; j += 1) {
      const u = this.draw(resident, first + 2 + 2 * j);
      if (u >= uMax) continue;
      const at = bucket + this.draw(resident, first + 1 + 2 * j);
      found ??= [];
      found.push({ number: bucket * BUCKET_MAX + j, atMs: Math.floor(this.startMs + at * this.bucketMs), u });
    }
    return found === null ? NONE : found.sort((a, b) => a.atMs - b.atMs || a.number - b.number);
  }
}

const NONE: readonly Encounter[] = [];

/** P(N <= 0), P(N <= 1), ... of a Poisson number. */
function poissonSums(mean: number): number[] {
  const sums: number[] = [];
  let term = exp(-mean);
  let sum = 0;
  for (let n = 0; n < BUCKET_MAX; n += 1) {
    sum += term;
    sums.push(sum);
    term *= mean / (n + 1);
  }
  return sums;
}
