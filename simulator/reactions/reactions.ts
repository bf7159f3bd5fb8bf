/**
 * Residents' reactions to alerts and posts: they ignore them, grow wary, mute, quit, post, comment, share a clip, buy a doorbell, and report
 * harmless strangers to 911. Each mechanism has its own file or its own few lines here, one switch and one strength (mechanisms.ts);
 * docs/model/loop.md lists them all.
 *
 * Every choice is drawn from (alert or post, resident) under a key of its own, so that no reaction, and no mechanism switched on, ever shifts
 * another's draws. Nobody reacts in less than CROSSING_MS: whatever crosses from one agency's shard to another then has that long to arrive.
 */
import { REACTIONS, type ReactionName } from '../../contract/catalogue.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { counterDraw, exponential, keyedDraw, poisson, textKey, type Seeds } from '../kernel/random.ts';
import { TEMPERAMENTS, type People, type Temperament } from '../people/people.ts';
import { Adoption } from './adoption.ts';
import { Attention } from './attention.ts';
import { Encounters } from './encounters.ts';
import { Fatigue } from './fatigue.ts';
import type { Lineage, Stimulus } from './lineage.ts';
import { mechanismStrengths, type Mechanism } from './mechanisms.ts';
import { VideoPortal, type VideoCase, type VideoCounts } from './video-portal.ts';
import { Vigilance } from './vigilance.ts';

/** Least simulated time between what one shard does and its effect in another, ms. */
export const CROSSING_MS = 60_000;

/** A thread of comments is at most this deep: comments that lift a post back into view must not do so for ever. Assumed. */
const THREAD_DEPTH_MAX = 3;
/** The kernel's ordinals are below this. */
const ORDINALS = 65_536;

/** Residents, the scenario's numbers, and the functions that hear what residents do. */
export interface ReactionOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyId: string;
  scenario: Pick<Scenario, 'reactions' | 'intensity'>;
  startMs: number;
  endMs: number;
  people: People;
  /** Hears what residents (indices) do, at the moment when they do it. */
  act: {
    mute: (resident: number) => void;
    quit: (resident: number) => void;
    /** A post, or a comment on the stimulus's thread; `key` names it in any world. */
    post: (resident: number, key: string, stimulus: Stimulus, isComment: boolean) => void;
    /** A harmless stranger came, and the resident calls 911. `key` names the encounter in any world. */
    report: (resident: number, key: string, origin: 'alert' | 'post', lineage: Lineage) => void;
  };
}

type CounterDraw = (entity: number, index: number) => number;

/** The reactions of one agency's residents. */
export class Reactions {
  readonly #options: ReactionOptions;
  readonly #kernel: Kernel;
  readonly #people: People;
  readonly #shares: Scenario['reactions'];
  readonly #strength: Record<Mechanism, number>;
  readonly #counts = Object.fromEntries(REACTIONS.map((name) => [name, 0])) as Record<ReactionName, number>;
  readonly #attention: Attention;
  readonly #fatigue: Fatigue;
  readonly #adoption: Adoption;
  readonly #vigilance: Vigilance;
  readonly #portal: VideoPortal;
  // Draws about everybody whom something reaches, by (resident, key of that): they cost a twentieth of what a stream for each would.
  readonly #openDraw: CounterDraw;
  readonly #openDelayDraw: CounterDraw;
  readonly #readDelayDraw: CounterDraw;
  readonly #commentDraw: CounterDraw;
  readonly #commentDelayDraw: CounterDraw;
  /** Keys of the comments that somebody made or will make. */
  readonly #commented = new Set<string>();
  #ordinal = 0;
  #isStopped = false;

