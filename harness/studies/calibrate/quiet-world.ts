/** The world of a scenario without a platform: nothing is published, so that its records are those of an agency's own file. */
import { EVENT_TYPES } from '../../../contract/catalogue.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { DAY_MS, HOUR_MS } from '../../../contract/time.ts';
import type { RecordFile } from '../../../simulator/cad/record-file.ts';
import { buildCity, cellSide } from '../../../simulator/city/city.ts';
import { Kernel } from '../../../simulator/kernel/kernel.ts';
import { buildPeople } from '../../../simulator/people/people.ts';
import { World } from '../../../simulator/world/world.ts';
import { agencyProfile, planAgencies } from '../../engine/plan.ts';
import { callSet, GROUPS, groupOfType, hourOfWeek, type CallSet } from './calls.ts';

/** Runs every agency of a scenario by itself, and answers the worlds with their time zones. */
export function quietWorlds(scenario: Scenario, seed: number): { world: World; zone: string }[] {
  const plans = planAgencies(scenario);
  const cellSideDm = cellSide(
    plans.map((p) => p.persons),
    scenario.people.personsPerKm2,
  );
  return plans.map((plan) => {
    const seeds = { seed, replication: 0 };
    const city = buildCity({
      seeds,
      agencyIndex: plan.index,
      agencyCount: plans.length,
      cellSideDm,
      name: `HARTWELL ${plan.index}`,
      persons: plan.persons,
      personsPerHousehold: scenario.people.personsPerHousehold,
      personsPerKm2: scenario.people.personsPerKm2,
      hotSpotSigma: scenario.incidents.hotSpotSigma,
    });
    const kernel = new Kernel(scenario.startMs);
    const endMs = scenario.startMs + Math.round(scenario.durationDays * DAY_MS);
    const ignore = (): void => {};
    const world = new World({
      scenario: { ...scenario, intensity: { ...scenario.intensity, motions: 0 } },
      seeds,
      agencyIndex: plan.index,
      persons: plan.persons,
      profile: agencyProfile(plan, scenario, city.gazetteer),
      withdrawMs: plan.withdrawnMs,
      city,
      people: buildPeople(city, { seeds, ...scenario.people }),
      kernel,
      endMs,
      host: {
        door: ignore,
        preference: ignore,
        preferenceAhead: ignore,
        post: ignore,
        review: ignore,
        motion: ignore,
        fault: ignore,
        learnPrivate: ignore,
        recordOf: () => null,
      },
    });
    world.start();
    kernel.runUntil(endMs);
    return { world, zone: plan.zone };
  });
}

/** A world's records as calls, with the groups and blocks that a file would show. */
export function callsOfWorld({ world, zone }: { world: World; zone: string }): CallSet {
  const calls = Array.from(world.desk.all(), ({ record }) => ({
    atMs: record.receivedMs,
    group: groupOfRecord(record),
    block: record.location.block,
  }));
  return callSet(calls, zone);
}

/** Counts of people's reports and of officers' own work, and of the records of both, by which a fit works back from records to causes. */
export interface Yield {
  /** Reports by group of the reported type. */
  reports: number[];
  /** Records of reports by group of the recorded type. */
  records: number[];
  /** Officers' own work, whether or not a unit was free for it. */
  opportunities: number;
  /** Records of officers' own work: in all, by local hour, and by weekday. */
  onView: number;
  onViewByHour: number[];
  onViewByDay: number[];
  /** Place h counts the records that were received h hours after the incident began. */
  hoursLate: number[];
}

/** Counts the yield of a world. */
export function yieldOf({ world, zone }: { world: World; zone: string }): Yield {
  const found = noYield();
  for (const incident of world.incidents)
    if (incident.origin === 'exogenous' && incident.firstCallMs >= 0)
      found.reports[GROUPS.indexOf(groupOfType(EVENT_TYPES[incident.reported].id))] += 1;
  for (const file of world.desk.all()) {
    const { receivedMs, onView } = file.record;
    if (onView) {
      const hour = hourOfWeek(receivedMs, zone);
      found.onView += 1;
      found.onViewByHour[hour % 24] += 1;
      found.onViewByDay[Math.floor(hour / 24)] += 1;
    } else found.records[groupOfRecord(file.record)] += 1;
    if (isFoundAtOnce(file)) {
      const hours = Math.floor(receivedMs / HOUR_MS) - Math.floor(file.incident!.onsetMs / HOUR_MS);
      found.hoursLate[Math.min(23, Math.max(0, hours))] += 1;
    }
  }
  const { started, missed } = world.dispatch.measures().self;
  return { ...found, opportunities: started + missed };
}

/** The yield of nothing: all counts are 0. */
export function noYield(): Yield {
  const zeros = (n: number): number[] => new Array<number>(n).fill(0);
  return {
    reports: zeros(GROUPS.length),
    records: zeros(GROUPS.length),
    opportunities: 0,
    onView: 0,
    onViewByHour: zeros(24),
    onViewByDay: zeros(7),
    hoursLate: zeros(24),
  };
}

// --- internal ---

function groupOfRecord(record: RecordFile['record']): number {
  return GROUPS.indexOf(groupOfType(EVENT_TYPES[record.type].id));
}

/** Whether it is the first record of an incident that was found as it happened: nobody knows when one that is found hours later began. */
function isFoundAtOnce({ record, incident }: RecordFile): boolean {
  if (incident === null || incident.records[0] !== record.ordinal) return false;
  return incident.really < 0 || EVENT_TYPES[incident.really].category === null;
}
