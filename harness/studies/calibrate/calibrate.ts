/**
 * Fits what the arrival model of a scenario can express to an agency's published calls, and says how well it fits: the rate, the profile by hour and weekday,
 * the mix of categories, and how unevenly calls lie over blocks. What a file does not tell (officers' share, hoaxes, repeats) stays as it was.
 *
 * A file holds records, not what caused them. Pilot worlds, each with the guess of the one before, say how many records come of a report, how much later they come,
 * and how uneven a known unevenness looks; the fit works back through that.
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

export interface Fitted {
  value: number;
  /** 95% interval: chance in the calls, widened by their dispersion and by the chance of the pilots. */
  low: number;
  high: number;
}

export interface Calibration {
  name: string;
  persons: number;
  seed: number;
  calls: number;
  days: number;
  callsForServicePer1000PersonsYear: Fitted;
  shareByHour: Fitted[];
  shareByWeekday: Fitted[];
  /** Of community-initiated calls, per thousand, by group of types that a file can't tell apart. */
  perThousandByGroup: Record<string, Fitted>;
  hotSpotSigma: Fitted;
  goodness: Goodness;
  warnings: string[];
  scenario: CalibratedScenario;
}

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

export interface CalibrateOptions {
  calls: CallSet;
  name: string;
  zone: Mapping['zone'];
  /** People in the jurisdiction: no file says. */
  persons: number;
  /** Of calls for service: no file says, either. */
  officerInitiatedShare: number;
  seed: number;
  /** Processes drawn for p-values. */
  draws: number;
  onStep?: (step: string, fraction: number) => void;
}

/** Takes seconds for tens of thousands of calls: the pilot is a world of as many people, as long. */
export function calibrate(o: CalibrateOptions): Calibration {
  const { calls, persons } = o;
  const warnings: string[] = [];
  const hourly = hourlyCounts(calls);
  const { hours, calls: byHour } = byHourOfWeek(hourly);
  if (hours.some((n) => n === 0))
    warnings.push('the file holds less than a week: hours without any are taken as quiet');
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
    onView: o.officerInitiatedShare,
  };
  const shown: Unevenness[] = [];
  let pilots = noYield();
  for (const [round, { calls: pilotCalls, hotSpotSigma }] of PILOTS.entries()) {
    o.onStep?.(`pilot ${round + 1} of ${PILOTS.length}`, (round + 1) / (PILOTS.length + 2));
    const guess = scenarioOf(o, { ...fit, hotSpotSigma });
    const scenario = { ...DEFAULTS, ...guess, incidents: { ...DEFAULTS.incidents, ...guess.incidents } };
    const seed = o.seed * PILOTS.length + round;
    const [pilot] = quietWorlds({ ...scenario, durationDays: pilotDays(calls, days, pilotCalls) }, seed);
    pilots = round <= PILOTS.length - LAST ? yieldOf(pilot) : addedUp(pilots, yieldOf(pilot));
    shown.push(fitUnevenness(callsOfWorld(pilot).block, NORMAL_95));
    fit = causesOf(o, profile, pilots);
  }
  const known = unevenness(fitUnevenness(calls.block, NORMAL_95), shown.slice(-LAST));
  fit = { ...fit, hotSpotSigma: known.value };
  warnings.push(...warningsOf(o, fit));
  const scenario = scenarioOf(o, fit);
  o.onStep?.('goodness of fit', 0.9);
  const { incidents } = scenario;
  const counts = groupCounts(calls);
  const width = (value: number, count: number, perCount = value / Math.max(1, count)): Fitted =>
    interval(value, count, perCount, spread);
  const perCall = 100 / calls.atMs.length;
  /** Officers' own work is taken out of a share of the profile, which leaves less to know it by, and the pilots' chance. */
  const profiled = (value: number, count: number, onView: number): Fitted => {
    const perCount = value / Math.max(1, count) / (1 - fit.onView);
    const pilotShare = Math.sqrt(onView) / Math.max(1, pilots.onView);
    return widened(width(value, count, perCount), NORMAL_95 * perCount * fit.onView * pilotShare * calls.atMs.length);
  };
  return {
    name: o.name,
    persons,
    seed: o.seed,
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
    goodness: goodnessOf(calls, o.seed, o.draws),
    warnings,
    scenario,
  };
}

// --- internal ---

const NORMAL_95 = 1.96;
/** The unevenness of the last two pilots, so that it is seen how a known one shows. */
const PILOT_SIGMAS = [0.8, 1.8];
/**
 * How much of their own work officers get to hangs on how busy they are, so that a pilot tells it for about its own rate only: short ones find the
 * rate, those that count follow. So many calls make the pilots' own chance matter little: they weigh records of a report, not how many reports there are.
 */
