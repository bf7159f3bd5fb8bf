/** How surely a message is owed: that depends on how exactly the moment of its input is known. */
import type { Slack } from '../rules/eligibility.ts';

/**
 * - `none`: the message is surely owed.
 * - `band`: the clock's tolerance leaves open whether it is owed.
 * - `unsure`: an input was never acknowledged, or only after several attempts, so that nobody knows.
 *
 * The greater one prevails.
 */
export const DOUBT = { none: 0, band: 1, unsure: 2 } as const;
/** One of the three above. */
export type Doubt = (typeof DOUBT)[keyof typeof DOUBT];

/** The greater of two doubts. */
export function greaterDoubt(a: Doubt, b: Doubt): Doubt {
  return a > b ? a : b;
}

/** How exactly the moment of an input is known; `Arrival` and `OracleConfig` in oracle-api.ts say what each of these means. */
export interface MomentOptions {
  meantMs?: number;
  spreadMs?: number;
  unsure?: boolean;
  toleranceMs?: number;
  graceMs?: number;
}

/** The moment at which an input reached the target's door, and how exactly that moment is known. All in ms. */
export class Moment {
  readonly atMs: number;
  /** When the input was meant to arrive. */
  readonly meantMs: number;
  /** How much later than `atMs` it may have arrived. */
  readonly spreadMs: number;
  /** True if the input was never acknowledged. */
  readonly isUnsure: boolean;
  readonly toleranceMs: number;
  readonly #graceMs: number;

  constructor(atMs: number, options: MomentOptions = {}) {
    this.atMs = atMs;
    this.meantMs = options.meantMs ?? atMs;
    this.spreadMs = options.spreadMs ?? 0;
    this.isUnsure = options.unsure === true;
    this.toleranceMs = options.toleranceMs ?? 0;
    this.#graceMs = options.graceMs ?? 0;
  }

  /** How much earlier and later than `atMs` the target may have acted on the input. */
  slack(): Slack {
    return this.#slackWith(this.spreadMs);
  }

  /** The doubt that comes from the nearness of a rule's edge. `isNear` says whether an edge lies within a slack of `atMs`. */
  edgeDoubt(isNear: (slack: Slack) => boolean): Doubt {
    if (this.toleranceMs + this.#graceMs > 0 && isNear(this.#slackWith(0))) return DOUBT.band;
    return this.spreadMs > 0 && isNear(this.slack()) ? DOUBT.unsure : DOUBT.none;
  }

  #slackWith(spreadMs: number): Slack {
    const beforeMs = this.toleranceMs + spreadMs;
    return { beforeMs, afterMs: beforeMs + this.#graceMs };
  }
}
