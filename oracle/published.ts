/** Messages that the target published, each beside the message owed that it answers. */
import type { AgencyProfile } from '../contract/agency.ts';
import type { PipelineOutput } from '../contract/pipeline.ts';
import { type Label, sameIds, type SeenMessage } from './delivery.ts';
import { checkFrame, type FrameHead, readHead } from './frame.ts';
import type { Leak, OracleConfig, Reception } from './oracle-api.ts';
import { DOUBT } from './owed/doubt.ts';
import type { OwedAlerts } from './owed/owed-alerts.ts';
import type { OwedMessage } from './owed/owed-message.ts';
import type { Secrets } from './secrets.ts';

/** One message as it was observed. */
export interface Observation {
  head: FrameHead;
  profile: AgencyProfile;
  atMs: number;
  /** Ids of the residents who received it. */
  audience: Uint32Array;
  reception: Reception | null;
  owed: OwedMessage | null;
  /** Why it was not owed when it was seen; null if it was, or may have been. */
  notOwed: string | null;
  labels: Label[];
}

/** Every message that the target published in a run. */
export class PublishedMessages {
  /** In order of observation. */
  readonly observations: Observation[] = [];
  /** Frames that were checked, once for each resident who received one. */
  framesScanned = 0;
  readonly #config: OracleConfig;
  readonly #owedAlerts: OwedAlerts;
  readonly #secrets: Secrets;
  readonly #profiles: ReadonlyMap<string, AgencyProfile>;
  readonly #owedByKey = new Map<string, OwedMessage[]>();
  /** How many of the messages owed stand in `#owedByKey`. */
  #indexed = 0;
  readonly #claimed = new Set<OwedMessage>();

  constructor(config: OracleConfig, owedAlerts: OwedAlerts, secrets: Secrets) {
    this.#config = config;
    this.#owedAlerts = owedAlerts;
    this.#secrets = secrets;
    this.#profiles = new Map(config.agencies.map((profile) => [profile.id, profile]));
  }

  /** Checks a message, and returns what its frame betrays. */
  observe(output: PipelineOutput & { kind: 'publish' }, atMs: number, reception: Reception | null): Leak[] {
    const frames = output.audience.length;
    this.framesScanned += frames;
    const profile = this.#profiles.get(output.agency) ?? this.#config.agencies[0];
    const head = readHead(output.frame, profile);
    const owed = this.#claim(head);
    const { leaks, faults } = this.#check(output.frame, head, owed, profile, atMs);
    const labels: Label[] = leaks.map((detail) => ({ verdict: 'leaked', detail }));
    // Nobody can tell what a message must say if it follows from an input of which nothing is known.
    if (owed !== null && owed.doubt !== DOUBT.unsure)
      for (const detail of faults) labels.push({ verdict: 'misdelivered', detail });
    const isOpen = owed === null && this.#owedAlerts.doubt(head.key) !== DOUBT.none;
    // If the audience is equal to the one owed, keep that one, so that the target's own copy can be freed.
    const audience =
      owed !== null && sameIds(owed.recipients, output.audience) ? owed.recipients : output.audience.slice();
    this.observations.push({
      head,
      profile,
      atMs,
      audience,
      reception,
      owed,
      notOwed: owed === null && !isOpen ? this.#owedAlerts.whyNot(head.key, head.msgType, atMs) : null,
      labels,
    });
    const incidents = safeKey(head.key);
    return leaks.map((kind) => ({ egress: 'frame', kind, incidents, frames }));
  }

  /** Makes an observation ready to be judged. A message that came before it was due finds the one that it answers only now. */
  settle(observation: Observation): SeenMessage {
    const { head, notOwed } = observation;
    const namesakes = this.#namesakes(head);
    const owed = observation.owed ?? namesakes.at(0) ?? null;
    const labels = [...observation.labels];
    if (notOwed !== null) {
      const early = owed === null || notOwed === 'unapproved' ? notOwed : 'early';
      labels.push({ verdict: 'misdelivered', detail: early });
    }
    const ordinal = owed === null ? '' : namesakes.indexOf(owed);
    return {
      key: safeKey(head.key),
      copyKey: `${head.identifier} ${head.msgType} ${ordinal}`,
      atMs: observation.atMs,
      owed,
      audience: observation.audience,
      reception: observation.reception,
      labels,
      moot: notOwed !== null,
    };
  }

  /** The messages owed under a key so far, in the order in which they fell due. */
  owedUnder(key: string): OwedMessage[] {
    const messages = this.#owedAlerts.messages();
    for (; this.#indexed < messages.length; this.#indexed++) {
      const owed = messages[this.#indexed];
      const known = this.#owedByKey.get(owed.key);
      if (known === undefined) this.#owedByKey.set(owed.key, [owed]);
      else known.push(owed);
    }
    return this.#owedByKey.get(key) ?? [];
  }

  #check(
    frame: string,
    head: FrameHead,
    owed: OwedMessage | null,
    profile: AgencyProfile,
    atMs: number,
  ): ReturnType<typeof checkFrame> {
    const { toleranceMs } = this.#config;
    const behind = frame === owed?.frame ? null : this.#owedAlerts.recordsBehind(head.key);
    return checkFrame(frame, head, owed?.frame ?? null, {
      profile: owed?.agency ?? profile,
      recordIds: behind?.recordIds ?? [],
      addresses: behind?.addresses ?? [],
      secrets: this.#secrets,
      sentRangeMs: [(owed?.dueMs ?? atMs) - toleranceMs, atMs + toleranceMs],
    });
  }

  /** The message owed that a frame answers: the first one of its name that none has answered yet, else the last. */
  #claim(head: FrameHead): OwedMessage | null {
    const candidates = this.#namesakes(head);
    const owed = candidates.find((candidate) => !this.#claimed.has(candidate)) ?? candidates.at(-1) ?? null;
    if (owed !== null) this.#claimed.add(owed);
    return owed;
  }

  /** Messages owed under a frame's name. A record that was forgotten and returns gives its messages the names of earlier ones. */
  #namesakes(head: FrameHead): OwedMessage[] {
    return this.owedUnder(head.key).filter((e) => e.sequence === head.sequence && e.msgType === head.msgType);
  }
}

// --- internal ---

/** A key is shown only if it is one: anything else might be a private string in its place. */
function safeKey(key: string): string {
  return /^[0-9a-f]{32}$/.test(key) ? key : 'unreadable';
}