const PILOTS = [3000, 3000, 8000, 8000].map((calls, round) => ({ calls, hotSpotSigma: PILOT_SIGMAS[round % 2] }));
const LAST = PILOT_SIGMAS.length;
/** Officers are busy for hours on end, so that their own work is missed in runs: its share varies so much more than by coins; seen in pilots. */
const BUSY_HOURS = 1.8;
const ON_VIEW_MAX = 0.95;
/** Even where each report made one record, another one might not. */
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

/** By the score of a Poisson count, so that what was never seen may still be something; `perCount`: what one call stands for. */
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

/** What a scenario is made of, before its options are written down. */
interface Fit {
  perPersonYear: number;
  /** Shares of what people report. */
  groups: number[];
  /** Of what people report, in %, night-time types included. */
  byHour: number[];
  byWeekday: number[];
  hotSpotSigma: number;
  /** Share of records that are of officers' own work. */
  onView: number;
}

/** From records to what people reported and officers started. */
function causesOf(o: CalibrateOptions, profile: Profile, pilot: Yield): Fit {
  const counts = groupCounts(o.calls);
  const recordsPerYear = profile.perHour * 24 * 365;
  const perCall = recordsPerYear / o.calls.atMs.length;
  const other = GROUPS.indexOf(OTHER);
  // One more of each: a group that a pilot hardly saw is taken to make a record of each report.
  const perReport = pilot.reports.map((n, group) => (pilot.records[group] + 1) / (n + 1));
  const reports = counts.map((n, group) => (n * perCall) / perReport[group]);
  const named = reports.reduce((sum, n, group) => (group === other ? sum : sum + n), 0);
  // Records of no category are of reports and of officers' own work, which is a share of everything and taken up as far as units are free.
  const officers = o.officerInitiatedShare / (1 - o.officerInitiatedShare);
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
    perPersonYear: (total * (1 + officers)) / o.persons,
    groups: reports.map((n) => n / total),
    byHour: onset(without(profile.byHour, pilot.onViewByHour), sharesOf(pilot.hoursLate)),
    byWeekday: without(profile.byWeekday, pilot.onViewByDay),
    hotSpotSigma: DEFAULTS.incidents.hotSpotSigma,
    onView,
  };
}

/** Relative error of the records for each report of a group: most reports make one, and those that make none or two are the pilots' chance. */
function pilotError({ reports, records }: Yield, group: number): number {
  const ratio = reports[group] === 0 ? 1 : records[group] / reports[group];
  const odd = Math.max(Math.abs(1 - ratio), ODD_SHARE_MIN);
  return (NORMAL_95 * Math.sqrt(odd / Math.max(1, reports[group]))) / Math.max(ratio, 0.1);
}

/** Relative error of the rate by the pilots' chance: of records for each report, and of how much of their own work officers get to. */
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
      'the file holds fewer calls without a category than officers alone would start: --officer-share is too high for it',
    );
  if (DIALECT_OF_ZONE[zone] === undefined)
    warnings.push(`no simulated agency keeps the clock of ${zone}: local hours hold, by the clock of America/Denver`);
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

/** The profile of causes whose records, so much later, have the profile given: the difference is small, and repeated correction takes it away. */
function onset(shares: readonly number[], hoursLate: readonly number[]): number[] {
  let guess = [...shares];
  for (let round = 0; round < 20; round += 1) {
    const late = guess.map((_, hour) => hoursLate.reduce((sum, p, k) => sum + p * guess[(hour - k + 24) % 24], 0));
    guess = guess.map((share, hour) => (late[hour] === 0 ? 0 : (share * shares[hour]) / late[hour]));
  }
  return guess;
}

/** The unevenness that would have shown as it does in the calls: variances of logarithms, on the line through the two pilots'. */
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

function scenarioOf(o: CalibrateOptions, fit: Fit): CalibratedScenario {
  const typeMix = Object.fromEntries(
    CALLED_TYPES.map((id) => {
      const group = groupOfType(id);
      const usual = DEFAULTS.incidents.typeMix[id] / sumOf(DEFAULTS.incidents.typeMix, group);
      return [id, rounded(1000 * fit.groups[GROUPS.indexOf(group)] * usual)];
    }),
  );
  const dialect = DIALECT_OF_ZONE[o.zone] ?? 'eido';
  return {
    name: o.name,
    description: 'Arrivals fitted to a published file of calls; all else as by default.',
    agencies: [{ count: 1, dialect, personsPerAgency: o.persons, withdrawAfterDays: null, thenDialect: null }],
    incidents: {
      callsForServicePer1000PersonsYear: rounded(1000 * fit.perPersonYear),
      officerInitiatedShare: o.officerInitiatedShare,
      hotSpotSigma: rounded(fit.hotSpotSigma),
      shareByHour: withoutNight(fit.byHour, typeMix).map(rounded),
      shareByWeekday: fit.byWeekday.map(rounded),
      typeMix,
    },
  };
}

/** The hours' shares before night-time types weigh them. */
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

/** Five significant digits: a file tells no more. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
