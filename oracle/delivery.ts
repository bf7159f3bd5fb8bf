/** Verdicts of deliveries: what was owed beside what was seen, resident by resident. */
import { ROSTER_MUTED, ROSTER_QUIT } from '../contract/roster.ts';
import { VERDICTS, type Verdict } from '../contract/record/kinds.ts';
import type { OracleConfig, Reception, Violation } from './oracle-api.ts';
import { DOUBT, type Expected } from './owed.ts';
import { policyAt } from './eligibility.ts';
import { indexOf, type People } from './people.ts';

/** One message seen, with what is wrong with it whoever gets it. */
export interface Seen {
  key: string;
  /** Names the message among those seen: copies share it. */
  copyKey: string;
  atMs: number;
  owed: Expected | null;
  audience: Uint32Array;
  /** When each of the audience had it; null where all had it at `atMs`. */
  reception: Reception | null;
  /** Labels of the message as a whole. */
  labels: Label[];
  /** True where the message itself was not owed: to whom it went is then no further question. */
  moot: boolean;
}

export interface Label {
  verdict: Verdict;
  detail: string;
}

/** Why a delivery owed was not seen. */
export interface Missed {
  verdict: 'lost' | 'shed' | 'disconnected';
  detail: string;
}

export type VerdictCounts = Record<Verdict, number>;

export interface DeliveryJudge {
  /** Messages in the order in which they were seen. */
  judge(seen: Seen): Partial<VerdictCounts>;
  /** What was owed and never seen of a message, by verdict, after all messages seen were judged. `why` tells of each resident. */
  missing(owed: Expected, why: (resident: number) => Missed): Map<Missed['verdict'], number>;
  /** Residents to whom it is left open whether they are owed a message. */
  mayHave(owed: Expected): ReadonlySet<number>;
  verdicts: VerdictCounts;
  violations: Violation[];
}

/** Beyond this many alike in one message, deliveries are counted and not named. */
const NAMED_MAX = 32;

