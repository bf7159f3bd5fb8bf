/** The world of a scenario without any platform: nothing is published to anybody, so that its records are what an agency's own file would hold. */
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

/** Runs every agency of a scenario on its own, and gives the worlds with the zones of their clocks. */
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

/** A world's records as calls, in the groups and on the blocks that a file would show. */
export function callsOfWorld({ world, zone }: { world: World; zone: string }): CallSet {
  const calls = Array.from(world.desk.all(), ({ record }) => ({
    atMs: record.receivedMs,
    group: groupOfRecord(record),
    block: record.location.block,
  }));
  return callSet(calls, zone);
}

/** Counts of what people reported and officers started, and of the records that came of it: what a fit needs to work back from records to causes. */
export interface Yield {
  /** By group of what was reported, and of what the record says. */
  reports: number[];
  records: number[];
  /** What officers would have started had a unit been free, and records of it, in all, by local hour and by weekday. */
  opportunities: number;
  onView: number;
  onViewByHour: number[];
  onViewByDay: number[];
  /** Records received in the same hour as they came about, one hour later, and so on. */
  hoursLate: number[];
}

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

/** The first record of something that was not found hours later: nobody knows of the others when they happened. */
function isFoundAtOnce({ record, incident }: RecordFile): boolean {
  if (incident === null || incident.records[0] !== record.ordinal) return false;
  return incident.really < 0 || EVENT_TYPES[incident.really].category === null;
}
