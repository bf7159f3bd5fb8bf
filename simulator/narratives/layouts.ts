/** Layouts in which call-takers type a name, a phone, a date, a person's looks and the like. */
import { pad } from '../../contract/time.ts';
import type { Draw } from '../kernel/random.ts';
import type { Identity } from '../people/identity.ts';

/** One of several, each as likely as the others. */
export function choose<T>(draw: Draw, from: readonly T[]): T {
  return from[Math.floor(draw() * from.length)];
}

/** A whole name: LAST, FIRST; FIRST LAST; F. LAST; LAST/FIRST. */
export function nameText(draw: Draw, person: Pick<Identity, 'first' | 'last' | 'full'>): string {
  const first = person.first.toUpperCase();
  const last = person.last.toUpperCase();
  const u = draw();
  if (u < 0.35) return `${last}, ${first}`;
  if (u < 0.75) return `${first} ${last}`;
  if (u < 0.85) return person.full.toUpperCase();
  if (u < 0.95) return `${first[0]}. ${last}`;
  return `${last}/${first}`;
}

/** A phone of 7, 10 or 11 digits in one of the layouts in use. */
export function phoneText(draw: Draw, phone: string): string {
  const digits = phone.replace(/\D/g, '').slice(-10);
  if (digits.length !== 7 && digits.length !== 10) return phone;
  const area = digits.slice(0, -7);
  const exchange = digits.slice(-7, -4);
  const line = digits.slice(-4);
  if (area === '')
    return choose(draw, [`${exchange}-${line}`, `${exchange}${line}`, `${exchange}.${line}`, `${exchange} ${line}`]);
  return choose(draw, [
    `${area}-${exchange}-${line}`,
    `(${area}) ${exchange}-${line}`,
    `${area}.${exchange}.${line}`,
    `${area}${exchange}${line}`,
    `${area} ${exchange} ${line}`,
    `${area}/${exchange}-${line}`,
  ]);
}

/** An ISO date (`1984-03-07`) in one of the layouts in which officers type dates of birth. Any other text stays as it is. */
export function birthDateText(draw: Draw, birthDate: string): string {
  const m = /^(\d{4})-(\d{2})-(\d{2})/.exec(birthDate);
  if (m === null) return birthDate;
  const [, year, month, day] = m;
  return choose(draw, [
    `${month}/${day}/${year}`,
    `${month}${day}${year}`,
    `${month}-${day}-${year}`,
    `${Number(month)}/${Number(day)}/${year.slice(2)}`,
    `${year}-${month}-${day}`,
  ]);
}

/** A plate, with or without its space or hyphen. */
export function plateText(draw: Draw, plate: string): string {
  const joined = plate.toUpperCase();
  return draw() < 0.3 ? joined.replace(/[ -]/g, '') : joined;
}

const PERSONS = ['WM', 'WF', 'BM', 'BF', 'HM', 'HF', 'AM', 'AF', 'UNK M', 'UNK F'];
const AGES = ['TEENS', 'EARLY 20S', '20S', '30S', 'LATE 30S', '40S', '50S', '60S'];
const BUILDS = ['THIN BUILD', 'MED BUILD', 'HEAVY SET', 'TALL', 'SHORT', '5 10 AND 180', '6FT'];
const COLOURS = ['BLK', 'BLU', 'GRY', 'RED', 'GRN', 'WHI', 'DRK', 'TAN'];
const CLOTHES = ['HOODIE', 'JACKET', 'BALL CAP', 'T SHIRT', 'SWEATPANTS', 'JEANS', 'BACKPACK', 'SKI MASK'];

/** A person's looks, as one phrase. */
export function looksText(draw: Draw): string {
  const parts = [choose(draw, PERSONS), choose(draw, AGES)];
  if (draw() < 0.6) parts.push(choose(draw, BUILDS));
  parts.push(`${choose(draw, COLOURS)} ${choose(draw, CLOTHES)}`);
  if (draw() < 0.5) parts.push(`${choose(draw, COLOURS)} ${choose(draw, CLOTHES)}`);
  return parts.join(' ');
}

/** A code for a gate or a lock box, with its words: the digits alone would be found in many texts. */
export function gateText(draw: Draw): string {
  const code = pad(Math.floor(draw() * 10_000), 4);
  return choose(draw, [`GATE CODE ${code}`, `GATE CODE #${code}`, `LOCK BOX ${code}`, `DOOR CODE ${code}`]);
}

/** A vehicle's looks, as one phrase. */
export function vehicleText(draw: Draw): string {
  const kind = choose(draw, ['4DR', '2DR', 'SUV', 'PU', 'VAN', 'MC', 'HATCHBACK']);
  return `${choose(draw, COLOURS)} ${choose(draw, ['OLDER', 'NEWER', 'SM', 'LG'])} ${kind}`;
}

/** `21:45`: never four digits in a row. */
export function clockText(draw: Draw): string {
  return `${pad(Math.floor(draw() * 24), 2)}:${pad(Math.floor(draw() * 60), 2)}`;
}

/** A unit's call sign such as `3A21`. */
export function callSignText(draw: Draw): string {
  return `${1 + Math.floor(draw() * 9)}${choose(draw, ['A', 'B', 'C', 'D', 'K', 'T'])}${10 + Math.floor(draw() * 90)}`;
}
