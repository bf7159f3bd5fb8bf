/**
 * What a target refused for good is not taken, and what follows from it alone is not owed by what it took. It is not gone either: where the
 * virtual clock has it, it counts as shed, for the reason that the target gave.
 */
import type { Judgement } from '../../oracle/oracle-api.ts';
import { alertKey } from '../../oracle/rules/composition.ts';
import type { Refusal } from './door-log.ts';
import type { Comparison } from './same-outcome.ts';

/** Beyond so many residents of one message they are counted and not named. */
const NAMED_MAX = 32;

/** Adds to the verdicts, what was owed, the violations and the lines of a judgement. `agencies`: by an alert's key. */
export function addShed(
  judgement: Judgement,
  comparison: Comparison,
  refusals: readonly Refusal[],
  agencies: ReadonlyMap<string, string>,
  runKey: string,
): void {
  if (refusals.length === 0) return;
  const reasons = createReasons(refusals, runKey);
  for (const { incidents, msgType, residents } of comparison.notTaken) {
    const why = reasons(incidents, agencies.get(incidents) ?? null);
    if (why === null) continue;
    const shed = { verdict: 'shed' as const, incidents, detail: `refused:${why}` };
    judgement.verdicts.shed += residents.length;
    if (residents.length > NAMED_MAX)
      judgement.violations.push({ ...shed, resident: null, deliveries: residents.length });
    else for (const resident of residents) judgement.violations.push({ ...shed, resident, deliveries: 1 });
    const line = judgement.lines.find((l) => l.incidents === incidents && l.msgType === msgType);
    if (line !== undefined) line.verdicts.shed = (line.verdicts.shed ?? 0) + residents.length;
    if (msgType !== 'Alert') continue;
    judgement.owed.deliveries += residents.length;
    if (line !== undefined) continue;
    judgement.owed.alerts += 1;
    judgement.owed.alertsNeverSent += 1;
  }
}

// --- internal ---

/** Why an alert's messages were refused: by its own record, else as most of its agency's were. Null where nothing of the agency's was refused. */
function createReasons(
  refusals: readonly Refusal[],
  runKey: string,
): (incidents: string, agency: string | null) => string | null {
  const byKey = new Map<string, string>();
  const byAgency = new Map<string, Map<string, number>>();
  for (const { agency, recordIds, incidents, why } of refusals) {
    if (incidents !== null) byKey.set(incidents, why);
    if (agency === null) continue;
    for (const id of recordIds) byKey.set(alertKey(runKey, agency, id), why);
    const counts = byAgency.get(agency) ?? new Map<string, number>();
    counts.set(why, (counts.get(why) ?? 0) + 1);
    byAgency.set(agency, counts);
  }
  return (incidents, agency) => {
    const own = byKey.get(incidents);
    if (own !== undefined) return own;
    const counts = agency === null ? undefined : byAgency.get(agency);
    return counts === undefined ? null : [...counts].sort((a, b) => b[1] - a[1])[0][0];
  };
}
