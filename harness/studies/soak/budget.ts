/** Budgets: the slopes that a soak may have, in a user's words: `rss<1MiB/min,fds=0/min,target.heap<64KiB/min,latency<0.5%/min`. */
import { HundredblockError } from '../../../contract/errors.ts';
import { didYouMean } from '../../../contract/nearest.ts';
import { SERIES, type SeriesSpec } from './series.ts';

/** By name of the series, the slope allowed per minute in the series' own unit (or %); null if the series is not judged. */
export type Budgets = ReadonlyMap<string, number | null>;

/** The default budgets with the changes of `text`; undefined changes none. Throws HB_OPTION_VALUE. */
export function parseBudgets(text: string | undefined): Budgets {
  const budgets = new Map(SERIES.map(({ name, budget }) => [name, budget]));
  for (const part of text === undefined ? [] : text.split(',')) {
    const match = /^\s*([A-Za-z0-9.]+)\s*(<=|<|=)\s*(\d+(?:\.\d+)?|\.\d+)\s*([A-Za-z%]*)\s*\/\s*(s|min|h)\s*$/.exec(
      part,
    );
    if (match === null)
      throw refusal('slopes such as rss<1MiB/min, fds=0/min or latency<0.5%/min, separated by commas', part);
    const [, name, sign, number, unit, per] = match;
    const slope = Number(number);
    if (sign === '=' && slope !== 0) throw refusal('= with 0 only (write < for a slope above 0)', part);
    for (const spec of seriesNamed(name, part))
      budgets.set(spec.name, slope * unitFactor(spec, unit, part) * PER_MINUTE[per]);
  }
  return budgets;
}

// --- internal ---

const PER_MINUTE: Readonly<Record<string, number>> = { s: 60, min: 1, h: 1 / 60 };
const MIB_UNITS: Readonly<Record<string, number>> = {
  B: 1 / 2 ** 20,
  KiB: 1 / 1024,
  MiB: 1,
  GiB: 1024,
  kB: 1e3 / 2 ** 20,
  MB: 1e6 / 2 ** 20,
  GB: 1e9 / 2 ** 20,
};

function refusal(expected: string, found: string, hint = ''): HundredblockError {
  return new HundredblockError(
    'HB_OPTION_VALUE',
    `--budget: expected ${expected}, found ${JSON.stringify(found.trim())}${hint}`,
  );
}

/** The series of this name, or those of both processes if the name is that of a budget. */
function seriesNamed(name: string, part: string): SeriesSpec[] {
  const named = SERIES.filter((spec) => spec.name === name || spec.budgetName === name);
  if (named.length > 0) return named;
  const names = [...new Set(SERIES.flatMap((spec) => [spec.budgetName, spec.name]))];
  throw refusal('a series', part, didYouMean(name, names));
}

function unitFactor(spec: SeriesSpec, unit: string, part: string): number {
  const units = unitsOf(spec);
  if (Object.hasOwn(units, unit)) return units[unit];
  const names = Object.keys(units).map((name) => (name === '' ? 'no unit' : name));
  throw refusal(`${spec.name} in ${names.join(', ')}`, part);
}

/** Units that a slope of the series may have, each with its factor to the unit of the series. */
function unitsOf({ unit, relative }: SeriesSpec): Readonly<Record<string, number>> {
  if (relative === true || unit === '%') return { '%': 1 };
  if (unit === 'ms') return { ms: 1, us: 0.001, s: 1000 };
  // 0 is 0 in any unit.
  return unit === 'MiB' ? MIB_UNITS : { '': 1 };
}
