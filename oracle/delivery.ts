/** Verdicts of deliveries: holds what was seen against what was owed, resident by resident. */
import { VERDICTS, type Verdict } from '../contract/record/kinds.ts';
import { policyAt } from './rules/eligibility.ts';
import type { Entitlement } from './entitlement.ts';
import type { OracleConfig, Reception, Violation } from './oracle-api.ts';
import { DOUBT } from './owed/doubt.ts';
import type { OwedMessage } from './owed/owed-message.ts';
import { findSorted } from './rules/people.ts';

/** One message that residents received. */
export interface SeenMessage {
  /** Key of its alert. */
  key: string;
  /** Copies of one message share this name. */
  copyKey: string;
  atMs: number;
  owed: OwedMessage | null;
  audience: Uint32Array;
  /** When each resident of the audience had it; null if all had it at `atMs`. */
  reception: Reception | null;
  /** Faults of the message itself, whoever gets it. */
  labels: Label[];
  /** True if the message itself was not owed: then nobody asks to whom it went. */
  moot: boolean;
}

/** One thing that is wrong with a delivery. `detail`: as in `Violation`. */
export interface Label {
  verdict: Verdict;
  detail: string;
}

/** Why a delivery that was owed was not seen. */
export interface Missed {
  verdict: 'lost' | 'shed' | 'disconnected';
  detail: string;
}

/** Deliveries by verdict. */
export type VerdictCounts = Record<Verdict, number>;

/** Judges the deliveries of a run, message by message. */
export class DeliveryJudge {
  readonly verdicts = Object.fromEntries(VERDICTS.map((v) => [v, 0])) as VerdictCounts;
  readonly violations: Violation[] = [];
  readonly #entitlement: Entitlement;
  readonly #toleranceMs: number;
  readonly #latenessMsMax: number;
  readonly #copies = new Map<string, Copy>();
  readonly #copyOf = new Map<OwedMessage, Copy>();

  constructor(
    entitlement: Entitlement,
    { toleranceMs, latenessMsMax }: Pick<OracleConfig, 'toleranceMs' | 'latenessMsMax'>,
  ) {
    this.#entitlement = entitlement;
    this.#toleranceMs = toleranceMs;
    this.#latenessMsMax = latenessMsMax;
  }

  /** Judges one message's deliveries and counts them by verdict. Call it in the order in which messages were seen. */
  judge(seen: SeenMessage): Partial<VerdictCounts> {
    const { owed, audience } = seen;
    const common = [...seen.labels, ...this.#timingOfAll(seen)];
    const known = this.#copies.get(seen.copyKey);
    if (known === undefined && owed !== null && common.length === 0 && this.#isFlawless(seen, owed)) {
      this.#remember(seen, { all: audience, some: new Set() });
      this.verdicts.delivered += audience.length;
      return audience.length > 0 ? { delivered: audience.length } : {};
    }
    const copy = known ?? { all: NONE, some: new Set() };
    this.#remember(seen, copy);
    const counts: Partial<VerdictCounts> = {};
    const tally = new Tally();
    for (const [i, resident] of audience.entries()) {
      const labels = [...common, ...this.#timingOfOne(seen, i)];
      if (owed !== null && owed.doubt !== DOUBT.unsure && !seen.moot && findSorted(owed.recipients, resident) < 0) {
        const why = this.#entitlement.whyNot(owed, resident, seen.atMs);
        if (why !== null) labels.push({ verdict: 'misdelivered', detail: why });
      }
      if (hasReached(copy, resident)) labels.push({ verdict: 'duplicate', detail: 'copy' });
      else copy.some.add(resident);
      const primary = VERDICTS.find((v) => labels.some((l) => l.verdict === v)) ?? 'delivered';
      counts[primary] = (counts[primary] ?? 0) + 1;
      this.verdicts[primary]++;
      for (const label of labels) tally.add(label, resident);
    }
    this.violations.push(...tally.violations(seen.key));
    return counts;
  }

  /**
   * Judges what residents were owed of a message and never received, and counts it by verdict. Call it after all messages seen were
   * judged. `why` says why a resident had nothing.
   */
  missing(owed: OwedMessage, why: (resident: number) => Missed): Map<Missed['verdict'], number> {
    const copy = this.#copyOf.get(owed);
    const may = this.#entitlement.mayHave(owed);
    const tally = new Tally();
    const counts = new Map<Missed['verdict'], number>();
    for (const resident of owed.recipients) {
      if (copy !== undefined && (copy.all === owed.recipients || hasReached(copy, resident))) continue;
      if (may.has(resident)) continue;
      const missed = why(resident);
      counts.set(missed.verdict, (counts.get(missed.verdict) ?? 0) + 1);
      this.verdicts[missed.verdict]++;
      // Nobody is to blame for a phone that was off.
      if (missed.verdict !== 'disconnected') tally.add(missed, resident);
    }
    this.violations.push(...tally.violations(owed.key));
    return counts;
  }

  /** True for a message that reached exactly its recipients, each in time. */
  #isFlawless(seen: SeenMessage, owed: OwedMessage): boolean {
    const inTime = seen.reception === null || seen.audience.every((_, i) => this.#timingOfOne(seen, i).length === 0);
    return inTime && sameIds(seen.audience, owed.recipients);
  }

  #remember(seen: SeenMessage, copy: Copy): void {
    this.#copies.set(seen.copyKey, copy);
    if (seen.owed !== null) this.#copyOf.set(seen.owed, copy);
  }

  #timingOfAll(seen: SeenMessage): Label[] {
    if (seen.owed === null || seen.reception !== null) return [];
    return this.#timing(seen.owed, seen.atMs, 0, false);
  }

