/**
 * What residents do about what they receive: ignore it, grow wary, mute, quit, post, comment, share a clip, buy a doorbell, and report harmless strangers to 911.
 * Each mechanism has its own file or its own few lines here, one switch and one strength (`mechanisms.ts`); docs/model/loop.md lists them all.
 *
 * Every choice is drawn from (alert or post, resident) under a key of its own, so that no reaction, and no mechanism switched on, ever shifts another's draws.
 * Nobody reacts in less than CROSSING_MS: what crosses from one agency's shard to another then always has that long to arrive.
 */
import { REACTIONS, type ReactionName } from '../../contract/catalogue.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS } from '../../contract/time.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { counterDraw, exponential, keyedDraw, poisson, textKey, type Draw, type Seeds } from '../kernel/random.ts';
import { TEMPERAMENTS, type People, type Temperament } from '../people/people.ts';
import { Adoption } from './adoption.ts';
import { Attention } from './attention.ts';
import { Encounters, ENCOUNTERS_PER_DAY, type Encounter } from './encounters.ts';
import { Fatigue } from './fatigue.ts';
import { Fear } from './fear.ts';
import type { Lineage, Stimulus } from './lineage.ts';
import { strengthsOf } from './mechanisms.ts';
import { VideoPortal, type VideoCase, type VideoCounts } from './video-portal.ts';

/** Least simulated time between what one shard does and its effect in another, ms. */
export const CROSSING_MS = 60_000;

/** A thread of comments is at most this deep: what lifts a post back into view must not do so for ever. Assumed. */
const THREAD_DEPTH_MAX = 3;
/** What a doorbell multiplies the strangers by that its owner sees. Assumed. */
const DOORBELL_SIGHT = 1.5;

export interface ReactionOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyId: string;
  scenario: Pick<Scenario, 'reactions' | 'intensity'>;
  startMs: number;
  endMs: number;
  people: People;
  act: {
    mute: (resident: number) => void;
    quit: (resident: number) => void;
    /** A post, or a comment on `thread`; `key` names it in any world. */
    post: (resident: number, key: string, stimulus: Stimulus, isComment: boolean) => void;
    /** A harmless stranger came, and the resident calls 911. `key` names the encounter in any world. */
    report: (resident: number, key: string, origin: 'alert' | 'post', lineage: Lineage) => void;
  };
}

export interface Reactions {
  /** A message reached residents of this agency (indices), at `sentMs`, not after now. */
  reached(stimulus: Stimulus, residents: Iterable<number>, sentMs: number): void;
  /** A planted loop: a call causes Poisson(`plantedRatio`) further ones. `key` names the call in any world. */
  echo(key: string, lineage: Lineage): void;
  /** Police are at an active case. */
  activeCase(video: VideoCase): void;
  /** From now on nobody reacts to anything. */
  stop(): void;
  counts(): Record<ReactionName, number>;
  video(): VideoCounts;
}

