/** A short story in one agency's feed, which the oracle judges as it judges a load run: every message must be one that it expects. */
import type { Alert } from '../../../contract/alert.ts';
import { HOUR_MS, MINUTE_MS } from '../../../contract/time.ts';
import type { RowReceipt } from '../../../contract/pipeline.ts';
import type { Judgement } from '../../../oracle/oracle-api.ts';
import { createOracle } from '../../../oracle/oracle.ts';
import type { CheckGroup } from '../check.ts';
import { must } from '../outcome.ts';
import { jsonOf } from '../client.ts';
import { eidoBody, eidoManifest, privateStrings, type ReportedRecord } from '../dialect-body.ts';
import type { Listener } from '../listener.ts';
import { AGENCY, BESIDE, FAR, HIGH, isBarrier, NEAR, PICKY, type TestTown } from '../test-town.ts';

export const ruleChecks: CheckGroup = {
  name: 'rules',
  town: { sameEventMsMax: 15 * MINUTE_MS },
  checks: [
    {
      name: 'story',
      says: 'residents receive exactly the messages that the rules owe for a story with updates, cancels, merged records and coarse places',
      async run(town) {
        const { judgement, messages } = await tell(town, storyOf(town));
        const { verdicts, leaks, wrongReceipts, violations } = judgement;
        const [first] = violations;
        const faults = [
          ...(['lost', 'misdelivered', 'duplicate', 'stale', 'leaked'] as const)
            .filter((name) => verdicts[name] > 0)
            .map((name) => `${verdicts[name]} ${name}`),
          ...(leaks.length > 0 ? [`${leaks.length} leaks`] : []),
          ...(wrongReceipts.length > 0
            ? [
                `${wrongReceipts.length} wrong receipts: expected ${wrongReceipts[0].expected}, found ${wrongReceipts[0].found}`,
              ]
            : []),
        ];
        must(faults.length === 0, `${faults.join(', ')}${first === undefined ? '' : ` (first: ${first.detail})`}`);
        must(verdicts.delivered > 0, 'nothing was delivered');
        return `${messages} messages, ${verdicts.delivered} deliveries, all owed; none missing`;
      },
    },
  ],
};

// --- internal ---

type Step = { tell: ReportedRecord } | { waitMs: number };

/** Half-width of the band around a rule's limit if the target's clock can't be stopped. */
const REAL_TIME_TOLERANCE_MS = 5000;

function storyOf(town: TestTown): Step[] {
  const nowMs = town.nowMs();
  const told = (recordId: string, changes: Partial<ReportedRecord>): Step => ({
    tell: town.record({ recordId, incidentMs: nowMs - 4 * MINUTE_MS, updatedMs: nowMs - MINUTE_MS, ...changes }),
  });
  const ageing: Step[] = [
    // A story in real time can't wait: steps that need an hour to pass run only if the clock can be set.
    { waitMs: 40 * MINUTE_MS },
    told('E1', { event: 'arson', updatedMs: nowMs + 40 * MINUTE_MS, status: 'closed', disposition: 'founded' }),
    told('A1', { updatedMs: nowMs + 40 * MINUTE_MS, status: 'closed', disposition: 'unfounded' }),
    { waitMs: 30 * MINUTE_MS },
    told('L1', { event: 'robbery', number: 454, updatedMs: nowMs + 70 * MINUTE_MS }),
    told('E1', { event: 'arson', number: 354, updatedMs: nowMs + 70 * MINUTE_MS }),
    { waitMs: 7 * HOUR_MS },
    told('E1', { event: 'arson', updatedMs: nowMs + 8 * HOUR_MS, status: 'cancelled' }),
  ];
  return [
    told('A1', {}),
    // Another caller reports the same event: no second alert.
    told('A2', { number: 212 }),
    told('B1', { event: 'robbery', number: 754 }),
    told('B2', { event: 'robbery', number: 754, street: 'E OAK AVE' }),
    told('C1', { event: 'shooting', placeText: 'W MAPLE ST / N 5TH AVE' }),
    told('C2', { event: 'shooting', placeText: 'CENTRAL LIBRARY' }),
    told('C3', { event: 'stabbing', placeText: 'SR 17 MM 7' }),
    told('C4', { event: 'stabbing', placeText: 'BEHIND THE OLD MILL' }),
    told('D1', { event: 'burglary-domestic', number: 354 }),
    told('D2', { event: 'burglary-cold', number: 354 }),
    told('E1', { event: 'arson' }),
    // A record is sent again, one comes late, and one lies in the future.
    told('E1', { event: 'arson' }),
    told('E1', { event: 'arson', number: 354, updatedMs: nowMs - HOUR_MS }),
    told('F1', { event: 'arson', number: 54, incidentMs: nowMs + 10 * MINUTE_MS }),
    told('G1', { event: 'arson', number: 454, incidentMs: nowMs - 2 * HOUR_MS }),
    // A record moves to another block, and then changes its type.
    told('H1', { event: 'robbery', number: 154 }),
    told('H1', { event: 'robbery', number: 54, updatedMs: nowMs - 50_000 }),
    told('H1', { event: 'arson', number: 54, updatedMs: nowMs - 40_000 }),
    told('H1', { event: 'burglary-cold', number: 54, updatedMs: nowMs - 30_000 }),
    told('H1', { event: 'arson', number: 54, updatedMs: nowMs - 20_000 }),
    // A cancelled record that is opened again stays cancelled.
    told('I1', { event: 'vehicle-theft', number: 554 }),
    told('I1', { event: 'vehicle-theft', number: 554, updatedMs: nowMs - 50_000, status: 'cancelled' }),
    told('I1', { event: 'vehicle-theft', number: 554, updatedMs: nowMs - 40_000 }),
    // The first of two records turns out to be a duplicate: the second one takes over.
    told('J1', { event: 'vehicle-break-in', number: 354 }),
    told('J2', { event: 'vehicle-break-in', number: 312 }),
    told('J1', {
      event: 'vehicle-break-in',
      number: 354,
      updatedMs: nowMs - 50_000,
      status: 'closed',
      disposition: 'duplicate',
    }),
    told('J2', {
      event: 'vehicle-break-in',
      number: 312,
      updatedMs: nowMs - 40_000,
      status: 'closed',
      disposition: 'unfounded',
    }),
    ...(town.target.hasClock ? ageing : []),
  ];
}

