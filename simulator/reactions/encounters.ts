/**
 * Harmless strangers at residents' doors: a Poisson stream for each resident, the same whatever alerts do. Encounters are looked up when
 * needed: one that nobody reports is no event. Each has a number and a mark `u`, uniform in [0, 1), which alone decides how wary a resident
 * must be to report it: more alerts add reports, and never replace one by another.
 *
 * Six a day are assumed (parcels, canvassers, guests, at the door or on the street before it), at all hours alike.
 */
import { DAY_MS } from '../../contract/time.ts';
import { counterDraw, type Seeds } from '../kernel/random.ts';
import exp from '@stdlib/math-base-special-exp';

/** Encounters of one resident, at intensity and strength 1. Assumed. */
export const ENCOUNTERS_PER_DAY = 6;

/** One stranger at one resident's door. */
export interface Encounter {
  /** Unique among the resident's encounters. */
  number: number;
  atMs: number;
  u: number;
}

/** Time is cut into buckets of one encounter on average, but no shorter than this: so few encounters are found without walking a long list. */
const BUCKET_MS_MIN = 1000;
/** Most encounters in a bucket. More than this have a chance of 1 in a million. */
const BUCKET_MAX = 8;
/** Random numbers reserved for a bucket: one for the number of encounters, then two for the time and mark of each. */
const SLOTS = 32;

/** The encounters of one agency's residents. */
export class Encounters {
  readonly #draw: (entity: number, index: number) => number;
  readonly #startMs: number;
  readonly #endMs: number;
  readonly #bucketMs: number;
  /** P(N <= n) for the number N of encounters in a bucket. */
  readonly #upTo: readonly number[];

  /** `intensity` multiplies ENCOUNTERS_PER_DAY, up to one encounter a second. At 0 nobody ever comes. */
  constructor(options: { seeds: Seeds; agencyId: string; startMs: number; endMs: number; intensity: number }) {
    const { seeds, agencyId, startMs, endMs, intensity } = options;
    const perDay = ENCOUNTERS_PER_DAY * intensity;
    this.#draw = counterDraw(seeds, `${agencyId}/encounters`);
    this.#startMs = startMs;
    this.#endMs = perDay > 0 ? endMs : startMs;
    this.#bucketMs = perDay > 0 ? Math.min(endMs - startMs, Math.max(BUCKET_MS_MIN, DAY_MS / perDay)) : 1;
    this.#upTo = poissonSums(Math.min(1, (perDay * this.#bucketMs) / DAY_MS));
  }

  /** A resident's first encounter in [`fromMs`, `untilMs`) with a mark below `uMax` that `takes` accepts; null if there is none. */
  find(
    resident: number,
    fromMs: number,
    untilMs: number,
    uMax: number,
    takes: (encounter: Encounter) => boolean,
  ): Encounter | null {
    const endMs = Math.min(untilMs, this.#endMs);
    if (fromMs >= endMs) return null;
    const last = Math.floor((endMs - 1 - this.#startMs) / this.#bucketMs);
    for (let bucket = Math.floor((fromMs - this.#startMs) / this.#bucketMs); bucket <= last; bucket += 1) {
      for (const encounter of this.#inBucket(resident, bucket, uMax)) {
        if (encounter.atMs >= fromMs && encounter.atMs < endMs && takes(encounter)) return encounter;
      }
    }
    return null;
  }

  /** The encounters of a bucket with a mark below `uMax`, in order of time. */
  #inBucket(resident: number, bucket: number, uMax: number): readonly Encounter[] {
    const first = bucket * SLOTS;
    const many = this.#draw(resident, first);
    let count = 0;
    while (count < BUCKET_MAX && many >= this.#upTo[count]) count += 1;
    let encounters: Encounter[] | null = null;
    for (let j = 0; j < count; j += 1) {
      const u = this.#draw(resident, first + 2 + 2 * j);
      if (u >= uMax) continue;
      const at = bucket + this.#draw(resident, first + 1 + 2 * j);
      encounters ??= [];
      encounters.push({ number: bucket * BUCKET_MAX + j, atMs: Math.floor(this.#startMs + at * this.#bucketMs), u });
    }
    return encounters === null ? NONE : encounters.sort((a, b) => a.atMs - b.atMs || a.number - b.number);
  }
}

// --- internal ---

const NONE: readonly Encounter[] = [];

/** P(N <= 0), P(N <= 1), ... of a Poisson number N. */
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