export function createReactions(o: ReactionOptions): Reactions {
  const { kernel, seeds, agencyId, people } = o;
  const shares = o.scenario.reactions;
  const strength = strengthsOf(shares);
  const counts = Object.fromEntries(REACTIONS.map((name) => [name, 0])) as Record<ReactionName, number>;
  const attention = new Attention(people.appUsers, strength.attention);
  const fatigue = new Fatigue(people.appUsers, strength.fatigue);
  const fear = new Fear(shares.fearHalfLifeMs);
  const adoption = new Adoption(people);
  const intensity = o.scenario.intensity.encounters * strength.encounters;
  const encounters = new Encounters({ seeds, agencyId, startMs: o.startMs, endMs: o.endMs, intensity });
  /** Chance that one expected report becomes when it is spread over a worry's life: at the plain rate of encounters they add up to it. */
  const chancePerReport = (Math.LN2 * DAY_MS) / (shares.fearHalfLifeMs * ENCOUNTERS_PER_DAY);
  /** By resident: the encounter that it will report next, as things stand, and those that events wait for. Each has one event at most, however often it is reckoned with. */
  const expected = new Map<number, number>();
  const awaited = new Map<number, Set<number>>();
  let ordinal = 0;
  let isStopped = false;

  const temperament = (resident: number): Temperament => TEMPERAMENTS[people.temperament[resident]];
  const drawOf = (concern: string, key: string): Draw => keyedDraw(seeds, `${agencyId}/${concern}`, key);

  // Of everybody whom something reaches: by (resident, key of what it is), for a twentieth of what a stream of its own would cost.
  const openDraw = counterDraw(seeds, `${agencyId}/open`);
  const openDelayDraw = counterDraw(seeds, `${agencyId}/open-delay`);
  const readDelayDraw = counterDraw(seeds, `${agencyId}/read-delay`);
  const commentDraw = counterDraw(seeds, `${agencyId}/comment`);
  const commentDelayDraw = counterDraw(seeds, `${agencyId}/comment-delay`);
  const delayOf = (draw: (entity: number, index: number) => number, resident: number, key: number): number =>
    CROSSING_MS + Math.round(exponential(() => draw(resident, key), shares.delayMsMean));

  /** Ordinals only tell apart what would clash; two plans of one resident at one millisecond are of different causes. */
  const later = (atMs: number, resident: number, act: () => void): void => {
    ordinal = (ordinal + 1) % 65_536;
    kernel.schedule(atMs, KIND.reaction, resident, ordinal, act);
  };
  kernel.on(KIND.reaction, (_entity, act) => {
    if (!isStopped) (act as () => void)();
  });

  const portal = new VideoPortal({
    seeds,
    agencyId,
    requestShare: strength.clips === 0 ? 0 : shares.videoRequestShare,
    consentShare: strength.clips * shares.videoConsentShare,
    courtOrderShare: shares.courtOrderShare,
    now: () => kernel.nowMs,
    later: (atMs, act) => later(atMs, 0, act),
    ownersNear: (x, y, radiusDm) => ownersNear(people, x, y, radiusDm),
    willingness: (resident) => temperament(resident).clip,
  });

  // --- fear, and what is reported out of it ---

  const worry = (resident: number, stimulus: Stimulus, expectedReports: number, sinceMs: number): void => {
    const chance = strength.fear * expectedReports * temperament(resident).call * chancePerReport;
    if (!(chance > 0)) return;
    if (stimulus.kind === 'alert') counts.vigilant += 1;
    const { id: cause, kind: origin, lineage } = stimulus;
    fear.add(resident, { sinceMs, chance, cause, origin, lineage }, kernel.nowMs);
    watch(resident, kernel.nowMs);
  };

  /** Finds the first encounter that the resident, as wary as now, will report; what makes it warier before then finds an earlier one. */
  const watch = (resident: number, fromMs: number): void => {
    const uMax = DOORBELL_SIGHT * fear.bound(resident, fromMs);
    const reported = encounters.find(resident, fromMs, fear.endMs(resident), uMax, (e) => struck(resident, e) !== null);
    if (reported === null) {
      expected.delete(resident);
      return;
    }
    expected.set(resident, reported.number);
    const waits = awaited.get(resident) ?? new Set();
    awaited.set(resident, waits);
    if (waits.has(reported.number)) return;
    waits.add(reported.number);
    later(reported.atMs, resident, () => {
      waits.delete(reported.number);
      if (waits.size === 0) awaited.delete(resident);
      if (expected.get(resident) === reported.number) meet(resident, reported);
    });
  };

  const struck = (resident: number, { atMs, u }: Encounter) =>
    fear.struck(resident, atMs, people.hasDoorbell[resident] === 1 ? u / DOORBELL_SIGHT : u);

  const meet = (resident: number, encounter: Encounter): void => {
    const cause = struck(resident, encounter);
    if (cause === null) throw new Error(`reactions: nothing made resident ${resident} report an encounter`);
    fear.spend(resident, cause);
    counts.reported += 1;
    o.act.report(resident, `${resident}/${encounter.number}`, cause.origin, cause.lineage);
    watch(resident, kernel.nowMs + 1);
  };

  // --- alerts ---

  const decide = (resident: number, stimulus: Stimulus): void => {
    const draw = drawOf('reaction', `${stimulus.id}/${resident}`);
    // All are drawn, whatever acts: what one choice comes to shifts no other.
    const [quit, mute, post, clip, adopt] = [draw(), draw(), draw(), draw(), draw()];
    const t = temperament(resident);
    counts.opened += 1;
    attention.note(resident, kernel.nowMs);
    if (people.flags[resident] !== 0) return;
    const tired = fatigue.factor(resident, kernel.nowMs);
    if (quit < shares.quitShare * t.quit * tired) {
      counts.quit += 1;
      o.act.quit(resident);
      return;
    }
    if (mute < shares.muteShare * t.mute * tired) {
      counts.muted += 1;
      o.act.mute(resident);
    }
    if (post < shares.postShare * t.post * strength.posting) {
      counts.posted += 1;
      o.act.post(resident, `${stimulus.id}/${resident}`, stimulus, false);
    }
    if (clip < shares.clipShare * t.clip * strength.clips && people.hasDoorbell[resident] === 1) counts.clip += 1;
    worry(resident, stimulus, shares.callShare, kernel.nowMs);
    // As fearful as one opened alert makes anybody: the measure of what drives people to buy.
    const fears =
      shares.callShare === 0 ? 0 : fear.level(resident, kernel.nowMs) / (shares.callShare * chancePerReport);
    if (adopt < shares.adoptShare * strength.adoption * fears && adoption.buy(resident)) {
      counts.adopted += 1;
      // It shows more strangers from now on.
      watch(resident, kernel.nowMs);
    }
  };

  const expose = (stimulus: Stimulus, residents: Iterable<number>, sentMs: number): void => {
    const key = textKey(stimulus.id);
    for (const resident of residents) {
      fatigue.note(resident, sentMs);
      const opens = shares.openShare * temperament(resident).open * attention.factor(resident, sentMs);
      if (openDraw(resident, key) >= opens) {
        counts.ignored += 1;
        continue;
      }
      later(sentMs + delayOf(openDelayDraw, resident, key), resident, () => decide(resident, stimulus));
    }
  };

  // --- posts and comments ---

  const commented = new Set<string>();

  const read = (stimulus: Stimulus, residents: Iterable<number>, sentMs: number): void => {
    const id = textKey(stimulus.id);
    const thread = textKey(stimulus.thread);
    for (const resident of residents) {
      if (strength.fear > 0 && shares.postReaderCallShare > 0)
        worry(resident, stimulus, shares.postReaderCallShare, sentMs + delayOf(readDelayDraw, resident, id));
      if (strength.comments === 0 || stimulus.depth >= THREAD_DEPTH_MAX) continue;
      // Keyed by the thread: who has nothing to say about it has nothing to say when it comes up again, and nobody says it twice.
      const chance = shares.commentShare * temperament(resident).post * strength.comments;
      if (commentDraw(resident, thread) >= chance) continue;
      const key = `${stimulus.thread}/comment/${resident}`;
      if (commented.has(key)) continue;
      commented.add(key);
      later(sentMs + delayOf(commentDelayDraw, resident, thread), resident, () => {
        counts.commented += 1;
        o.act.post(resident, key, stimulus, true);
      });
    }
  };

  return {
    reached(stimulus, residents, sentMs) {
      if (isStopped || !shares.enabled) return;
      if (stimulus.kind === 'alert') expose(stimulus, residents, sentMs);
      else read(stimulus, residents, sentMs);
    },
    echo(key, lineage) {
      if (isStopped || !shares.enabled || shares.plantedRatio === 0 || people.appUsers === 0) return;
      const draw = drawOf('echo', key);
      const further = poisson(draw, shares.plantedRatio);
      for (let i = 0; i < further; i += 1) {
        const resident = Math.floor(draw() * people.appUsers);
        const delayMs = CROSSING_MS + Math.round(exponential(draw, shares.delayMsMean));
        later(kernel.nowMs + delayMs, resident, () => o.act.report(resident, `echo/${key}/${i}`, 'alert', lineage));
      }
    },
    activeCase: (video) => {
      if (strength.clips > 0) portal.opened(video);
    },
    stop() {
      isStopped = true;
      fear.clear();
    },
    counts: () => ({ ...counts }),
    video: () => portal.counts(),
  };
}

// --- internal ---

function ownersNear(people: People, x: number, y: number, radiusDm: number): number[] {
  const near: number[] = [];
  for (let i = 0; i < people.appUsers; i += 1) {
    if (people.hasDoorbell[i] === 0) continue;
    const [dx, dy] = [people.x[i] - x, people.y[i] - y];
    if (dx * dx + dy * dy <= radiusDm * radiusDm) near.push(i);
  }
  return near;
}