export function createDeliveryJudge(
  people: People,
  options: Pick<OracleConfig, 'toleranceMs' | 'graceMs' | 'latenessMsMax'>,
): DeliveryJudge {
  const { toleranceMs, graceMs = 0, latenessMsMax } = options;
  const verdicts = Object.fromEntries(VERDICTS.map((v) => [v, 0])) as VerdictCounts;
  const violations: Violation[] = [];
  const copies = new Map<string, Copy>();
  const seenOf = new Map<Expected, Copy>();
  const openTo = new Map<Expected, Set<number>>();

  /** The clock's tolerance leaves it open, or that a change of settings was never acknowledged. */
  function mayHave(owed: Expected): ReadonlySet<number> {
    const known = openTo.get(owed);
    if (known !== undefined) return known;
    const fromMs = owed.dueMs - toleranceMs;
    const toMs = owed.dueMs + toleranceMs + graceMs + owed.spreadMs;
    const doubted = people.doubtedBetween(fromMs, toMs);
    if (fromMs === toMs && doubted.length === 0) return NOBODY;
    const may = new Set<number>(doubted);
    for (const resident of people.changedBetween(fromMs, toMs)) {
      const owedUnder = people.settingsBetween(resident, fromMs, toMs).map((s) => {
        if ((s.flags & (ROSTER_MUTED | ROSTER_QUIT)) !== 0) return false;
        if (owed.msgType !== 'Alert' && owed.earlier.some((e) => indexOf(e.recipients, resident) >= 0)) return true;
        return owed.msgType !== 'Cancel' && people.mismatch(resident, s, owed.reach, owed.category) === null;
      });
      if (owedUnder.includes(true) && owedUnder.includes(false)) may.add(resident);
    }
    // Who may have had an earlier message may be told how it ended.
    for (const earlier of owed.earlier) {
      for (const resident of mayHave(earlier))
        if (owed.msgType === 'Cancel' || indexOf(owed.recipients, resident) < 0) may.add(resident);
    }
    openTo.set(owed, may);
    return may;
  }

  /** Why a resident outside the audience is not owed a message; null where it may be. */
  function whyNot(owed: Expected, resident: number, atMs: number): string | null {
    if (mayHave(owed).has(resident)) return null;
    const [settings] = people.settingsBetween(resident, owed.dueMs + 1, owed.dueMs + 1);
    const [later] = people.settingsBetween(resident, atMs + 1, atMs + 1);
    if (settings === undefined) return 'unknown-resident';
    for (const s of [settings, later]) {
      const mismatch = people.mismatch(resident, s, owed.reach, owed.category);
      if (owed.msgType === 'Cancel' && mismatch !== 'quit' && mismatch !== 'muted') continue;
      if (mismatch !== null) return mismatch;
    }
    return owed.msgType === 'Cancel' ? 'never-sent' : 'not-matching';
  }

  /** `atMs`: when it was received, `waitMs`: how much of that time the resident could not be reached. */
  function timing(owed: Expected, atMs: number, waitMs: number, ownTime: boolean): Label[] {
    if (owed.doubt === DOUBT.unsure) return [];
    const policy = policyAt(owed.agency, atMs);
    const pastEdge =
      owed.msgType === 'Alert'
        ? atMs - owed.leadMs >= policy.incidentAgeMsMax + toleranceMs
        : atMs - owed.alertMs > policy.correctionMsMax + toleranceMs;
    const late = atMs - waitMs - owed.meantMs > latenessMsMax + toleranceMs;
    const labels: Label[] = [];
    // What was sent in time grows older on its way: only what is late besides was sent too old.
    if (pastEdge && atMs > owed.dueMs && (late || !ownTime)) labels.push({ verdict: 'stale', detail: 'past-age' });
    if (late) labels.push({ verdict: 'late', detail: 'late' });
    return labels;
  }

  function timingOfAll(seen: Seen): Label[] {
    if (seen.owed === null || seen.reception !== null) return [];
    return timing(seen.owed, seen.atMs, 0, false);
  }

  function timingOfOne(seen: Seen, i: number): Label[] {
    if (seen.owed === null || seen.reception === null) return [];
    const { atMs, reachableMs } = seen.reception;
    return timing(seen.owed, atMs[i], Math.max(0, reachableMs[i] - seen.owed.meantMs), true);
  }

  function judge(seen: Seen): Partial<VerdictCounts> {
    const { owed, audience } = seen;
    const common = [...seen.labels, ...timingOfAll(seen)];
    let copy = copies.get(seen.copyKey);
    const counts: Partial<VerdictCounts> = {};
    const inTime = seen.reception === null || audience.every((_, i) => timingOfOne(seen, i).length === 0);
    if (copy === undefined && common.length === 0 && inTime && owed !== null && same(audience, owed.recipients)) {
      copy = { all: audience, some: new Set() };
      copies.set(seen.copyKey, copy);
      seenOf.set(owed, copy);
      if (audience.length > 0) counts.delivered = audience.length;
      verdicts.delivered += audience.length;
      return counts;
    }
    if (copy === undefined) {
      copy = { all: NONE, some: new Set() };
      copies.set(seen.copyKey, copy);
    }
    if (owed !== null) seenOf.set(owed, copy);
    const tally = new Map<string, { label: Label; residents: number[]; n: number }>();
    for (const [i, resident] of audience.entries()) {
      const labels = [...common, ...timingOfOne(seen, i)];
      if (owed !== null && owed.doubt !== DOUBT.unsure && !seen.moot && indexOf(owed.recipients, resident) < 0) {
        const why = whyNot(owed, resident, seen.atMs);
        if (why !== null) labels.push({ verdict: 'misdelivered', detail: why });
      }
      if (copy.some.has(resident) || indexOf(copy.all, resident) >= 0)
        labels.push({ verdict: 'duplicate', detail: 'copy' });
      else copy.some.add(resident);
      const primary = VERDICTS.find((v) => labels.some((l) => l.verdict === v)) ?? 'delivered';
      counts[primary] = (counts[primary] ?? 0) + 1;
      verdicts[primary]++;
      for (const label of labels) count(tally, label, resident);
    }
    report(seen.key, tally);
    return counts;
  }

  function missing(owed: Expected, why: (resident: number) => Missed): Map<Missed['verdict'], number> {
    const copy = seenOf.get(owed);
    const may = mayHave(owed);
    const tally = new Map<string, { label: Label; residents: number[]; n: number }>();
    const counts = new Map<Missed['verdict'], number>();
    for (const resident of owed.recipients) {
      if (
        copy !== undefined &&
        (copy.all === owed.recipients || copy.some.has(resident) || indexOf(copy.all, resident) >= 0)
      )
        continue;
      if (may.has(resident)) continue;
      const missed = why(resident);
      counts.set(missed.verdict, (counts.get(missed.verdict) ?? 0) + 1);
      verdicts[missed.verdict]++;
      // Nobody is to blame for a phone that was off.
      if (missed.verdict !== 'disconnected') count(tally, missed, resident);
    }
    report(owed.key, tally);
    return counts;
  }

  function report(key: string, tally: Map<string, { label: Label; residents: number[]; n: number }>): void {
    for (const { label, residents, n } of tally.values()) {
      const named: (number | null)[] = n > NAMED_MAX ? [null] : residents;
      for (const resident of named)
        violations.push({ ...label, incidents: key, resident, deliveries: n > NAMED_MAX ? n : 1 });
    }
  }

  return { judge, missing, mayHave, verdicts, violations };
}

/** True where both hold the same ids in the same order. */
export function same(a: Uint32Array, b: Uint32Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

// --- internal ---

const NONE = new Uint32Array(0);
const NOBODY: Set<number> = new Set();

/** Who has seen a message: a whole audience at once, or one by one. */
interface Copy {
  all: Uint32Array;
  some: Set<number>;
}

function count(
  tally: Map<string, { label: Label; residents: number[]; n: number }>,
  label: Label,
  resident: number,
): void {
  const key = `${label.verdict} ${label.detail}`;
  let entry = tally.get(key);
  if (entry === undefined) {
    entry = { label, residents: [], n: 0 };
    tally.set(key, entry);
  }
  entry.n++;
  if (entry.residents.length <= NAMED_MAX) entry.residents.push(resident);
}
