/**
 * Counts what a target shed. An input that the target refused for good was not taken, so the rules owe nothing that follows from it alone. But the messages that the
 * virtual clock has because of it are not forgotten: they count as shed, for the reason that the target gave.
 */
import type { Judgement } from '../../oracle/oracle-api.ts';
import { alertKey } from '../../oracle/rules/composition.ts';
import type { Refusal } from './door-log.ts';
import type { OutcomeComparison } from './same-outcome.ts';

/** If more residents than this miss a message, they are counted and not named. */
const NAMED_MAX = 32;

export interface ShedOptions {
  refusals: readonly Refusal[];
  /** The agency of each alert key. */
  agencies: ReadonlyMap<string, string>;
  runKey: string;
}

/** Adds what was shed to a judgement: to the verdicts, the alerts owed, the violations and the lines. */
export function addShed(judgement: Judgement, comparison: OutcomeComparison, options: ShedOptions): void {
  const { refusals, agencies, runKey } = options;
  if (refusals.length === 0) return;
  const reasons = new RefusalReasons(refusals, runKey);
  for (const { incidents, msgType, residents } of comparison.missing) {
    const reason = reasons.find(incidents, agencies.get(incidents) ?? null);
    if (reason === null) continue;
    const shed = { verdict: 'shed' as const, incidents, detail: `refused:${reason}` };
    judgement.verdicts.shed += residents.length;
    if (residents.length > NAMED_MAX)
      judgement.violations.push({ ...shed, resident: null, deliveries: residents.length });
    else for (const resident of residents) judgement.violations.push({ ...shed, resident, deliveries: 1 });
    const line = judgement.lines.find((one) => one.incidents === incidents && one.msgType === msgType);
    if (line !== undefined) line.verdicts.shed = (line.verdicts.shed ?? 0) + residents.length;
    if (msgType !== 'Alert') continue;
    judgement.owed.deliveries += residents.length;
    if (line !== undefined) continue;
    judgement.owed.alerts += 1;
    judgement.owed.alertsNeverSent += 1;
  }
}

// --- internal ---

/** Why an alert's messages were refused. */
class RefusalReasons {
  readonly #byKey = new Map<string, string>();
  /** For each agency, the number of its refusals by reason. */
  readonly #byAgency = new Map<string, Map<string, number>>();

  constructor(refusals: readonly Refusal[], runKey: string) {
    for (const { agency, recordIds, incidents, reason } of refusals) {
      if (incidents !== null) this.#byKey.set(incidents, reason);
      if (agency === null) continue;
      for (const id of recordIds) this.#byKey.set(alertKey(runKey, agency, id), reason);
      const counts = this.#byAgency.get(agency) ?? new Map<string, number>();
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      this.#byAgency.set(agency, counts);
    }
  }

  /** The reason for the alert's own record, or else the agency's most frequent one; null if nothing of the agency's was refused. */
  find(incidents: string, agency: string | null): string | null {
    const own = this.#byKey.get(incidents);
    if (own !== undefined) return own;
    const counts = agency === null ? undefined : this.#byAgency.get(agency);
    return counts === undefined ? null : [...counts].sort((a, b) => b[1] - a[1])[0][0];
  }
}
