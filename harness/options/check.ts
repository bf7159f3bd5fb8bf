/**
 * Checks a value against the scenario's schema and returns every problem at once, each in one line that names the path, what is
 * expected (type, range, unit) and what was found. A validator of our own, because general ones say neither the unit nor the nearest name.
 */
import type { ErrorCode } from '../../contract/errors.ts';
import { nearest } from './nearest.ts';

export interface Problem {
  code: ErrorCode;
  text: string;
}

/** What of JSON Schema the scenario's schema is made of. */
export interface Shape {
  type?: string;
  pattern?: string;
  const?: string | number | boolean;
  anyOf?: Shape[];
  properties?: Record<string, Shape>;
  items?: Shape;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

/** Problems of `value` under `path`; none where it fits. */
export function check(shape: Shape, value: unknown, path: string): Problem[] {
  const members = membersOf(shape);
  if (members !== null) return checkObject(shape, members, value, path);
  if (shape.type === 'array') return checkArray(shape, value, path);
  return fits(shape, value) ? [] : [wrongValue(shape, value, path)];
}

/** Where the path `name` leads inside an object or array of this shape; a problem where it leads nowhere. */
export function step(shape: Shape, value: unknown, name: string, path: string): Shape | Problem {
  if (shape.type === 'array') {
    const length = Array.isArray(value) ? value.length : 0;
    if (/^(0|[1-9]\d{0,4})$/.test(name) && Number(name) < length) return shape.items!;
    return {
      code: 'HB_OPTION_UNKNOWN',
      text: `unknown option ${join(path, name)}: ${path} has entries 0 to ${length - 1}`,
    };
  }
  const members = membersOf(shape);
  if (members === null)
    return { code: 'HB_OPTION_UNKNOWN', text: `unknown option ${join(path, name)}: ${path} is a single value` };
  return Object.hasOwn(members, name) ? members[name] : unknownOption(members, path, name);
}

/** True where a value of this shape is set as a whole, not option by option. */
export function isLeaf(shape: Shape): boolean {
  return membersOf(shape) === null && shape.type !== 'array';
}

/** Dotted path of a member; the empty path is the scenario itself. */
export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** A value as an error shows it: JSON, cut short, NaN and infinities by name. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

// --- internal ---

/** The named members of an object (a record over a closed set of keys included); null for anything else. */
function membersOf(shape: Shape): Record<string, Shape> | null {
  return shape.type === 'object' ? (shape.properties ?? {}) : null;
}

function checkObject(shape: Shape, members: Record<string, Shape>, value: unknown, path: string): Problem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [wrongValue(shape, value, path)];
  const problems: Problem[] = [];
  for (const name of Object.keys(value))
    if (!Object.hasOwn(members, name)) problems.push(unknownOption(members, path, name));
  for (const [name, member] of Object.entries(members)) {
    problems.push(...check(member, (value as Record<string, unknown>)[name], join(path, name)));
  }
  return problems;
}

function checkArray(shape: Shape, value: unknown, path: string): Problem[] {
  if (!Array.isArray(value) || value.length < (shape.minItems ?? 0) || value.length > (shape.maxItems ?? Infinity))
    return [wrongValue(shape, value, path)];
  return value.flatMap((item, i) => check(shape.items!, item, join(path, String(i))));
}

function unknownOption(members: Record<string, Shape>, path: string, name: string): Problem {
  const near = nearest(name, Object.keys(members));
  return { code: 'HB_OPTION_UNKNOWN', text: `unknown option ${join(path, name)}, did you mean ${join(path, near)}?` };
}

function wrongValue(shape: Shape, value: unknown, path: string): Problem {
  let text = `${path || 'scenario'}: expected ${expected(shape)}${unit(path)}, found ${show(value)}`;
  const words = wordsOf(shape);
  if (typeof value === 'string' && words.length > 1) text += `, did you mean ${nearest(value, words)}?`;
  return { code: 'HB_OPTION_VALUE', text };
}

function fits(shape: Shape, value: unknown): boolean {
  if (shape.anyOf !== undefined) return shape.anyOf.some((one) => fits(one, value));
  if (shape.const !== undefined) return value === shape.const;
  switch (shape.type) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string' && (shape.pattern === undefined || new RegExp(shape.pattern).test(value));
    case 'integer':
      return Number.isSafeInteger(value) && inRange(shape, value as number);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && inRange(shape, value);
    default:
      throw new TypeError(`scenario schema: expected a known type, found ${show(shape.type)}`);
  }
}

function inRange(shape: Shape, value: number): boolean {
  if (shape.minimum !== undefined && value < shape.minimum) return false;
  if (shape.exclusiveMinimum !== undefined && value <= shape.exclusiveMinimum) return false;
  return shape.maximum === undefined || value <= shape.maximum;
}

function expected(shape: Shape): string {
  if (shape.anyOf !== undefined) return shape.anyOf.map(expected).join(' or ');
  if (shape.const !== undefined) return String(shape.const);
  if (shape.type === 'array') return `a list of ${lengthText(shape)}`;
  if (shape.type === 'object') return `a group of options (${Object.keys(shape.properties ?? {}).join(', ')})`;
  if (shape.type === 'integer') return `a whole number ${range(shape)}`;
  if (shape.type === 'number') return `a number ${range(shape)}`;
  if (shape.type === 'boolean') return 'true or false';
  if (shape.type === 'null') return 'null';
  return shape.pattern === undefined ? 'a text' : `a text like ${shape.pattern}`;
}

function lengthText({ minItems = 0, maxItems = Infinity }: Shape): string {
  if (maxItems === Infinity) return `at least ${minItems}`;
  return minItems === maxItems ? String(minItems) : `${minItems} to ${maxItems}`;
}

function range(shape: Shape): string {
  if (shape.exclusiveMinimum !== undefined) return `above ${shape.exclusiveMinimum} up to ${shape.maximum}`;
  if (shape.minimum !== undefined) return `from ${shape.minimum} to ${shape.maximum}`;
  return 'of any size';
}

/** Literal words that a shape allows. */
function wordsOf(shape: Shape): string[] {
  if (shape.anyOf !== undefined) return shape.anyOf.flatMap(wordsOf);
  return typeof shape.const === 'string' ? [shape.const] : [];
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/Ms(Mean|Max)?$|publishDelayMsMean\./, 'milliseconds'],
  [/Days$/, 'days'],
  [/lengthHours$/, 'hours'],
  [/startHours\.\d+$/, 'local hour of the day'],
  [/relativeStaff\.\d+$/, "beside the other shifts'"],
  [/Share(Of[A-Z]\w*)?$/, 'share of 1'],
  [/PerKm2$/, 'people per km²'],
  [/MetresPerSecond$/, 'metres per second'],
  [/PerDay$/, 'per day'],
  [/Per100000Persons$/, 'per 100,000 people'],
  [/Per1000PersonsYear$/, 'per 1,000 people a year'],
];

/** The unit that stands in the option's own name, in words. */
function unit(path: string): string {
  const words = UNITS.find(([pattern]) => pattern.test(path));
  return words === undefined ? '' : ` (${words[1]})`;
}