/** Sends the story step by step, waits after each until all messages arrived, and lets the oracle judge them. */
async function tell(town: TestTown, steps: readonly Step[]): Promise<{ judgement: Judgement; messages: number }> {
  const agencies = town.config.agencies.filter(({ id }) => id === AGENCY);
  const toleranceMs = town.target.hasClock ? 0 : REAL_TIME_TOLERANCE_MS;
  const oracle = createOracle({ ...town.config, agencies, toleranceMs, latenessMsMax: MINUTE_MS });
  const listeners = new Map<number, Listener>();
  for (const resident of [NEAR, BESIDE, FAR, PICKY, HIGH]) listeners.set(resident, await town.listen(resident));
  const seen = new Map<Listener, number>();
  let messages = 0;
  for (const step of steps) {
    if ('waitMs' in step) {
      await town.standAt(town.nowMs() + step.waitMs);
      continue;
    }
    const messageId = town.key();
    const body = eidoBody(step.tell, town.target.canary);
    const atMs = town.nowMs();
    oracle.learnPrivate(AGENCY, step.tell.recordId, privateStrings(step.tell, town.target.canary));
    oracle.door(
      { kind: 'cad', messageId, agency: AGENCY, dialect: 'eido', body },
      eidoManifest(messageId, AGENCY, step.tell),
      atMs,
    );
    const answer = await town.pushBody(AGENCY, messageId, body);
    oracle.observe({ kind: 'receipt', messageId, rows: jsonOf(answer).rows as RowReceipt[] }, atMs);
    await town.settle(...listeners.values());
    for (const [text, audience] of newFrames(listeners, seen)) {
      messages++;
      const alert = JSON.parse(text) as Alert;
      oracle.observe(
        { kind: 'publish', agency: AGENCY, alert, frame: text, audience: Uint32Array.from(audience) },
        atMs,
      );
    }
  }
  return { judgement: oracle.judge({ record: () => null }), messages };
}

/**
 * Every distinct message since the last call, with the residents who got it, ascending. `seen`: frames of each listener that were
 * counted before.
 */
function newFrames(listeners: ReadonlyMap<number, Listener>, seen: Map<Listener, number>): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [resident, listener] of listeners) {
    const from = seen.get(listener) ?? 0;
    seen.set(listener, listener.frames.length);
    for (const { text } of listener.frames.slice(from))
      if (!isBarrier(text)) found.set(text, [...(found.get(text) ?? []), resident]);
  }
  return found;
}
