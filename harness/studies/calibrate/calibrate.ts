/**
 * Fits a scenario's arrivals to an agency's published calls, and says how well they fit: the rate, the profile by hour and weekday, the
 * mix of categories, and how unevenly calls lie over blocks. Parameters that a file says nothing about (officers' share, hoaxes,
 * repeats) stay as they were.
 *
 * A file holds records, not their causes. Pilot worlds, each made from the guess of the one before, show how many records a report
 * makes, how much later they come, and how uneven a known unevenness looks in them; the fit works back from records to causes by that.
 */
import type { Scenario } from '../../../contract/scenario.ts';
import { CALLED_TYPES } from '../../../contract/scenario.ts';
import type { Mapping } from '../../../contract/mapping.ts';
import { DEFAULTS } from '../../../scenarios/defaults.ts';
import { MIX, NIGHT_FACTOR, NIGHT_TYPES } from '../../../simulator/incidents/mix.ts';
import { GROUPS, groupCounts, groupOfType, hourlyCounts, OTHER, type CallSet } from './calls.ts';
import { goodnessOf, type Goodness } from './goodness.ts';
import { fitUnevenness, type Unevenness } from '../../../stats/unevenness.ts';
import { byHourOfWeek, dispersion, expectedCalls, fitProfile, type Profile } from '../../../stats/weekly-profile.ts';
import { callsOfWorld, noYield, quietWorlds, yieldOf, type Yield } from './quiet-world.ts';

/** A fitted value with its interval. */
export interface Fitted {
  value: number;
  /** 95% interval: the chance of the calls, widened by their dispersion and by the chance of the pilots. */
  low: number;
  high: number;
}

/** The result of a calibration. */
export interface Calibration {
  name: string;
  persons: number;
  seed: number;
  calls: number;
  days: number;
  callsForServicePer1000PersonsYear: Fitted;
  shareByHour: Fitted[];
  shareByWeekday: Fitted[];
  /** Share of the calls that residents make, per thousand, by group of types that a file can't tell apart. */
  perThousandByGroup: Record<string, Fitted>;
  hotSpotSigma: Fitted;
  goodness: Goodness;
  warnings: string[];
  scenario: CalibratedScenario;
}

/** The scenario as a file holds it: only the options that were fitted, or given. */
export type CalibratedScenario = {
  name: string;
  description: string;
  agencies: Scenario['agencies'];
  incidents: Pick<
    Scenario['incidents'],
    | 'callsForServicePer1000PersonsYear'
    | 'officerInitiatedShare'
    | 'hotSpotSigma'
    | 'shareByHour'
    | 'shareByWeekday'
    | 'typeMix'
  >;
};

/** The calls to fit, and parameters that they say nothing about. */
export interface CalibrateOptions {
  calls: CallSet;
  name: string;
  zone: Mapping['zone'];
  /** People in the jurisdiction, which no file says. */
  persons: number;
  /** Share of calls for service that officers start, which no file says either. */
  officerInitiatedShare: number;
  seed: number;
  /** Number of processes drawn for p-values. */
  draws: number;
  onStep?: (step: string, fraction: number) => void;
}

