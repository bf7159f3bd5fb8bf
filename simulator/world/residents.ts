/** The residents of one agency in its world: what they do because of alerts and posts becomes settings, posts, calls and incidents. */
import type { PreferenceChange } from '../../contract/roster.ts';
import { RESIDENTS_PER_AGENCY_MAX, ROSTER_MUTED, ROSTER_QUIT } from '../../contract/roster.ts';
import { householdPlace } from '../city/households.ts';
import { INDUCED_FROM, INDUCED_KEYS, type Incident } from '../incidents/incident.ts';
import { ENCOUNTERS, ENCOUNTER_REPORTS, typeIndex } from '../incidents/mix.ts';
import { KIND } from '../kernel/kinds.ts';
import { keyedDraw } from '../kernel/random.ts';
import { makeIdentity } from '../people/identity.ts';
import type { Lineage, Stimulus } from '../reactions/lineage.ts';
import { composePost } from '../reactions/posts.ts';
import { CROSSING_MS, Reactions } from '../reactions/reactions.ts';
import type { LedgerPost } from './ledger.ts';
import type { WorldTally } from './tally.ts';
import type { WorldOptions } from './world-api.ts';

/** The residents of one agency, with their posts. */
export class Residents {
  readonly reactions: Reactions;
  /** In order of posting. */
  readonly posts: LedgerPost[] = [];
  readonly #options: WorldOptions;
  readonly #tally: WorldTally;
  /** Posts for others to react to, by id. */
  readonly #stimuli = new Map<string, Stimulus>();
  readonly #inducedKeys = new Set<number>();

  /** `report`: a resident meets a harmless stranger and calls 911; the incident begins now. */
  constructor(options: WorldOptions, tally: WorldTally, report: (incident: Incident) => void) {
    const { kernel, seeds, profile, scenario, people, endMs, host } = options;
    this.#options = options;
    this.#tally = tally;
    kernel.on(KIND.preference, (_entity, payload) => host.preference(payload as PreferenceChange));
    this.reactions = new Reactions({
      kernel,
      seeds,
      agencyId: profile.id,
      scenario,
      startMs: scenario.startMs,
      endMs,
      people,
      act: {
        mute: (resident) => {
          people.flags[resident] |= ROSTER_MUTED;
          this.#changeLater(resident, { resident: this.#id(resident), muted: true }, 0);
        },
        quit: (resident) => {
          people.flags[resident] |= ROSTER_QUIT;
          this.#changeLater(resident, { resident: this.#id(resident), quit: true }, 1);
        },
        post: (resident, key, stimulus, isComment) => this.#post(resident, key, stimulus, isComment),
        report: (resident, key, origin, lineage) => {
          const incident = this.#encounter(resident, key, origin, lineage);
          tally.inducedIncidents += 1;
          report(incident);
        },
      },
    });
  }

  /** A post of this agency's residents, for others to react to; undefined if it is not theirs. */
  stimulus(postId: string): Stimulus | undefined {
    return this.#stimuli.get(postId);
  }

  /** A resident's id on the roster. */
  #id(resident: number): number {
    return this.#options.agencyIndex * RESIDENTS_PER_AGENCY_MAX + resident;
  }

  /** Settings reach every platform shard at the same moment, which is as late as a crossing takes. */
  #changeLater(resident: number, change: PreferenceChange, ordinal: number): void {
    const { kernel, host } = this.#options;
    const atMs = kernel.nowMs + CROSSING_MS;
    kernel.schedule(atMs, KIND.preference, resident, ordinal, change);
    host.preferenceAhead(change, atMs);
  }

  #post(resident: number, key: string, stimulus: Stimulus, isComment: boolean): void {
    const { kernel, seeds, profile, agencyIndex, people, host } = this.#options;
    const { lineage, kind, thread, depth } = stimulus;
    this.#tally.posts += 1;
    const postId = `${profile.id}-post-${this.#tally.posts}`;
    const draw = keyedDraw(seeds, `${profile.id}/post`, key);
    const author = makeIdentity(seeds, agencyIndex, people.person[resident]);
    const { text, privates } = composePost(draw, author, isComment);
    this.posts.push({ kind: isComment ? 'comment' : 'post', id: key, atMs: kernel.nowMs, lineage });
    const about = kind === 'post' ? { thread, depth: depth + 1 } : { thread: postId, depth: 0 };
    this.#stimuli.set(postId, { kind: 'post', id: postId, lineage, ...about });
    host.post({ postId, resident: this.#id(resident), text }, privates);
  }

  /** The incident of a harmless stranger at a resident's home. `name` names the encounter in any world. */
  #encounter(resident: number, name: string, origin: 'alert' | 'post', lineage: Lineage): Incident {
    const { kernel, seeds, profile, city, people } = this.#options;
    const drawKey = `met/${name}`;
    const draw = keyedDraw(seeds, `${profile.id}/stranger`, drawKey);
    let u = draw();
    const reported = ENCOUNTER_REPORTS.find(([, share]) => (u -= share) < 0) ?? ENCOUNTER_REPORTS[0];
    const household = people.household[resident];
    const home = householdPlace(city, household);
    return {
      key: this.#inducedKey(drawKey),
      drawKey,
      origin,
      lineage,
      onsetMs: kernel.nowMs,
      reported: typeIndex(reported[0]),
      really: -1,
      mistaken: ENCOUNTERS[Math.floor(draw() * ENCOUNTERS.length)],
      place: { kind: 'home', block: home.block, household, index: -1, mile: 0, x: home.x, y: home.y },
      records: [],
      firstCallMs: -1,
    };
  }

  /** The same key for the same encounter in any world, except for the rare one whose key another encounter has already. */
  #inducedKey(name: string): number {
    const { seeds, profile } = this.#options;
    let key = Math.floor(keyedDraw(seeds, `${profile.id}/induced`, name)() * INDUCED_KEYS);
    while (this.#inducedKeys.has(key)) key = (key + 1) % INDUCED_KEYS;
    this.#inducedKeys.add(key);
    return INDUCED_FROM + key;
  }
}
