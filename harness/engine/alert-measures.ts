/** Measures of the alerts of a run: how many were false and how soon they were corrected, and what private things got out. */
import type { AlertLine } from '../../contract/record/lines.ts';
import type { Rate } from '../../contract/record/measures.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Judgement } from '../../oracle/oracle-api.ts';
import { quantilesOf, rateOf } from '../../stats/quantiles.ts';

/** Share of alerts that were not founded. `lines` may hold updates and cancels, which do not count. */
export function falseAlertRate(lines: readonly AlertLine[]): Rate {
  const alerts = lines.filter(isAlert);
  return rateOf(alerts.filter(isFalse).length, alerts.length);
}

export function measureFalseAlerts(lines: readonly AlertLine[]): RunRecord['falseAlerts'] {
  const alerts = lines.filter(isAlert);
  const rates = (key: (line: AlertLine) => string) =>
    [...new Set(alerts.map(key))]
      .sort()
      .map((value) => ({ key: value, rate: falseAlertRate(alerts.filter((line) => key(line) === value)) }));
  const wrong = alerts.filter(isFalse);
  const corrections = correctionTimes(lines);
  const correctionMs = wrong.flatMap((line) => corrections.get(line.incidents) ?? []);
  return {
    byAgency: rates((line) => line.agency),
    byCategory: rates((line) => line.category),
    byFeedKind: rates((line) => line.feedKind),
    byDelivery: rateByDelivery(alerts),
    afterCorrections: rateOf(wrong.length - correctionMs.length, alerts.length),
    correctionMs: quantilesOf(correctionMs),
  };
}

export function measurePrivacy(judgements: readonly Judgement[], lines: readonly AlertLine[]): RunRecord['privacy'] {
  const leaks = countLeaks(judgements);
  const framesScanned = judgements.reduce((n, j) => n + j.framesScanned, 0);
  const inFrames = leaks.filter((leak) => leak.egress === 'frame').reduce((n, leak) => n + leak.count, 0);
  const alerts = lines.filter(isAlert);
  const placeKinds: Record<string, number> = {};
  for (const { placeKind } of alerts) placeKinds[placeKind] = (placeKinds[placeKind] ?? 0) + 1;
  return {
    framesScanned,
    leaks,
    leaksPerMillionFrames: framesScanned === 0 ? 0 : (inFrames / framesScanned) * 1e6,
    review: {
      texts: judgements.reduce((n, j) => n + j.review.texts, 0),
      words: judgements.reduce((n, j) => n + j.review.words, 0),
      blanked: judgements.reduce((n, j) => n + j.review.blanked, 0),
    },
    householdsPerPlace: householdsPerPlace(alerts),
    placeKinds,
  };
}

// --- internal ---

function isAlert({ msgType }: AlertLine): boolean {
  return msgType === 'Alert';
}

function isFalse({ truth }: AlertLine): boolean {
  return truth !== 'founded';
}

/** Share of deliveries of false alerts. All deliveries of an alert share its truth, so the interval counts Kish's effective number of alerts. */
function rateByDelivery(alerts: readonly AlertLine[]): Rate {
  const deliveries = alerts.reduce((n, line) => n + line.audience, 0);
  const squares = alerts.reduce((n, line) => n + line.audience * line.audience, 0);
  const wrong = alerts.filter(isFalse).reduce((n, line) => n + line.audience, 0);
  if (deliveries === 0) return rateOf(0, 0);
  const effective = (deliveries * deliveries) / squares;
  return { ...rateOf((wrong / deliveries) * effective, effective), n: deliveries };
}

/** By alert, the time from the Alert to its first Update or Cancel, ms. */
function correctionTimes(lines: readonly AlertLine[]): Map<string, number> {
  const sentMs = new Map<string, number>();
  const correctionMs = new Map<string, number>();
  for (const line of lines) {
    const alertMs = sentMs.get(line.incidents);
    if (line.msgType === 'Alert') sentMs.set(line.incidents, line.sentMs);
    else if (alertMs !== undefined && !correctionMs.has(line.incidents))
      correctionMs.set(line.incidents, line.sentMs - alertMs);
  }
  return correctionMs;
}

/** Number of leaked strings by the way out that they took and by their kind. */
function countLeaks(judgements: readonly Judgement[]): RunRecord['privacy']['leaks'] {
  const leaks = new Map<string, { egress: string; kind: string; count: number }>();
  for (const { egress, kind } of judgements.flatMap((j) => j.leaks)) {
    const key = `${egress} ${kind}`;
    const entry = leaks.get(key) ?? { egress, kind, count: 0 };
    entry.count += 1;
    leaks.set(key, entry);
  }
  return [...leaks.values()].sort((a, b) => (a.egress + a.kind < b.egress + b.kind ? -1 : 1));
}

/** Quantiles of the number of households behind an alert's place. A stretch of highway has none. */
function householdsPerPlace(alerts: readonly AlertLine[]): RunRecord['privacy']['householdsPerPlace'] {
  const households = alerts
    .flatMap((line) => (line.households === null || line.placeKind === 'stretch' ? [] : [line.households]))
    .sort((a, b) => a - b);
  const at = (q: number): number =>
    households.length === 0 ? 0 : households[Math.max(0, Math.ceil(q * households.length) - 1)];
  return { min: households[0] ?? 0, p10: at(0.1), p50: at(0.5), max: households.at(-1) ?? 0 };
}
