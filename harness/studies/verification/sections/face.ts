/** The section that compares the simulated city's file with a real agency's. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULTS } from '../../../../scenarios/defaults.ts';
import { readCalls } from '../../calibrate/calls.ts';
import { callsOfWorld, quietWorlds } from '../../calibrate/quiet-world.ts';
import { loadMapping } from '../../../replay/mapping.ts';
import { faceOf, profileDistance, type Face } from '../face.ts';
import type { Section } from './section.ts';
import { packagePath } from '../../../io/package.ts';

const SEED = 20_260_604;
/** At the default rates, this number of people makes as many calls in as many days as the file has. */
const PERSONS = 900_000;
const DAYS = 14;
const DATA = join(process.env['HUNDREDBLOCK_DATA'] ?? packagePath('../shared/data'), 'milwaukee-2018-05.csv');

/** Compares the two files; without the real one the section says so. */
export async function faceSection(): Promise<Section> {
  const head = [
    '## Face validity',
    '',
    'Does the file of a simulated city, at the defaults, look like a real one? Nothing here was fitted to the',
    'real file: `hundredblock calibrate` does that for a file of your own.',
    '',
  ];
  if (!existsSync(DATA))
    return {
      lines: [...head, 'Not measured: milwaukee-2018-05.csv was not at hand when this page was written.'],
      failed: 0,
    };
  const real = faceOf(await readCalls([DATA], loadMapping('milwaukee')));
  const agency = {
    count: 1,
    dialect: 'milwaukee',
    personsPerAgency: PERSONS,
    withdrawAfterDays: null,
    thenDialect: null,
  } as const;
  const [world] = quietWorlds({ ...DEFAULTS, durationDays: DAYS, agencies: [agency] }, SEED);
  return { lines: [...head, ...table(real, faceOf(callsOfWorld(world)))], failed: 0 };
}

// --- internal ---

function table(real: Face, simulated: Face): string[] {
  const number = (value: number): string => String(Number(value.toPrecision(3)));
  const shares = (face: Face): number[] => Object.values(face.byCategory);
  const sixHours = (values: readonly number[], from: number): string =>
    number(values.slice(from, from + 6).reduce((a, b) => a + b, 0));
  const rows: [string, (face: Face) => string][] = [
    ['Calls, and days', (f) => `${f.calls.toLocaleString('en-US')}, ${f.days.toFixed(0)}`],
    ["Share of calls from 0 to 6 o'clock, %", (f) => sixHours(f.byHour, 0)],
    ['6 to 12', (f) => sixHours(f.byHour, 6)],
    ['12 to 18', (f) => sixHours(f.byHour, 12)],
    ['18 to 24', (f) => sixHours(f.byHour, 18)],
    [
      'Busiest weekday and quietest, % of the week',
      (f) => `${number(Math.max(...f.byWeekday))}, ${number(Math.min(...f.byWeekday))}`,
    ],
    ['Share of the eight eligible categories, %', (f) => number(f.eligibleShare)],
    ...Object.keys(real.byCategory).map((category): [string, (face: Face) => string] => [
      `of those, ${category}, %`,
      (f) => number(f.byCategory[category]),
    ]),
    ['Dispersion of single hours about their profile (Poisson: 1)', (f) => number(f.dispersion)],
    ['Standard deviation over mean of gaps (Poisson: 1)', (f) => number(f.gapCv)],
    ["Spread of the logarithm of blocks' calls of a category", (f) => number(f.spread)],
  ];
  const misses: string[] = [];
  const distances: [string, number, number][] = [
    ['hours of the day', profileDistance(real.byHour, simulated.byHour), 5],
    ['weekdays', profileDistance(real.byWeekday, simulated.byWeekday), 3],
    ['eligible categories', profileDistance(shares(real), shares(simulated)), 10],
  ];
  const off = (name: string, value: (f: Face) => number): void => {
    const ratio = value(simulated) / value(real);
    if (ratio < 0.8 || ratio > 1.25) misses.push(`${name} ${number(ratio)} times the real one`);
  };
  for (const [name, distance, limit] of distances)
    if (distance > limit) misses.push(`${name} ${number(distance)}% apart`);
  off('share of eligible calls', (f) => f.eligibleShare);
  off('dispersion of hours', (f) => f.dispersion);
  off('variation of gaps', (f) => f.gapCv);
  off('spread over blocks', (f) => f.spread);
  return [
    `| Statistic | Milwaukee, May 2018 | ${PERSONS.toLocaleString('en-US')} simulated people |`,
    '|---|---|---|',
    ...rows.map(([name, of]) => `| ${name} | ${of(real)} | ${of(simulated)} |`),
    '',
    'Distances (the share of one profile that would have to move to make it the other):',
    '',
    '| Profile | Distance | Looks alike below |',
    '|---|---|---|',
    ...distances.map(([name, distance, limit]) => `| ${name} | ${number(distance)}% | ${limit}% |`),
    '',
    misses.length === 0 ? 'All of these look alike.' : `The model differs in: ${misses.join('; ')}.`,
    '',
    'Reasons, as far as the model gives them: its hours come from three suburbs (weak evidence), and officers',
    'start work of their own at the hours of calls; its mix of types is assumed inside graded bounds. Its',
    'arrivals are a Poisson process except for repeats of burglaries: events that make a whole city call at',
    'once are not in it. If hours vary more than in the model, waits are longer at the same mean load.',
  ];
}