/** Takes seconds for tens of thousands of calls, because each pilot is a world with the people of the jurisdiction. */
export function calibrate(options: CalibrateOptions): Calibration {
  const { calls, persons } = options;
  const warnings: string[] = [];
  const hourly = hourlyCounts(calls);
  const { hours, calls: byHour } = byHourOfWeek(hourly);
  if (hours.some((n) => n === 0))
    warnings.push('the file does not cover a whole week: hours of the week that it lacks count as hours without calls');
  const profile = fitProfile(hours, byHour);
  const spread = Math.max(1, dispersion(hourly, expectedCalls(profile)));
  const days = hourly.counts.length / 24;
  const perYear = profile.perHour * 24 * 365;
  let fit: Fit = {
    perPersonYear: perYear / persons,
    groups: groupCounts(calls).map((n) => n / calls.atMs.length),
    byHour: profile.byHour,
    byWeekday: profile.byWeekday,
    hotSpotSigma: DEFAULTS.incidents.hotSpotSigma,
    onView: options.officerInitiatedShare,
  };
  const shown: Unevenness[] = [];
  let pilots = noYield();
  for (const [round, { calls: pilotCalls, hotSpotSigma }] of PILOTS.entries()) {
    options.onStep?.(`pilot ${round + 1} of ${PILOTS.length}`, (round + 1) / (PILOTS.length + 2));
    const guess = scenarioOf(options, { ...fit, hotSpotSigma });
    const scenario = { ...DEFAULTS, ...guess, incidents: { ...DEFAULTS.incidents, ...guess.incidents } };
    const seed = options.seed * PILOTS.length + round;
    const [pilot] = quietWorlds({ ...scenario, durationDays: pilotDays(calls, days, pilotCalls) }, seed);
    pilots = round <= PILOTS.length - LAST ? yieldOf(pilot) : addedUp(pilots, yieldOf(pilot));
    shown.push(fitUnevenness(callsOfWorld(pilot).block, NORMAL_95));
    fit = causesOf(options, profile, pilots);
  }
  const known = unevenness(fitUnevenness(calls.block, NORMAL_95), shown.slice(-LAST));
  fit = { ...fit, hotSpotSigma: known.value };
  warnings.push(...warningsOf(options, fit));
  const scenario = scenarioOf(options, fit);
  options.onStep?.('goodness of fit', 0.9);
  const { incidents } = scenario;
  const counts = groupCounts(calls);
  const width = (value: number, count: number, perCount = value / Math.max(1, count)): Fitted =>
    interval(value, count, perCount, spread);
  const perCall = 100 / calls.atMs.length;
  /** Officers' own work was subtracted from the profile: fewer calls remain to fit it, and the pilots' chance is added. */
  const profiled = (value: number, count: number, onView: number): Fitted => {
    const perCount = value / Math.max(1, count) / (1 - fit.onView);
    const pilotShare = Math.sqrt(onView) / Math.max(1, pilots.onView);
    return widened(width(value, count, perCount), NORMAL_95 * perCount * fit.onView * pilotShare * calls.atMs.length);
  };
  return {
    name: options.name,
    persons,
    seed: options.seed,
    calls: calls.atMs.length,
    days,
    callsForServicePer1000PersonsYear: widened(
      width(incidents.callsForServicePer1000PersonsYear, calls.atMs.length),
      incidents.callsForServicePer1000PersonsYear * pilotsError(pilots, fit),
    ),
    shareByHour: incidents.shareByHour.map((value, hour) =>
      profiled(
        value,
        countIn(byHour, (i) => i % 24 === hour),
        pilots.onViewByHour[hour],
      ),
    ),
    shareByWeekday: incidents.shareByWeekday.map((value, day) =>
      profiled(
        value,
        countIn(byHour, (i) => Math.floor(i / 24) === day),
        pilots.onViewByDay[day],
      ),
    ),
    perThousandByGroup: Object.fromEntries(
      GROUPS.map((group, i) => {
        const fitted = width(sumOf(incidents.typeMix, group), counts[i], (10 * perCall) / (1 - fit.onView));
        return [group, widened(fitted, fitted.value * pilotError(pilots, i))];
      }),
    ),
    hotSpotSigma: known,
    goodness: goodnessOf(calls, options.seed, options.draws),
    warnings,
    scenario,
  };
}

// --- internal ---

const NORMAL_95 = 1.96;
/** Unevenness that the last two pilots are made with, to measure how a known one looks in records. */
const PILOT_SIGMAS = [0.8, 1.8];
/**
 * Calls of each pilot, and its unevenness. How much of their own work officers get to depends on how busy they are, so a pilot is valid
 * only near its own rate: short pilots find the rate, and the long ones that count follow. With 8,000 calls the pilots' own chance
 * matters little, because they only measure records for each report, not the number of reports.
 */
const PILOTS = [3000, 3000, 8000, 8000].map((calls, round) => ({ calls, hotSpotSigma: PILOT_SIGMAS[round % 2] }));
const LAST = PILOT_SIGMAS.length;
/**
 * Officers are busy for hours on end, and then miss their own work in runs: its share varies more than by independent draws, by this
 * factor, measured in pilots.
 */
const BUSY_HOURS = 1.8;
const ON_VIEW_MAX = 0.95;
/** Least share of reports that make none or two records: even if each report of a pilot made one, another might not. */
const ODD_SHARE_MIN = 0.05;
const PILOT_DAYS_MIN = 7;
const PILOT_DAYS_MAX = 120;
/** Each zone's agencies in simulated worlds, by the dialect whose clock they keep. */
const DIALECT_OF_ZONE: Readonly<Record<string, Scenario['agencies'][number]['dialect']>> = {
  'America/Denver': 'eido',
  'America/Los_Angeles': 'sf',
  'America/Chicago': 'milwaukee',
  'America/New_York': 'tampa',
};

function pilotDays(calls: CallSet, days: number, wantedCalls: number): number {
  const wanted = Math.ceil((days * wantedCalls) / calls.atMs.length);
  return Math.min(PILOT_DAYS_MAX, Math.max(PILOT_DAYS_MIN, wanted));
}

