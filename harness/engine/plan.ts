/** From a scenario to its agencies: ids, names, feeds over time, policies, sizes; and the limits that every platform of a run has. */
import type { AgencyProfile } from '../../contract/agency.ts';
import { naturesOf, type Dialect } from '../../contract/catalogue.ts';
import type { Gazetteer } from '../../contract/gazetteer.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS } from '../../contract/time.ts';

export interface AgencyPlan {
  index: number;
  id: string;
  name: string;
  dialect: Dialect;
  persons: number;
  zone: string;
  feeds: { fromMs: number; dialect: Dialect }[];
  /** The first feed stops here, null if it never does. If another of `feeds` starts at the same moment, that one replaces it. */
  withdrawnMs: number | null;
}

/** Longest body that a pipeline must accept, UTF-16 units: a snapshot of a very busy portal. */
export const BODY_LENGTH_MAX = 4 * 1024 * 1024;
/** An output that comes later than this after it was due is late. In virtual time outputs come at the moment they are due, unless the pipeline holds them back. */
export const LATENESS_MS_MAX = 5000;

/** The wall clock of a dialect's agencies is that of the place whose feed the dialect is modelled on. */
const ZONES: Readonly<Record<Dialect, string>> = {
  eido: 'America/Denver',
  sf: 'America/Los_Angeles',
  seattle: 'America/Los_Angeles',
  dallas: 'America/Chicago',
  tampa: 'America/New_York',
  milwaukee: 'America/Chicago',
};

/** The agencies of a scenario in order of their index. */
export function planAgencies(scenario: Scenario): AgencyPlan[] {
  const plans: AgencyPlan[] = [];
  for (const group of scenario.agencies) {
    for (let i = 0; i < group.count; i += 1) {
      const index = plans.length;
      const number = String(index).padStart(3, '0');
      const withdrawnMs =
        group.withdrawAfterDays === null ? null : scenario.startMs + Math.round(group.withdrawAfterDays * DAY_MS);
      const feeds = [{ fromMs: scenario.startMs, dialect: group.dialect }];
      if (withdrawnMs !== null && group.thenDialect !== null)
        feeds.push({ fromMs: withdrawnMs, dialect: group.thenDialect });
      plans.push({
        index,
        id: `pd-${number}`,
        name: `Synthetic Police Department ${number}`,
        dialect: group.dialect,
        persons: group.personsPerAgency,
        zone: ZONES[group.dialect],
        feeds,
        withdrawnMs,
      });
    }
  }
  return plans;
}

/** An agency as a platform knows it. */
export function agencyProfile(plan: AgencyPlan, scenario: Scenario, gazetteer: Gazetteer): AgencyProfile {
  return {
    id: plan.id,
    name: plan.name,
    zone: plan.zone,
    feeds: plan.feeds,
    natures: Object.fromEntries(plan.feeds.map((f) => [f.dialect, naturesOf(f.dialect)])),
    gazetteer,
    places: 'strict',
    policies: [{ fromMs: scenario.startMs, policy: scenario.policy }],
  };
}

/** Key of the HMAC that names the alerts of a run with this seed. */
export function runKey(seed: number): string {
  return `hundredblock/${seed}`;
}
