/** The oracle: told what reached the target's door and what came out, it judges both by docs/reference/rules.md and the world's truth. */
import type { AgencyProfile } from '../contract/agency.ts';
import { FEED_KINDS } from '../contract/catalogue.ts';
import type { MsgType } from '../contract/alert.ts';
import type { MessageManifest } from '../contract/manifest.ts';
import { type PipelineInput, type PipelineOutput, REJECT_CODES } from '../contract/pipeline.ts';
import { SUPPRESSIONS } from '../contract/policy.ts';
import { RESIDENTS_PER_AGENCY_MAX } from '../contract/roster.ts';
import { type Truth, TRUTHS } from '../contract/record/kinds.ts';
import type { AlertLine } from '../contract/record/lines.ts';
import { createAlertTruths } from './alert-truth.ts';
import type {
  Arrival,
  CreateOracle,
  Judgement,
  Leak,
  Reception,
  Standing,
  TruthView,
  Unreachable,
} from './oracle-api.ts';
import { createDeliveryJudge, type Label, same, type Seen } from './delivery.ts';
import { createDuty, DOUBT, type Doubt, type Expected } from './owed.ts';
import { dialectAt } from './eligibility.ts';
import { checkFrame, type FrameHead, readHead } from './frame.ts';
import { createPeople, indexOf } from './people.ts';
import { centreOf } from './place.ts';
import { createReceipts } from './receipts.ts';
import { createSecrets } from './secrets.ts';

type Output<K extends PipelineOutput['kind']> = PipelineOutput & { kind: K };

/** A message seen, until it is judged. */
interface Observation {
  head: FrameHead;
  profile: AgencyProfile;
  atMs: number;
  audience: Uint32Array;
  reception: Reception | null;
  owed: Expected | null;
  /** Why it was not owed when it was seen; null where it was, or may have been. */
  notOwed: string | null;
  labels: Label[];
}

/** What the target was last given, to whose records a log line may owe its text. */
interface Occasion {
  agency: string | null;
  recordIds: string[];
}