  #timingOfOne(seen: SeenMessage, i: number): Label[] {
    if (seen.owed === null || seen.reception === null) return [];
    const { atMs, reachableMs } = seen.reception;
    return this.#timing(seen.owed, atMs[i], Math.max(0, reachableMs[i] - seen.owed.meantMs), true);
  }

  /**
   * Whether a delivery is late or past its age. `atMs`: when it was received. `waitMs`: how long the resident could not be reached
   * before. `ownTime`: `atMs` is the resident's own time.
   */
  #timing(owed: OwedMessage, atMs: number, waitMs: number, ownTime: boolean): Label[] {
    if (owed.doubt === DOUBT.unsure) return [];
    const policy = policyAt(owed.agency, atMs);
    const pastEdge =
      owed.msgType === 'Alert'
        ? atMs - owed.leadMs >= policy.incidentAgeMsMax + this.#toleranceMs
        : atMs - owed.alertMs > policy.correctionMsMax + this.#toleranceMs;
    const late = atMs - waitMs - owed.meantMs > this.#latenessMsMax + this.#toleranceMs;
    const labels: Label[] = [];
    // A message that was sent in time grows older on its way: only one that is late too was sent when it was too old.
    if (pastEdge && atMs > owed.dueMs && (late || !ownTime)) labels.push({ verdict: 'stale', detail: 'past-age' });
    if (late) labels.push({ verdict: 'late', detail: 'late' });
    return labels;
  }
}

/** True if both hold the same ids in the same order. */
export function sameIds(a: Uint32Array, b: Uint32Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

// --- internal ---

/** If more deliveries of one message than this are alike, they are counted and not named. */
const NAMED_MAX = 32;
const NONE = new Uint32Array(0);

/** Who has seen a message: a whole audience at once, or one by one. */
interface Copy {
  all: Uint32Array;
  some: Set<number>;
}

function hasReached(copy: Copy, resident: number): boolean {
  return copy.some.has(resident) || findSorted(copy.all, resident) >= 0;
}

/** Collects the faults of one message, so that a fault of many deliveries becomes one violation. */
class Tally {
  readonly #entries = new Map<string, { label: Label; residents: number[]; n: number }>();

  add(label: Label, resident: number): void {
    const key = `${label.verdict} ${label.detail}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { label, residents: [], n: 0 };
      this.#entries.set(key, entry);
    }
    entry.n++;
    if (entry.residents.length <= NAMED_MAX) entry.residents.push(resident);
  }

  violations(incidents: string): Violation[] {
    const violations: Violation[] = [];
    for (const { label, residents, n } of this.#entries.values()) {
      if (n > NAMED_MAX) violations.push({ ...label, incidents, resident: null, deliveries: n });
      else for (const resident of residents) violations.push({ ...label, incidents, resident, deliveries: 1 });
    }
    return violations;
  }
}
