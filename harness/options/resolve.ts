/** Makes a checked scenario of a name or file and the command line's overrides. */
import { HundredblockError } from '../../contract/errors.ts';
import { explain, isSound, refusal, shown, wrongValue, type Problem } from '../../contract/explain.ts';
import { didYouMean } from '../../contract/nearest.ts';
import { RESIDENTS_PER_AGENCY_MAX } from '../../contract/roster.ts';
import { ScenarioSchema, type Scenario } from '../../contract/scenario.ts';
import { DAY_MS, MINUTE_MS } from '../../contract/time.ts';
import { DEFAULTS } from '../../scenarios/defaults.ts';
import { isObject, readJson, type Refuse } from './json-file.ts';
import { SCENARIOS } from './registry.ts';
import { setOption } from './set-option.ts';
import { callPlanProblems, policePlanProblems } from './shift-plan.ts';

const AGENCIES_MAX = 4096;
const PERSONS_MAX = 100_000_000;

/**
 * The scenario called `name`: one of the registry, or a path to a `.json` file whose options replace the defaults. Each `path=value` of `sets` is applied in
 * order, and `days` over all; `seed` is only checked. Throws a HundredblockError whose message has one line for each problem: HB_SCENARIO_UNKNOWN,
 * HB_OPTION_UNKNOWN if the name of an option is unknown, else HB_OPTION_VALUE; HB_USAGE if a file can't be read.
 */
export function resolveScenario(
  name: string,
  sets: string[],
  overrides: { seed?: number; days?: number } = {},
): Scenario {
  const scenario = structuredClone(load(name)) as Record<string, unknown>;
  const problems = sets.flatMap((set) => setOption(scenario, set) ?? []);
  if (overrides.days !== undefined) scenario.durationDays = overrides.days;
  const { seed } = overrides;
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0))
    problems.push(wrongValue('seed', `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`, shown(seed)));
  const misfits = explain(ScenarioSchema, scenario);
  problems.push(...misfits, ...planProblems(scenario as Scenario, misfits));
  if (misfits.length === 0) problems.push(...crossCheck(scenario as Scenario));
  if (problems.length > 0) throw refusal(problems);
  return scenario as Scenario;
}

// --- internal ---

function load(name: string): unknown {
  const known = SCENARIOS.get(name);
  if (known !== undefined) return known;
  if (/\.json$/i.test(name)) return loadFile(name);
  const names = [...SCENARIOS.keys()];
  throw new HundredblockError(
    'HB_SCENARIO_UNKNOWN',
    `unknown scenario ${shown(name)}${didYouMean(name, names) || ':'} expected one of ${names.join(', ')}, or a path to a .json file`,
  );
}

function loadFile(path: string): unknown {
  const refuse: Refuse = (expected, found) =>
    new HundredblockError('HB_USAGE', `scenario file ${shown(path)}: expected ${expected}, found ${found}`);
  const value = readJson(path, refuse);
  if (!isObject(value)) throw refuse('an object of options', shown(value));
  return withAgencyDefaults(overlay(DEFAULTS, value));
}

/** Fills in what a file may leave out of its agency groups: lists are replaced as a whole, so no group has defaults to lie over. */
function withAgencyDefaults(scenario: unknown): unknown {
  if (!isObject(scenario) || !Array.isArray(scenario.agencies)) return scenario;
  const agencies = scenario.agencies.map((group: unknown) =>
    isObject(group) ? { count: 1, withdrawAfterDays: null, thenDialect: null, ...group } : group,
  );
  return { ...scenario, agencies };
}

/** `base` with the options of `over` laid over it, group by group; lists are replaced as a whole. */
function overlay(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over;
  const merged: [string, unknown][] = Object.entries(base);
  for (const [name, value] of Object.entries(over))
    merged.push([name, overlay(Object.hasOwn(base, name) ? base[name] : undefined, value)]);
  // fromEntries defines properties, so that a key called __proto__ is an unknown option like any other.
  return Object.fromEntries(merged);
}

/** Whether the plans of shifts can be worked, as far as their own options fit, whatever is wrong with others. */
function planProblems({ calls, police }: Scenario, misfits: readonly Problem[]): Problem[] {
  return [
    ...(isSound(misfits, 'calls') ? callPlanProblems(calls) : []),
    ...(isSound(misfits, 'police') ? policePlanProblems(police) : []),
  ];
}

/** Rules about several options at once. The scenario must fit its schema. */
function crossCheck(scenario: Scenario): Problem[] {
  const problems: Problem[] = [];
  const expect = (ok: boolean, path: string, expected: string, found: unknown) => {
    if (!ok) problems.push(wrongValue(path, expected, shown(found)));
  };
  const { agencies, people, incidents, faults, reactions } = scenario;
  const agencyCount = agencies.reduce((sum, kind) => sum + kind.count, 0);
  const persons = agencies.reduce((sum, kind) => sum + kind.count * kind.personsPerAgency, 0);
  expect(scenario.name !== '', 'name', 'a text that is not empty', scenario.name);
  expect(
    scenario.durationDays * DAY_MS >= MINUTE_MS,
    'durationDays',
    'at least one minute (0.0007)',
    scenario.durationDays,
  );
  expect(
    scenario.warmUpHours < scenario.durationDays * 24,
    'warmUpHours',
    `fewer than the ${scenario.durationDays * 24} hours of durationDays`,
    scenario.warmUpHours,
  );
  expect(agencyCount <= AGENCIES_MAX, 'agencies', `at most ${AGENCIES_MAX} agencies in all`, agencyCount);
  expect(persons < PERSONS_MAX, 'agencies', `fewer than ${PERSONS_MAX} people in all`, persons);
  for (const [i, kind] of agencies.entries()) {
    const appUsers = Math.ceil(kind.personsPerAgency * people.appUserShareOfPersons);
    expect(
      appUsers < RESIDENTS_PER_AGENCY_MAX,
      `agencies.${i}.personsPerAgency`,
      `fewer than ${RESIDENTS_PER_AGENCY_MAX} app users in an agency (personsPerAgency times people.appUserShareOfPersons)`,
      appUsers,
    );
    expect(
      kind.thenDialect === null || kind.withdrawAfterDays !== null,
      `agencies.${i}.thenDialect`,
      'null while withdrawAfterDays is null',
      kind.thenDialect,
    );
    expect(
      kind.thenDialect !== kind.dialect,
      `agencies.${i}.thenDialect`,
      'another dialect than the one withdrawn',
      kind.thenDialect,
    );
  }
  for (const name of ['shareByHour', 'shareByWeekday', 'typeMix'] as const) {
    const sum = Object.values(incidents[name]).reduce((total, value) => total + value, 0);
    expect(sum > 0, `incidents.${name}`, 'something above 0 in it', sum);
  }
  expect(
    faults.clockSkewAgencies <= agencyCount,
    'faults.clockSkewAgencies',
    `at most the ${agencyCount} agencies there are`,
    faults.clockSkewAgencies,
  );
  const leaving = reactions.muteShare + reactions.quitShare;
  expect(leaving <= 1, 'reactions.quitShare', 'no more than 1 together with reactions.muteShare', leaving);
  return problems;
}
