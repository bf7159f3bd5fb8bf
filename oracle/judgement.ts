/** The judgement of a run, from everything that the oracle was told. */
import { FEED_KINDS } from '../contract/catalogue.ts';
import { type Truth, TRUTHS } from '../contract/record/kinds.ts';
import type { AlertLine } from '../contract/record/lines.ts';
import { AlertTruths } from './alert-truth.ts';
import { DeliveryJudge, type Missed, type SeenMessage } from './delivery.ts';
import { dialectAt } from './rules/eligibility.ts';
import type { Entitlement } from './entitlement.ts';
import type { LeakSearch } from './leak-search.ts';
import type { Judgement, OracleConfig, TruthView, Unreachable } from './oracle-api.ts';
import { DOUBT } from './owed/doubt.ts';
import type { OwedAlerts } from './owed/owed-alerts.ts';
import type { OwedMessage } from './owed/owed-message.ts';
import { boxCentre } from './rules/place.ts';
import type { Observation, PublishedMessages } from './published.ts';
import type { Receipts } from './receipts.ts';

/** Everything that the oracle has gathered about a run. */
export interface Evidence {
  config: OracleConfig;
  owedAlerts: OwedAlerts;
  published: PublishedMessages;
  entitlement: Entitlement;
  leakSearch: LeakSearch;
  receipts: Receipts;
  /** By alert key: why the target said that it withheld the alert. */
  withheldKeys: ReadonlyMap<string, string>;
  /** How often the target said so, by reason. */
  withheld: Record<string, number>;
}

/** Judges a run. */
export function judgeEvidence(evidence: Evidence, truth: TruthView, unreachable: Unreachable): Judgement {
  const { config, owedAlerts, published, leakSearch, receipts, withheld } = evidence;
  const deliveries = new DeliveryJudge(evidence.entitlement, config);
  const truths = new TruthCount(owedAlerts, truth);
  const lines: AlertLine[] = [];
  const lineOf = new Map<OwedMessage, AlertLine>();
  for (const observation of published.observations) {
    const seen = published.settle(observation);
    const line = alertLine(observation, seen);
    line.verdicts = deliveries.judge(seen);
    if (seen.owed !== null && !lineOf.has(seen.owed)) lineOf.set(seen.owed, line);
    truths.add(observation, seen, line);
    lines.push(line);
  }
  return {
    owed: judgeOwed(evidence, deliveries, lineOf, unreachable),
    verdicts: deliveries.verdicts,
    truth: truths.byAlert,
    truthByDelivery: truths.byDelivery,
    lines,
    violations: deliveries.violations,
    leaks: leakSearch.leaks,
    framesScanned: published.framesScanned,
    review: leakSearch.review,
    suppressed: owedAlerts.suppressed(),
    withheld,
    wrongReceipts: receipts.wrong(),
  };
}

// --- internal ---

/** Alerts by what they were worth when they were sent. */
class TruthCount {
  readonly byAlert = Object.fromEntries(TRUTHS.map((t) => [t, 0])) as Record<Truth, number>;
  readonly byDelivery = { ...this.byAlert };
  readonly #truths = new AlertTruths();
  readonly #owedAlerts: OwedAlerts;
  readonly #view: TruthView;

  constructor(owedAlerts: OwedAlerts, view: TruthView) {
    this.#owedAlerts = owedAlerts;
    this.#view = view;
  }

  /** Counts the truth of a message that is an Alert, and writes it into its line. */
  add({ head, profile, atMs, audience }: Observation, { owed }: SeenMessage, line: AlertLine): void {
    if (head.msgType === 'Cancel') this.#truths.cancel(head.key);
    if (head.msgType !== 'Alert') return;
    const behind = this.#owedAlerts.recordsBehind(head.key);
    const agency = owed?.agency.id ?? behind?.agency ?? '';
    const record = this.#view.record(agency, owed?.recordId ?? behind?.recordIds[0] ?? '');
    const sent = {
      key: head.key,
      profile,
      category: head.category,
      place: head.place?.text ?? null,
      sentMs: atMs,
    };
    line.truths = this.#truths.alert(sent, behind === null ? null : record);
    line.truth = line.truths[0];
    this.byAlert[line.truth]++;
    this.byDelivery[line.truth] += audience.length;
  }
}

/** Counts what was owed, and judges what was never seen of it. */
function judgeOwed(
  { config, owedAlerts, withheldKeys }: Evidence,
  deliveries: DeliveryJudge,
  lineOf: ReadonlyMap<OwedMessage, AlertLine>,
  unreachable: Unreachable,
): Judgement['owed'] {
  const counts = { alerts: 0, deliveries: 0, alertsNeverSent: 0 };
  const owe = (owed: OwedMessage, line: AlertLine | undefined, lostDetail: string): void => {
    if (owed.doubt !== DOUBT.none) return;
    if (owed.msgType === 'Alert') {
      counts.alerts++;
      counts.deliveries += owed.recipients.length;
      if (line === undefined) counts.alertsNeverSent++;
    }
    const reason = withheldKeys.get(owed.key);
    const why: Missed =
      reason === undefined
        ? { verdict: 'lost', detail: lostDetail }
        : { verdict: 'shed', detail: `withheld:${reason}` };
    const missing = deliveries.missing(owed, (resident) => unreachable(resident, owed.dueMs) ?? why);
    if (line === undefined) return;
    for (const [verdict, n] of missing) line.verdicts[verdict] = (line.verdicts[verdict] ?? 0) + n;
  };
  for (const owed of owedAlerts.messages()) {
    const line = lineOf.get(owed);
    owe(owed, line, line === undefined ? 'never-sent' : 'not-delivered');
  }
  if (config.ticketsSeen !== false)
    for (const owed of owedAlerts.neverAsked()) owe(owed, undefined, 'review-never-asked');
  return counts;
}

/** The line of a message, without verdicts and truth. */
function alertLine({ head, profile, atMs, audience }: Observation, { key, owed }: SeenMessage): AlertLine {
  const place = head.place ?? owed?.place ?? null;
  const centre = place?.box == null ? null : boxCentre(place.box);
  const agency = owed?.agency ?? profile;
  return {
    incidents: key,
    identifier: `${key}.${head.sequence}`,
    msgType: head.msgType,
    agency: agency.id,
    feedKind: FEED_KINDS[dialectAt(agency, atMs) ?? agency.feeds[0].dialect],
    category: head.category ?? owed?.category ?? 'unknown',
    // A text that names no published place may be an address: it stays out of the record.
    place: place?.text ?? '',
    placeKind: place?.kind ?? 'text',
    households: place?.households ?? null,
    x: centre?.x ?? null,
    y: centre?.y ?? null,
    sentMs: atMs,
    audience: audience.length,
    truth: null,
    truths: [],
    verdicts: {},
    delayMs: {},
  };
}
