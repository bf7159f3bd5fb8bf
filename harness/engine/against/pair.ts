/**
 * Two worlds with common random numbers, compared event by event. An event that is in one world only is there because of the options in which the worlds
 * differ. An event in both may be later in one of them, because its call or its unit had to wait for something that the other world does not have.
 */
import type { AgainstCount } from '../../../contract/record/against.ts';
import type { AgainstLine } from '../../../contract/record/lines.ts';
import type { Lineage } from '../../../simulator/reactions/lineage.ts';
import type { Ledger, LedgerCall, LedgerJob } from '../../../simulator/world/ledger.ts';

export interface AgencyLedger {
  agency: string;
  ledger: Ledger;
}

export interface Paired {
  counts: { calls: AgainstCount; redials: AgainstCount; posts: AgainstCount; dispatches: AgainstCount };
  /** Every difference, by agency, then by time. */
  lines: AgainstLine[];
  /** One for each answer and each response that is in both worlds. */
  delays: Delay[];
}

/** How much later the first world has an event than the second. */
export interface Delay {
  agency: string;
  atMs: number;
  /** `answer` is the time from the call to its answer, `response` that from the request for dispatch to the first unit at the scene. */
  of: 'answer' | 'response';
  /** Null for an answer. */
  priority: number | null;
  /** Negative if it was sooner. */
  laterMs: number;
}

/** `first` and `second` hold the same agencies in the same order. Throws an Error if two events of the second world have one name. */
export function pairWorlds(first: readonly AgencyLedger[], second: readonly AgencyLedger[]): Paired {
  const counts = { calls: none(), redials: none(), posts: none(), dispatches: none() };
  const lines: AgainstLine[] = [];
  const delays: Delay[] = [];
  for (const [i, { agency, ledger: a }] of first.entries()) {
    const { ledger: b } = second[i];
    const own: AgainstLine[] = [];
    const count =
      (name: keyof typeof counts, kind: AgainstLine['kind']) => (here: Named | null, there: Named | null) => {
        tally(counts[name], here, there);
        const one = here ?? there;
        if (one !== null && (here === null || there === null))
          own.push({
            kind,
            agency,
            id: one.id,
            in: here === null ? 'second' : 'first',
            atMs: one.atMs,
            ...one.lineage,
          });
      };
    match(redialsOf(a.calls), redialsOf(b.calls), count('redials', 'redial'));
    match(a.posts, b.posts, count('posts', 'post'));
    match(a.calls, b.calls, (here, there) => {
      count('calls', 'call')(here, there);
      if (here !== null && there !== null) compareCalls(agency, here, there, own, delays);
    });
    match(a.jobs.filter(isDispatched), b.jobs.filter(isDispatched), (here, there) => {
      count('dispatches', 'dispatch')(here, there);
      if (here !== null && there !== null) compareJobs(agency, here, there, own, delays);
    });
    lines.push(...own.sort((x, y) => x.atMs - y.atMs || order(x.kind, y.kind) || order(x.id, y.id)));
  }
  return { counts, lines, delays };
}

// --- internal ---

interface Named {
  id: string;
  atMs: number;
  lineage: Lineage | null;
}

function none(): AgainstCount {
  return { first: 0, second: 0, net: 0, direct: 0, onlyFirst: 0, onlySecond: 0, unexplained: 0 };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Calls `each` with every event of both worlds: with both if they have the same name, else with one and null. */
function match<T extends Named>(a: readonly T[], b: readonly T[], each: (a: T | null, b: T | null) => void): void {
  const others = new Map(b.map((one) => [nameOf(one), one]));
  if (others.size !== b.length) throw new Error('against: two events of the second world have one name');
  for (const one of a) {
    const other = others.get(nameOf(one)) ?? null;
    others.delete(nameOf(one));
    each(one, other);
  }
  for (const other of others.values()) each(null, other);
}

/** Work that officers start themselves has numbers of its own, so the kind belongs to the name. */
function nameOf(one: Named & { kind?: string }): string {
  return `${one.kind ?? ''} ${one.id}`;
}

function tally(count: AgainstCount, here: Named | null, there: Named | null): void {
  if (here !== null) count.first += 1;
  if (there !== null) count.second += 1;
  count.net = count.first - count.second;
  if (here?.lineage != null) count.direct += 1;
  if (there?.lineage != null) count.direct -= 1;
  if (there === null) count.onlyFirst += 1;
  if (here === null) count.onlySecond += 1;
  if ((here === null || there === null) && (here ?? there)?.lineage == null) count.unexplained += 1;
}

/** Each attempt after the first, as an event of its own. */
function redialsOf(calls: readonly LedgerCall[]): Named[] {
  return calls.flatMap(({ id, atMs, lineage, attempts }) =>
    Array.from({ length: attempts - 1 }, (_, i) => ({ id: `${id}/${i + 2}`, atMs, lineage })),
  );
}

function isDispatched(job: LedgerJob): boolean {
  return job.dispatchedMs !== null;
}

function compareCalls(agency: string, a: LedgerCall, b: LedgerCall, lines: AgainstLine[], delays: Delay[]): void {
  if (a.answeredMs === null || b.answeredMs === null) return;
  const laterMs = a.answeredMs - a.atMs - (b.answeredMs - b.atMs);
  delays.push({ agency, atMs: b.atMs, of: 'answer', priority: null, laterMs });
  if (laterMs !== 0)
    lines.push({ kind: 'call', agency, id: a.id, in: 'both', atMs: a.atMs, ...a.lineage, answerLaterMs: laterMs });
}

function compareJobs(agency: string, a: LedgerJob, b: LedgerJob, lines: AgainstLine[], delays: Delay[]): void {
  const requestLaterMs = a.atMs - b.atMs;
  const dispatchLaterMs = (a.dispatchedMs as number) - (b.dispatchedMs as number) - requestLaterMs;
  let responseLaterMs: number | null = null;
  if (a.onSceneMs !== null && b.onSceneMs !== null) {
    responseLaterMs = a.onSceneMs - b.onSceneMs - requestLaterMs;
    // Work that officers start themselves has no response time.
    if (a.kind === 'call')
      delays.push({ agency, atMs: b.atMs, of: 'response', priority: b.priority, laterMs: responseLaterMs });
  }
  if (requestLaterMs === 0 && dispatchLaterMs === 0 && (responseLaterMs ?? 0) === 0) return;
  const later = { requestLaterMs, dispatchLaterMs, responseLaterMs, priority: b.priority };
  lines.push({ kind: 'dispatch', agency, id: a.id, in: 'both', atMs: a.atMs, ...a.lineage, ...later });
}