/** Score interval of a Poisson count, whose upper end is above 0 even for a count of 0. `perCount`: the value that one call stands for. */
function interval(value: number, count: number, perCount: number, spread: number): Fitted {
  const half = NORMAL_95 * Math.sqrt(spread * count + (spread * NORMAL_95) ** 2 / 4);
  const middle = (spread * NORMAL_95 ** 2) / 2;
  return {
    value,
    low: Math.max(0, value + perCount * (middle - half)),
    high: value + perCount * (middle + half),
  };
}

function countIn(calls: readonly number[], of: (hourOfWeek: number) => boolean): number {
  return calls.reduce((sum, n, i) => (of(i) ? sum + n : sum), 0);
}

function sumOf(typeMix: Readonly<Record<string, number>>, group: string): number {
  return CALLED_TYPES.reduce((sum, id) => (groupOfType(id) === group ? sum + typeMix[id] : sum), 0);
}

/** The fitted causes, from which the scenario's options follow. */
interface Fit {
  /** Calls for service for each person and year. */
  perPersonYear: number;
  /** Share of each group in people's reports. */
  groups: number[];
  /** Shares of people's reports in %, night-time types included. */
  byHour: number[];
  byWeekday: number[];
  hotSpotSigma: number;
  /** Share of records that are of officers' own work. */
  onView: number;
}

/** Works back from records to their causes: people's reports and officers' own work. */
function causesOf(options: CalibrateOptions, profile: Profile, pilot: Yield): Fit {
  const counts = groupCounts(options.calls);
  const recordsPerYear = profile.perHour * 24 * 365;
  const perCall = recordsPerYear / options.calls.atMs.length;
  const other = GROUPS.indexOf(OTHER);
  // One is added to each count, so that a group with hardly a report in the pilot makes about one record of each.
  const perReport = pilot.reports.map((n, group) => (pilot.records[group] + 1) / (n + 1));
  const reports = counts.map((n, group) => (n * perCall) / perReport[group]);
  const named = reports.reduce((sum, n, group) => (group === other ? sum : sum + n), 0);
  // Records without a category come from reports and from officers' own work, which is a share of all calls, done as far as units are free.
  const officers = options.officerInitiatedShare / (1 - options.officerInitiatedShare);
  const onViewPerReport = officers * (pilot.opportunities === 0 ? 1 : pilot.onView / pilot.opportunities);
  const rest = (counts[other] * perCall - onViewPerReport * named) / (perReport[other] + onViewPerReport);
  reports[other] = Math.max(0, rest);
  const total = named + reports[other];
  const onView = Math.min(ON_VIEW_MAX, (onViewPerReport * total) / recordsPerYear);
  const without = (shares: readonly number[], counted: readonly number[]): number[] => {
    const own = counted.reduce((sum, n) => sum + n, 0) === 0 ? counted.map(() => 1) : counted;
    return percent(shares.map((share, i) => Math.max(0, share - onView * percent(own)[i])));
  };
  return {
    perPersonYear: (total * (1 + officers)) / options.persons,
    groups: reports.map((n) => n / total),
    byHour: onset(without(profile.byHour, pilot.onViewByHour), sharesOf(pilot.hoursLate)),
    byWeekday: without(profile.byWeekday, pilot.onViewByDay),
    hotSpotSigma: DEFAULTS.incidents.hotSpotSigma,
    onView,
  };
}

/** Relative error of a group's records for each report. Most reports make one record; the chance lies in those that make none or two. */
function pilotError({ reports, records }: Yield, group: number): number {
  const ratio = reports[group] === 0 ? 1 : records[group] / reports[group];
  const odd = Math.max(Math.abs(1 - ratio), ODD_SHARE_MIN);
  return (NORMAL_95 * Math.sqrt(odd / Math.max(1, reports[group]))) / Math.max(ratio, 0.1);
}

/** Relative error of the rate from the pilots' chance in records for each report and in how much of their own work officers get to. */
function pilotsError(pilots: Yield, { groups, onView }: Fit): number {
  const taken = pilots.onView / Math.max(1, pilots.opportunities);
  const own =
    taken === 0 ? 0 : BUSY_HOURS * NORMAL_95 * Math.sqrt((1 - Math.min(1, taken)) / (taken * pilots.opportunities));
  return Math.hypot(...groups.map((share, group) => share * pilotError(pilots, group)), onView * own);
}

function widened({ value, low, high }: Fitted, by: number): Fitted {
  return { value, low: Math.max(0, value - Math.hypot(value - low, by)), high: value + Math.hypot(high - value, by) };
}

