/** Slopes allowed, as a user writes them: `rss<1MiB/min,fds=0/min,target.heap<64KiB/min,latency<0.5%/min`. */
import { HundredblockError } from '../../../contract/errors.ts';
import { nearest } from '../../options/nearest.ts';
import { SERIES, type SeriesSpec } from './series.ts';

/** Slope allowed per minute, in the series' own unit (or %), by the name of the series; null: not judged. */
export type Budgets = ReadonlyMap<string, number | null>;

/** The defaults, changed as `text` says; undefined changes none. Throws HB_OPTION_VALUE. */
export function budgetsOf(text: string | undefined): Budgets {
  const budgets = new Map(SERIES.map(({ name, budget }) => [name, budget]));
  for (const part of text === undefined ? [] : text.split(',')) {
    const match = /^\s*([A-Za-z0-9.]+)\s*(<=|<|=)\s*(\d+(?:\.\d+)?|\.\d+)\s*([A-Za-z%]*)\s*\/\s*(s|min|h)\s*$/.exec(
      part,
    );
    if (match === null)
      throw refusal('a slope such as rss<1MiB/min, fds=0/min or latency<0.5%/min, parted by commas', part);
    const [, name, sign, number, unit, per] = match;
    const slope = Number(number);
    if (sign === '=' && slope !== 0) throw refusal('= with 0 only; above it, <', part);
    for (const spec of namedBy(name, part))
      budgets.set(spec.name, slope * factorOf(spec, unit, part) * PER_MINUTE[per]);
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

function refusal(expected: string, found: string): HundredblockError {
  return new HundredblockError(
    'HB_OPTION_VALUE',
    `--budget: expected ${expected}, found ${JSON.stringify(found.trim())}`,
  );
}

function namedBy(name: string, part: string): SeriesSpec[] {
  const found = SERIES.filter((spec) => spec.name === name || spec.budgetName === name);
  if (found.length > 0) return found;
  const names = [...new Set(SERIES.flatMap((spec) => [spec.budgetName, spec.name]))];
  throw refusal(`a series (did you mean ${nearest(name, names)}?)`, part);
}

function factorOf(spec: SeriesSpec, unit: string, part: string): number {
  const units = unitsOf(spec);
  if (Object.hasOwn(units, unit)) return units[unit];
  const names = Object.keys(units).map((name) => (name === '' ? 'no unit' : name));
  throw refusal(`${spec.name} in ${names.join(', ')}`, part);
}

/** What a slope of the series may be given in. */
function unitsOf({ unit, relative }: SeriesSpec): Readonly<Record<string, number>> {
  if (relative === true || unit === '%') return { '%': 1 };
  if (unit === 'ms') return { ms: 1, us: 0.001, s: 1000 };
  // 0 is 0 in any unit.
  return unit === 'MiB' ? MIB_UNITS : { '': 1 };
}
