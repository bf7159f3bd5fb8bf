/** The number of households on each block, and hot spots: blocks on which more happens than on others. */
import exp from '@stdlib/math-base-special-exp';
import { cumulative, normal } from '../kernel/random.ts';
import { DENSITY } from './lines.ts';

/**
 * Households by block; they add up to `households` exactly. The suburb and the countryside have the numbers drawn, and downtown's are scaled
 * to the rest. If downtown would be much too empty or too full (in a town too small or too dense for its zones), all are scaled alike.
 */
export function drawHouseholds(
  draw: (block: number, index: number) => number,
  density: Uint8Array,
  households: number,
): Uint16Array {
  const weights = new Float64Array(density.length);
  let downtown = 0;
  let outer = 0;
  for (let i = 0; i < density.length; i += 1) {
    const u = draw(i, 0);
    if (density[i] === DENSITY.downtown) weights[i] = 25 + 150 * u * u;
    else weights[i] = density[i] === DENSITY.suburb ? 8 + Math.floor(u * 17) : Math.floor(u * 9);
    if (density[i] === DENSITY.downtown) downtown += weights[i];
    else outer += weights[i];
  }
  const factor = (households - outer) / downtown;
  const apart = factor >= 0.4 && factor <= 4;
  const all = households / (outer + downtown);
  const counts = new Uint16Array(density.length);
  let run = 0;
  let given = 0;
  for (let i = 0; i < density.length; i += 1) {
    if (apart && density[i] !== DENSITY.downtown) {
      counts[i] = weights[i];
      continue;
    }
    run += weights[i] * (apart ? factor : all);
    // The last of the running sums is whole but for rounding errors, so the rounded sums end on the total.
    const upTo = Math.round(run);
    counts[i] = fitUint16(upTo - given, 'households on a block');
    given = upTo;
  }
  return counts;
}

/** Running sums of households times a lognormal weight. A block's weight does not depend on its number of households. */
export function hotSpots(
  draw: (block: number, index: number) => number,
  households: Uint16Array,
  sigma: number,
): Float64Array {
  const weights = new Float64Array(households.length);
  for (let block = 0; block < households.length; block += 1) {
    let index = 0;
    const next = (): number => {
      index += 1;
      return draw(block, index);
    };
    weights[block] = households[block] * exp(sigma * normal(next));
  }
  return cumulative(weights);
}

/** Returns a count that a column of 16 bits can hold. Throws RangeError if it is too large. */
export function fitUint16(value: number, what: string): number {
  if (value > 65_535) throw new RangeError(`expected at most 65535 ${what}, found ${value}`);
  return value;
}