function warningsOf({ zone }: CalibrateOptions, { groups, onView }: Fit): string[] {
  const warnings: string[] = [];
  if (groups[GROUPS.indexOf(OTHER)] === 0 || onView === ON_VIEW_MAX)
    warnings.push(
      'the file holds fewer calls without a category than officers alone would start: --officer-share is too high for this file',
    );
  if (DIALECT_OF_ZONE[zone] === undefined)
    warnings.push(`no simulated agency has the zone ${zone}: local hours are kept, in the zone America/Denver`);
  return warnings;
}

function addedUp(a: Yield, b: Yield): Yield {
  const added = (name: 'reports' | 'records' | 'onViewByHour' | 'onViewByDay' | 'hoursLate'): number[] =>
    a[name].map((n, i) => n + b[name][i]);
  return {
    reports: added('reports'),
    records: added('records'),
    opportunities: a.opportunities + b.opportunities,
    onView: a.onView + b.onView,
    onViewByHour: added('onViewByHour'),
    onViewByDay: added('onViewByDay'),
    hoursLate: added('hoursLate'),
  };
}

function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return counts.map((n, i) => (total === 0 ? Number(i === 0) : n / total));
}

/**
 * The hourly profile of causes whose records have the profile given. `hoursLate`: distribution of the delay. The correction is repeated
 * until it is tiny.
 */
function onset(shares: readonly number[], hoursLate: readonly number[]): number[] {
  let guess = [...shares];
  for (let round = 0; round < 20; round += 1) {
    const late = guess.map((_, hour) => hoursLate.reduce((sum, p, k) => sum + p * guess[(hour - k + 24) % 24], 0));
    guess = guess.map((share, hour) => (late[hour] === 0 ? 0 : (share * shares[hour]) / late[hour]));
  }
  return guess;
}

/** The unevenness that looks in records as that of the calls does: variances of logarithms lie on the line through the two pilots'. */
function unevenness(found: Unevenness, [first, second]: readonly Unevenness[]): Fitted {
  const [low, high] = PILOT_SIGMAS;
  if (Math.min(found.blocks, first.blocks, second.blocks) < BLOCKS_MIN)
    return { value: DEFAULTS.incidents.hotSpotSigma, low: 0, high: SIGMA_MAX };
  const slope = Math.max(SLOPE_MIN, (second.sigma ** 2 - first.sigma ** 2) / (high ** 2 - low ** 2));
  const at = (sigma: number): number =>
    Math.min(SIGMA_MAX, Math.sqrt(Math.max(0, low ** 2 + (sigma ** 2 - first.sigma ** 2) / slope)));
  const half = Math.hypot(found.halfWidth, first.halfWidth, second.halfWidth);
  return {
    value: at(found.sigma),
    low: at(Math.max(0, found.sigma - half)),
    high: at(found.sigma + half),
  };
}

const BLOCKS_MIN = 50;
const SIGMA_MAX = 4;
const SLOPE_MIN = 0.1;

function scenarioOf(options: CalibrateOptions, fit: Fit): CalibratedScenario {
  const typeMix = Object.fromEntries(
    CALLED_TYPES.map((id) => {
      const group = groupOfType(id);
      const usual = DEFAULTS.incidents.typeMix[id] / sumOf(DEFAULTS.incidents.typeMix, group);
      return [id, rounded(1000 * fit.groups[GROUPS.indexOf(group)] * usual)];
    }),
  );
  const { name, zone, persons, officerInitiatedShare } = options;
  const dialect = DIALECT_OF_ZONE[zone] ?? 'eido';
  return {
    name,
    description: 'Arrivals fitted to a published file of calls; all else as by default.',
    agencies: [{ count: 1, dialect, personsPerAgency: persons, withdrawAfterDays: null, thenDialect: null }],
    incidents: {
      callsForServicePer1000PersonsYear: rounded(1000 * fit.perPersonYear),
      officerInitiatedShare,
      hotSpotSigma: rounded(fit.hotSpotSigma),
      shareByHour: withoutNight(fit.byHour, typeMix).map(rounded),
      shareByWeekday: fit.byWeekday.map(rounded),
      typeMix,
    },
  };
}

/** The hours' shares without the weight that night-time types add at night. */
function withoutNight(shares: readonly number[], typeMix: Readonly<Record<string, number>>): number[] {
  const night = NIGHT_FACTOR.map((factor) =>
    MIX.reduce((sum, { typeId }) => sum + typeMix[typeId] * (NIGHT_TYPES.has(typeId) ? factor : 1), 0),
  );
  return percent(shares.map((of, hour) => of / night[hour]));
}

function percent(values: readonly number[]): number[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => (100 * value) / total);
}

/** Rounds to five significant digits: a file gives no more. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
