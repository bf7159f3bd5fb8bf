/**
 * What residents do about what they receive: ignore, mute, quit, post, share a clip, or call 911 about the next harmless stranger
 * at the door. Every choice is drawn from (alert or post, resident), so that one reaction never shifts another.
 *
 * Nobody reacts in less than CROSSING_MS: what crosses from one agency's shard to another then always has that long to arrive.
 * Opening shares are graded in PARAMETERS (Airship: push reactions 3.4 to 4.6%, solid); what follows an opening is assumed.
 */
import { HOUR_MS } from '../../contract/time.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { exponential, keyedDraw, type Seeds } from '../kernel/random.ts';
import type { Temperament } from '../people/people.ts';

/** Least simulated time between what one shard does and its effect in another, ms. */
export const CROSSING_MS = 60_000;

export interface ReactionShares {
  openShare: number;
  muteShare: number;
  quitShare: number;
  postShare: number;
  clipShare: number;
  callShare: number;
  postReaderCallShare: number;
  delayMsMean: number;
}

export interface ReactionOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyId: string;
  shares: ReactionShares;
  /** Multiplies how often harmless strangers come by. */
  encounterIntensity: number;
  /** Index within the agency. */
  temperament: (resident: number) => Temperament;
  hasDoorbell: (resident: number) => boolean;
  /** False once the resident muted or quit. */
  listening: (resident: number) => boolean;
  act: {
    mute: (resident: number) => void;
    quit: (resident: number) => void;
    post: (resident: number, cause: string) => void;
    /** A harmless stranger came, and the resident calls 911. `cause` keys what is drawn for it. */
    report: (resident: number, cause: string, origin: 'alert' | 'post') => void;
  };
}

export type ReactionName = 'ignored' | 'opened' | 'muted' | 'quit' | 'posted' | 'clip' | 'vigilant';

/** Mean wait of a vigilant resident for the next harmless stranger (assumed: a handful a day come by a doorbell, some alarm). */
const STRANGER_MS_MEAN = 4 * HOUR_MS;
/** Vigilance ends after this (assumed). */
const VIGILANCE_MS_MAX = 24 * HOUR_MS;

interface Plan {
  resident: number;
  cause: string;
  step: 'decide' | 'stranger';
  origin: 'alert' | 'post';
}

export interface Reactions {
  /** A message reached residents of this agency (indices), at `sentMs`, not after now. `cause` is unique to the message. */
  alerted(cause: string, residents: Iterable<number>, sentMs: number): void;
  /** Residents of this agency saw a post. */
  sawPost(postId: string, residents: Iterable<number>, sentMs: number): void;
  counts(): Record<ReactionName, number>;
}

export function createReactions(o: ReactionOptions): Reactions {
  const counts: Record<ReactionName, number> = {
    ignored: 0,
    opened: 0,
    muted: 0,
    quit: 0,
    posted: 0,
    clip: 0,
    vigilant: 0,
  };
  let ordinal = 0;

  /** Ordinals only tell apart what would clash; two plans of one resident at one millisecond are of different causes. */
  const schedule = (atMs: number, plan: Plan): void => {
    ordinal = (ordinal + 1) % 65_536;
    o.kernel.schedule(atMs, KIND.reaction, plan.resident, ordinal, plan);
  };

  const becomeVigilant = (resident: number, cause: string, origin: 'alert' | 'post', draw: () => number): void => {
    counts.vigilant += 1;
    const waitMs = Math.round(exponential(draw, STRANGER_MS_MEAN / Math.max(1e-9, o.encounterIntensity)));
    if (waitMs <= VIGILANCE_MS_MAX)
      schedule(o.kernel.nowMs + waitMs + 1, { resident, cause, step: 'stranger', origin });
  };

  o.kernel.on(KIND.reaction, (_entity, payload) => {
    const plan = payload as Plan;
    const { resident, cause } = plan;
    if (plan.step === 'stranger') {
      o.act.report(resident, cause, plan.origin);
      return;
    }
    const draw = keyedDraw(o.seeds, `${o.agencyId}/reaction`, `${cause}/${resident}`);
    if (plan.origin === 'post') {
      becomeVigilant(resident, cause, 'post', draw);
      return;
    }
    const t = o.temperament(resident);
    counts.opened += 1;
    if (!o.listening(resident)) return;
    // One draw for each choice: a resident may post and also call, but leaves only once.
    if (draw() < o.shares.quitShare * t.quit) {
      counts.quit += 1;
      o.act.quit(resident);
      return;
    }
    if (draw() < o.shares.muteShare * t.mute) {
      counts.muted += 1;
      o.act.mute(resident);
    }
    if (draw() < o.shares.postShare * t.post) {
      counts.posted += 1;
      o.act.post(resident, cause);
    }
    if (draw() < o.shares.clipShare * t.clip && o.hasDoorbell(resident)) counts.clip += 1;
    if (draw() < o.shares.callShare * t.call) becomeVigilant(resident, cause, 'alert', draw);
  });

  const expose = (
    cause: string,
    residents: Iterable<number>,
    sentMs: number,
    origin: 'alert' | 'post',
    share: (resident: number) => number,
  ): void => {
    for (const resident of residents) {
      const draw = keyedDraw(o.seeds, `${o.agencyId}/exposure`, `${cause}/${resident}`);
      if (draw() >= share(resident)) {
        if (origin === 'alert') counts.ignored += 1;
        continue;
      }
      const delayMs = CROSSING_MS + Math.round(exponential(draw, o.shares.delayMsMean));
      schedule(sentMs + delayMs, { resident, cause, step: 'decide', origin });
    }
  };

  return {
    alerted: (cause, residents, sentMs) =>
      expose(cause, residents, sentMs, 'alert', (r) => o.shares.openShare * o.temperament(r).open),
    sawPost: (postId, residents, sentMs) =>
      expose(postId, residents, sentMs, 'post', (r) => o.shares.postReaderCallShare * o.temperament(r).call),
    counts: () => ({ ...counts }),
  };
}