export const createOracle: CreateOracle = (config) => {
  const profiles = new Map(config.agencies.map((profile) => [profile.id, profile]));
  const people = createPeople(config.roster);
  const duty = createDuty(config, people);
  const secrets = createSecrets();
  const receipts = createReceipts();
  const deliveries = createDeliveryJudge(people, config);
  const observations: Observation[] = [];
  const owedByKey = new Map<string, Expected[]>();
  const claimed = new Set<Expected>();
  const withheldKeys = new Map<string, string>();
  const withheld: Record<string, number> = {};
  const leaks: Leak[] = [];
  const review = { texts: 0, words: 0, blanked: 0 };
  /** Whose agency a post came through. */
  const authors = new Map<string, string | null>();
  let framesScanned = 0;
  let indexed = 0;
  let nowMs = 0;
  let occasion: Occasion = { agency: null, recordIds: [] };

  // --- in ---

  function door(input: PipelineInput, manifest: MessageManifest | null, atMs: number, arrival: Arrival = {}): void {
    nowMs = atMs;
    occasion = { agency: null, recordIds: [] };
    switch (input.kind) {
      case 'cad':
        occasion = { agency: input.agency, recordIds: manifest?.rows.map((row) => row.recordId.trim()) ?? [] };
        cad(input, manifest, atMs, arrival);
        return;
      case 'preference':
        people.change(input.change, atMs);
        if (arrival.unsure === true) people.doubt(input.change.resident, atMs, Infinity);
        else if (arrival.spreadMs !== undefined) people.doubt(input.change.resident, atMs, atMs + arrival.spreadMs);
        return;
      case 'review':
        duty.review(input.ticket, input.decision, atMs, arrival);
        return;
      case 'post':
        occasion = {
          agency: config.agencies[Math.floor(input.resident / RESIDENTS_PER_AGENCY_MAX)]?.id ?? null,
          recordIds: [],
        };
        authors.set(input.postId, occasion.agency);
        return;
      case 'motion':
      case 'wake':
        return;
    }
  }

  function cad(
    input: PipelineInput & { kind: 'cad' },
    manifest: MessageManifest | null,
    atMs: number,
    arrival: Arrival,
  ): void {
    const rows = duty.cad(input, manifest, atMs, arrival);
    if (arrival.withoutReceipt === true || arrival.unsure === true) receipts.allow(input.messageId);
    else receipts.demand(input.messageId, rows);
  }

  // --- out ---

  function observe(output: PipelineOutput, atMs: number, reception?: Reception): void {
    switch (output.kind) {
      case 'receipt':
        receipts.found(output.messageId, output.rows);
        if (output.rows.some((r) => r.code !== null && !REJECT_CODES.includes(r.code)))
          scan('receipt', JSON.stringify(output.rows));
        return;
      case 'publish':
        publish(output, atMs, reception ?? null);
        return;
      case 'review-request':
        reviewRequest(output);
        return;
      case 'withheld':
        withheld[output.reason] = (withheld[output.reason] ?? 0) + 1;
        withheldKeys.set(output.incidents, output.reason);
        return;
      case 'suppressed':
        if (!SUPPRESSIONS.includes(output.reason)) scan('log', output.reason);
        return;
      case 'post': {
        // Seen later than it came in, it still tells of its author's neighbourhood.
        const author = authors.get(output.postId);
        if (author !== undefined) occasion = { agency: author, recordIds: [] };
        scan('post', output.text);
        return;
      }
      case 'log':
        scan('log', `${output.code} ${output.text}`);
        return;
      case 'review-withdrawn':
        return;
    }
  }

  /** A text that may carry nothing private of anybody's. */
  function scan(egress: 'receipt' | 'log' | 'post', text: string): void {
    const kinds = new Set<string>(secrets.ofAnyone(text));
    const { agency, recordIds } = occasion;
    if (agency !== null && recordIds.length > 0)
      for (const kind of secrets.ofRecords(text, agency, recordIds, '')) kinds.add(kind);
    else
      for (const id of agency === null ? profiles.keys() : [agency])
        for (const kind of secrets.ofAgency(text, id)) kinds.add(kind);
    for (const kind of kinds) leaks.push({ egress, kind, incidents: null, frames: 1 });
  }

  function reviewRequest(output: Output<'review-request'>): void {
    review.texts++;
    review.words += output.text.split(/\s+/).filter((word) => word !== '').length;
    review.blanked += output.text.split('[…]').length - 1;
    const behind = duty.behind(output.incidents);
    const text = `${output.text}\n${output.place}`;
    const name = profiles.get(output.agency)?.name ?? '';
    const permitted = `${name} | ${duty.asks(output.ticket, output.incidents)?.place.text ?? ''}`;
    const kinds = new Set<string>(secrets.ofAnyone(text));
    if (behind !== null)
      for (const kind of secrets.ofRecords(text, behind.agency, behind.recordIds, permitted)) kinds.add(kind);
    for (const kind of kinds) leaks.push({ egress: 'review', kind, incidents: output.incidents, frames: 1 });
  }

  function publish(output: Output<'publish'>, atMs: number, reception: Reception | null): void {
    framesScanned += output.audience.length;
    const profile = profiles.get(output.agency) ?? config.agencies[0];
    const head = readHead(output.frame, profile);
    const owed = claim(head);
    const behind = output.frame === owed?.frame ? null : duty.behind(head.key);
    const found = checkFrame(output.frame, head, owed?.frame ?? null, {
      profile: owed?.agency ?? profile,
      recordIds: behind?.recordIds ?? [],
      addresses: behind?.addresses ?? [],
      secrets,
      sentRangeMs: [(owed?.dueMs ?? atMs) - config.toleranceMs, atMs + config.toleranceMs],
    });
    const incidents = safeKey(head.key);
    for (const kind of found.leaks) leaks.push({ egress: 'frame', kind, incidents, frames: output.audience.length });
    const labels: Label[] = found.leaks.map((detail) => ({ verdict: 'leaked', detail }));
    // What a message says that follows from an input of which nothing is known, nobody can tell.
    if (owed !== null && owed.doubt !== DOUBT.unsure)
      for (const detail of found.faults) labels.push({ verdict: 'misdelivered', detail });
    const open = owed === null && duty.doubtOf(head.key) !== DOUBT.none;
    // The audience that was owed stands in for an equal one, so that the target's own copy can be let go.
    const audience =
      owed !== null && same(owed.recipients, output.audience) ? owed.recipients : output.audience.slice();
    observations.push({
      head,
      profile,
      atMs,
      audience,
      reception,
      owed,
      notOwed: owed === null && !open ? duty.whyNot(head.key, head.msgType, atMs) : null,
      labels,
    });
  }

  /** The expectation that a message answers: the first one of its name not yet answered, else the last. */
  function claim(head: FrameHead): Expected | null {
    const candidates = namesakes(head);
    const owed = candidates.find((e) => !claimed.has(e)) ?? candidates.at(-1) ?? null;
    if (owed !== null) claimed.add(owed);
    return owed;
  }

  function namesakes(head: FrameHead): Expected[] {
    return owedUnder(head.key).filter((e) => e.sequence === head.sequence && e.msgType === head.msgType);
  }

  function owedUnder(key: string): Expected[] {
    const expected = duty.expected();
    for (; indexed < expected.length; indexed++) {
      const e = expected[indexed];
      const known = owedByKey.get(e.key);
      if (known === undefined) owedByKey.set(e.key, [e]);
      else known.push(e);
    }
    return owedByKey.get(key) ?? [];
  }

  // --- judgement ---

  function judge(truth: TruthView, unreachable: Unreachable = () => null): Judgement {
    const truths = createAlertTruths();
    const byTruth = Object.fromEntries(TRUTHS.map((t) => [t, 0])) as Record<Truth, number>;
    const byTruthAndDelivery = { ...byTruth };
    const lines: AlertLine[] = [];
    const lineOf = new Map<Expected, AlertLine>();

    for (const o of observations) {
      const seen = settle(o);
      const line = lineFor(o, seen);
      line.verdicts = deliveries.judge(seen);
      if (seen.owed !== null && !lineOf.has(seen.owed)) lineOf.set(seen.owed, line);
      if (o.head.msgType === 'Cancel') truths.cancel(o.head.key);
      if (o.head.msgType === 'Alert') {
        const behind = duty.behind(o.head.key);
        const agency = seen.owed?.agency.id ?? behind?.agency ?? '';
        const record = truth.record(agency, seen.owed?.recordId ?? behind?.recordIds[0] ?? '');
        const sent = {
          key: o.head.key,
          profile: o.profile,
          category: o.head.category,
          place: o.head.place?.text ?? null,
          sentMs: o.atMs,
        };
        line.truths = truths.alert(sent, behind === null ? null : record);
        line.truth = line.truths[0];
        byTruth[line.truth]++;
        byTruthAndDelivery[line.truth] += o.audience.length;
      }
      lines.push(line);
    }

    const counts = { alerts: 0, deliveries: 0, alertsNeverSent: 0 };
    const owe = (owed: Expected, seen: boolean, lostDetail: string): void => {
      if (owed.doubt !== DOUBT.none) return;
      if (owed.msgType === 'Alert') {
        counts.alerts++;
        counts.deliveries += owed.recipients.length;
        if (!seen) counts.alertsNeverSent++;
      }
      const reason = withheldKeys.get(owed.key);
      const why =
        reason === undefined
          ? { verdict: 'lost' as const, detail: lostDetail }
          : { verdict: 'shed' as const, detail: `withheld:${reason}` };
      const missing = deliveries.missing(owed, (resident) => unreachable(resident, owed.dueMs) ?? why);
      const line = lineOf.get(owed);
      for (const [verdict, n] of missing)
        if (line !== undefined) line.verdicts[verdict] = (line.verdicts[verdict] ?? 0) + n;
    };
    for (const owed of duty.expected()) owe(owed, lineOf.has(owed), lineOf.has(owed) ? 'not-delivered' : 'never-sent');
    if (config.ticketsSeen !== false) for (const owed of duty.neverAsked()) owe(owed, false, 'review-never-asked');

    return {
      verdicts: deliveries.verdicts,
      truth: byTruth,
      truthByDelivery: byTruthAndDelivery,
      duty: counts,
      lines,
      violations: deliveries.violations,
      leaks,
      framesScanned,
      review,
      suppressed: duty.suppressed(),
      withheld,
      wrongReceipts: receipts.wrong(),
    };
  }

  /** A message that came before it was due meets its expectation only now. */
  function settle(o: Observation): Seen {
    const owed = o.owed ?? namesakes(o.head).at(0) ?? null;
    const labels = [...o.labels];
    if (o.notOwed !== null) {
      const early = owed === null || o.notOwed === 'unapproved' ? o.notOwed : 'early';
      labels.push({ verdict: 'misdelivered', detail: early });
    }
    const ordinal = owed === null ? '' : namesakes(o.head).indexOf(owed);
    const copyKey = `${o.head.identifier} ${o.head.msgType} ${ordinal}`;
    return {
      key: safeKey(o.head.key),
      copyKey,
      atMs: o.atMs,
      owed,
      audience: o.audience,
      reception: o.reception,
      labels,
      moot: o.notOwed !== null,
    };
  }

  function stands(incidents: string, msgType: MsgType, resident: number): Standing {
    let standing: Standing = doubtful(duty.doubtOf(incidents));
    const candidates = owedUnder(incidents).filter((e) => e.msgType === msgType);
    if (candidates.length > 0) standing = 'must-not';
    for (const owed of candidates) {
      const may = deliveries.mayHave(owed).has(resident);
      if (may || (owed.doubt !== DOUBT.none && indexOf(owed.recipients, resident) >= 0)) {
        const unsure =
          owed.spreadMs > 0 ||
          owed.doubt === DOUBT.unsure ||
          people.doubtedBetween(owed.dueMs, owed.dueMs).includes(resident);
        standing = unsure || standing === 'unsure' ? 'unsure' : 'may';
      } else if (indexOf(owed.recipients, resident) >= 0) return 'must';
    }
    return standing;
  }

  function lineFor(o: Observation, seen: Seen): AlertLine {
    const place = o.head.place ?? seen.owed?.place ?? null;
    const centre = place?.box == null ? null : centreOf(place.box);
    const profile = seen.owed?.agency ?? o.profile;
    return {
      incidents: seen.key,
      identifier: `${seen.key}.${o.head.sequence}`,
      msgType: o.head.msgType,
      agency: profile.id,
      feedKind: FEED_KINDS[dialectAt(profile, o.atMs) ?? profile.feeds[0].dialect],
      category: o.head.category ?? seen.owed?.category ?? 'unknown',
      // What names no published place may be an address: it stays out of the record.
      place: place?.text ?? '',
      placeKind: place?.kind ?? 'text',
      households: place?.households ?? null,
      x: centre?.x ?? null,
      y: centre?.y ?? null,
      sentMs: o.atMs,
      audience: o.audience.length,
      truth: null,
      truths: [],
      verdicts: {},
      delayMs: {},
    };
  }

  return {
    learnPrivate: (agency, recordId, strings) => secrets.learn(agency, recordId, strings, nowMs),
    door,
    observe,
    judge,
    stands,
  };
};

// --- internal ---

function doubtful(doubt: Doubt): Standing {
  if (doubt === DOUBT.none) return 'must-not';
  return doubt === DOUBT.band ? 'may' : 'unsure';
}

/** A key is shown only where it is one: anything else might be a private string in its place. */
function safeKey(key: string): string {
  return /^[0-9a-f]{32}$/.test(key) ? key : 'unreadable';
}
