/** From a scenario to its agencies: ids, names, feeds over time, policies, sizes. */
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
  /** The feed stops here; null never. A feed of `feeds` that starts at the same moment replaces it. */
  withdrawnMs: number | null;
}

/** Each dialect's agencies keep the wall clock of the place whose feed it is modelled on. */
const ZONES: Readonly<Record<Dialect, string>> = {
  eido: 'America/Denver',
  sf: 'America/Los_Angeles',
  seattle: 'America/Los_Angeles',
  dallas: 'America/Chicago',
  tampa: 'America/New_York',
  milwaukee: 'America/Chicago',
};

export function planOf(scenario: Scenario): AgencyPlan[] {
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

export function profileOf(plan: AgencyPlan, scenario: Scenario, gazetteer: Gazetteer): AgencyProfile {
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