  constructor(options: ReactionOptions) {
    const { kernel, seeds, agencyId, scenario, people, startMs, endMs } = options;
    const shares = scenario.reactions;
    const strength = mechanismStrengths(shares);
    this.#options = options;
    this.#kernel = kernel;
    this.#people = people;
    this.#shares = shares;
    this.#strength = strength;
    this.#attention = new Attention(people.appUsers, strength.attention);
    this.#fatigue = new Fatigue(people.appUsers, strength.fatigue);
    this.#adoption = new Adoption(people);
    const intensity = scenario.intensity.encounters * strength.encounters;
    this.#vigilance = new Vigilance({
      kernel,
      people,
      encounters: new Encounters({ seeds, agencyId, startMs, endMs, intensity }),
      fearHalfLifeMs: shares.fearHalfLifeMs,
      later: (atMs, resident, act) => this.#later(atMs, resident, act),
      report: (resident, key, origin, lineage) => {
        this.#counts.reported += 1;
        options.act.report(resident, key, origin, lineage);
      },
    });
    this.#portal = new VideoPortal({
      seeds,
      agencyId,
      requestShare: strength.clips === 0 ? 0 : shares.videoRequestShare,
      consentShare: strength.clips * shares.videoConsentShare,
      courtOrderShare: shares.courtOrderShare,
      now: () => kernel.nowMs,
      later: (atMs, act) => this.#later(atMs, 0, act),
      ownersNear: (x, y, radiusDm) => ownersNear(people, x, y, radiusDm),
      willingness: (resident) => this.#temperament(resident).clip,
    });
    this.#openDraw = counterDraw(seeds, `${agencyId}/open`);
    this.#openDelayDraw = counterDraw(seeds, `${agencyId}/open-delay`);
    this.#readDelayDraw = counterDraw(seeds, `${agencyId}/read-delay`);
    this.#commentDraw = counterDraw(seeds, `${agencyId}/comment`);
    this.#commentDelayDraw = counterDraw(seeds, `${agencyId}/comment-delay`);
    kernel.on(KIND.reaction, (_entity, act) => {
      if (!this.#isStopped) (act as () => void)();
    });
  }

  /** A message reached residents of this agency (indices), at `sentMs`, which is not after now. */
  reached(stimulus: Stimulus, residents: Iterable<number>, sentMs: number): void {
    if (this.#isStopped || !this.#shares.enabled) return;
    if (stimulus.kind === 'alert') this.#alerted(stimulus, residents, sentMs);
    else this.#posted(stimulus, residents, sentMs);
  }

  /** A planted loop: a call causes Poisson(`plantedRatio`) further ones. `key` names the call in any world. */
  echo(key: string, lineage: Lineage): void {
    const { plantedRatio, enabled, delayMsMean } = this.#shares;
    const { seeds, agencyId, act } = this.#options;
    if (this.#isStopped || !enabled || plantedRatio === 0 || this.#people.appUsers === 0) return;
    const draw = keyedDraw(seeds, `${agencyId}/echo`, key);
    const further = poisson(draw, plantedRatio);
    for (let i = 0; i < further; i += 1) {
      const resident = Math.floor(draw() * this.#people.appUsers);
      const delayMs = CROSSING_MS + Math.round(exponential(draw, delayMsMean));
      this.#later(this.#kernel.nowMs + delayMs, resident, () =>
        act.report(resident, `echo/${key}/${i}`, 'alert', lineage),
      );
    }
  }

  /** Police are at an active case. */
  activeCase(video: VideoCase): void {
    if (this.#strength.clips > 0) this.#portal.open(video);
  }

  /** From now on nobody reacts to anything. */
  stop(): void {
    this.#isStopped = true;
    this.#vigilance.clear();
  }

  counts(): Record<ReactionName, number> {
    return { ...this.#counts };
  }

  video(): VideoCounts {
    return this.#portal.counts();
  }

  #temperament(resident: number): Temperament {
    return TEMPERAMENTS[this.#people.temperament[resident]];
  }

  #delayMs(draw: CounterDraw, resident: number, key: number): number {
    return CROSSING_MS + Math.round(exponential(() => draw(resident, key), this.#shares.delayMsMean));
  }

  /** Ordinals only tell apart what would clash: two plans of one resident at one millisecond have different causes. */
  #later(atMs: number, resident: number, act: () => void): void {
    this.#ordinal = (this.#ordinal + 1) % ORDINALS;
    this.#kernel.schedule(atMs, KIND.reaction, resident, this.#ordinal, act);
  }

  // --- alerts ---

  #alerted(stimulus: Stimulus, residents: Iterable<number>, sentMs: number): void {
    const { openShare } = this.#shares;
    const key = textKey(stimulus.id);
    for (const resident of residents) {
      this.#fatigue.note(resident, sentMs);
      const chance = openShare * this.#temperament(resident).open * this.#attention.factor(resident, sentMs);
      if (this.#openDraw(resident, key) >= chance) {
        this.#counts.ignored += 1;
        continue;
      }
      const atMs = sentMs + this.#delayMs(this.#openDelayDraw, resident, key);
      this.#later(atMs, resident, () => this.#openAlert(resident, stimulus));
    }
  }

  /** A resident opens an alert now, and decides what to do. */
  #openAlert(resident: number, stimulus: Stimulus): void {
    const { seeds, agencyId, act } = this.#options;
    const { nowMs } = this.#kernel;
    const shares = this.#shares;
    const strength = this.#strength;
    const draw = keyedDraw(seeds, `${agencyId}/reaction`, `${stimulus.id}/${resident}`);
    // All are drawn, whichever mechanisms act, so that the outcome of one choice shifts no other.
    const [quit, mute, post, clip, adopt] = [draw(), draw(), draw(), draw(), draw()];
    const temperament = this.#temperament(resident);
    this.#counts.opened += 1;
    this.#attention.note(resident, nowMs);
    if (this.#people.flags[resident] !== 0) return;
    const fatigue = this.#fatigue.factor(resident, nowMs);
    if (quit < shares.quitShare * temperament.quit * fatigue) {
      this.#counts.quit += 1;
      act.quit(resident);
      return;
    }
    if (mute < shares.muteShare * temperament.mute * fatigue) {
      this.#counts.muted += 1;
      act.mute(resident);
    }
    if (post < shares.postShare * temperament.post * strength.posting) {
      this.#counts.posted += 1;
      act.post(resident, `${stimulus.id}/${resident}`, stimulus, false);
    }
    if (clip < shares.clipShare * temperament.clip * strength.clips && this.#people.hasDoorbell[resident] === 1)
      this.#counts.clip += 1;
    const reports = strength.fear * shares.callShare * temperament.call;
    if (this.#vigilance.worry(resident, stimulus, reports, nowMs)) this.#counts.vigilant += 1;
    this.#considerDoorbell(resident, adopt);
  }

  /** A wary resident may buy a doorbell. Its wariness counts in alerts: one opened alert makes an average resident as wary as 1. */
  #considerDoorbell(resident: number, u: number): void {
    const { callShare, adoptShare } = this.#shares;
    const wariness = callShare === 0 ? 0 : this.#vigilance.wariness(resident, callShare);
    if (!(u < adoptShare * this.#strength.adoption * wariness) || !this.#adoption.buy(resident)) return;
    this.#counts.adopted += 1;
    // It shows more strangers from now on.
    this.#vigilance.watch(resident, this.#kernel.nowMs);
  }

  // --- posts and comments ---

  #posted(stimulus: Stimulus, residents: Iterable<number>, sentMs: number): void {
    const { postReaderCallShare, commentShare } = this.#shares;
    const strength = this.#strength;
    const id = textKey(stimulus.id);
    const thread = textKey(stimulus.thread);
    for (const resident of residents) {
      const { call, post } = this.#temperament(resident);
      if (strength.fear > 0 && postReaderCallShare > 0) {
        const readMs = sentMs + this.#delayMs(this.#readDelayDraw, resident, id);
        this.#vigilance.worry(resident, stimulus, strength.fear * postReaderCallShare * call, readMs);
      }
      if (strength.comments === 0 || stimulus.depth >= THREAD_DEPTH_MAX) continue;
      // Keyed by the thread: a resident who has nothing to say about it has nothing to say when it comes up again, and nobody says it twice.
      if (this.#commentDraw(resident, thread) >= commentShare * post * strength.comments) continue;
      this.#planComment(resident, stimulus, sentMs + this.#delayMs(this.#commentDelayDraw, resident, thread));
    }
  }

  #planComment(resident: number, stimulus: Stimulus, atMs: number): void {
    const key = `${stimulus.thread}/comment/${resident}`;
    if (this.#commented.has(key)) return;
    this.#commented.add(key);
    this.#later(atMs, resident, () => {
      this.#counts.commented += 1;
      this.#options.act.post(resident, key, stimulus, true);
    });
  }
}

// --- internal ---

/** App users with a doorbell who live within a distance, as indices. */
function ownersNear(people: People, x: number, y: number, radiusDm: number): number[] {
  const near: number[] = [];
  for (let i = 0; i < people.appUsers; i += 1) {
    if (people.hasDoorbell[i] === 0) continue;
    const [dx, dy] = [people.x[i] - x, people.y[i] - y];
    if (dx * dx + dy * dy <= radiusDm * radiusDm) near.push(i);
  }
  return near;
}
