/**
 * Explains all that is wrong with a value that a person wrote (a scenario, a mapping, an experiment, a case, a configuration), one line for each problem: its
 * path, the expected values with their unit, the value found, and the nearest valid name.
 *
 * A path is written `agencies.0.dialect`: names and numbers of elements joined by dots, as `--set` takes it. A name with other characters than letters, digits,
 * `_`, `$` and `-` stands in quotes (`status.values."GONE ON ARRIVAL"`).
 *
 * Values are judged here and not by typebox's `Errors`, which stops at eight errors, lists those of every branch of a union, and takes five times as long;
 * contract/explain.test.ts holds that both accept the same values.
 */
import type { TSchema } from 'typebox';
import { HundredblockError, type ErrorCode } from './errors.ts';
import { nearest } from './nearest.ts';

/** One thing that is wrong. */
export interface Problem {
  code: 'HB_OPTION_UNKNOWN' | 'HB_OPTION_VALUE';
  /** The value's path; empty if the value as a whole is wrong. */
  path: string;
  /** One line for people: `people.personsPerKm2: expected a number from 10 to 20000 (people per km²), found -1`. */
  text: string;
}

/**
 * Problems of `value` against `schema`, in the schema's order, unknown names first; none if it fits. `path` is the value's own path.
 * Takes schemas of objects (closed or not), records, arrays, unions, texts, numbers, booleans, null, constants and enumerations; throws a TypeError for others.
 */
export function explain(schema: TSchema, value: unknown, path = ''): Problem[] {
  const findings: Finding[] = [];
  judge(schema as Node, value, path, findings);
  const elsewhere = findings.some(({ kind }) => kind === 'unknown') ? optionPaths(schema, path) : [];
  return findings.map((finding, i) => (i < SUGGESTIONS_MAX ? worded(finding, elsewhere) : wordedBriefly(finding)));
}

/** A value that a schema's type and range can't refuse, but a rule does. `found` is in words: `shown(value)`, or such as `nothing`. */
export function wrongValue(path: string, expected: string, found: string, near: string | null = null): Problem {
  const lead = path === '' ? '' : `${path}: `;
  return { code: 'HB_OPTION_VALUE', path, text: `${lead}expected ${expected}, found ${found}${suggestion(near)}` };
}

/**
 * A name that is not among the `valid` ones of the object at `path`. If none of those is close, the suggestion is an option with a close name `elsewhere`, by
 * its path; if none of these is either, the valid names are listed.
 */
export function unknownName(
  path: string,
  name: string,
  valid: readonly string[],
  elsewhere: readonly string[] = [],
): Problem {
  const at = joinPath(path, name);
  const sibling = nearest(name, valid);
  const near = sibling === null ? nearestElsewhere(at, name, elsewhere) : joinPath(path, sibling);
  const hint = near === null && valid.length > 0 ? `: expected ${oneOf(valid)}` : suggestion(near);
  return { code: 'HB_OPTION_UNKNOWN', path: at, text: `unknown option ${at}${hint}` };
}

/** Paths of all options of a schema that stand in no list and no union. */
export function optionPaths(schema: TSchema, path = ''): string[] {
  return Object.entries((schema as Node).properties ?? {}).flatMap(([name, member]) => {
    const at = joinPath(path, name);
    return [at, ...optionPaths(member, at)];
  });
}

/** The error that refuses a value: a line for each problem. `code` is by default HB_OPTION_UNKNOWN if a name is unknown, else HB_OPTION_VALUE. */
export function refusal(problems: readonly Problem[], code?: ErrorCode): HundredblockError {
  const unknown = problems.some((problem) => problem.code === 'HB_OPTION_UNKNOWN');
  return new HundredblockError(
    code ?? (unknown ? 'HB_OPTION_UNKNOWN' : 'HB_OPTION_VALUE'),
    problems.map(({ text }) => text).join('\n'),
  );
}

/** Whether no problem was found at a path, below it, or around it: what stands there may be relied on. */
export function isSound(problems: readonly Problem[], path: string): boolean {
  return !problems.some(({ path: at }) => at === path || at === '' || isBelow(at, path) || isBelow(path, at));
}

/** The path of a member of the object or list at `path`; the empty path is the whole. */
export function joinPath(path: string, name: string | number): string {
  const part = typeof name === 'number' || /^[\w$-]+$/.test(name) ? String(name) : shown(name);
  return path === '' ? part : `${path}.${part}`;
}

/** `agencies.0.dialect` for the JSON Pointer `/agencies/0/dialect`, as typebox names a place. */
export function pathOfPointer(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  return parts.reduce((path, part) => joinPath(path, part.replaceAll('~1', '/').replaceAll('~0', '~')), '');
}

/** A value as messages show it: JSON on one line, cut to 60 characters, without control characters; NaN and infinities by name; `nothing` if undefined. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const short = typeof value === 'string' ? value.slice(0, SHOWN_LENGTH_MAX) : value;
  const json = JSON.stringify(short) ?? typeof value;
  const text = json.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const isCut = text.length > SHOWN_LENGTH_MAX || short !== value;
  return isCut ? `${text.slice(0, SHOWN_LENGTH_MAX - 3)}...` : text;
}

/** `a whole number from 0 to 23`, or `a number above 0 up to 366`. */
export function rangeText(range: Range, isWhole = false): string {
  const { minimum, exclusiveMinimum, maximum } = range;
  const kind = isWhole ? 'a whole number' : 'a number';
  if (exclusiveMinimum !== undefined)
    return `${kind} above ${exclusiveMinimum}${maximum === undefined ? '' : ` up to ${maximum}`}`;
  if (minimum !== undefined && maximum !== undefined) return `${kind} from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `${kind} of at least ${minimum}`;
  return maximum === undefined ? kind : `${kind} of at most ${maximum}`;
}
/** ` (milliseconds)`: the unit that stands in an option's own name, in words; empty if none does. */
export function unitText(path: string): string {
  const unit = UNITS.find(([pattern]) => pattern.test(path));
  return unit === undefined ? '' : ` (${unit[1]})`;
}

// --- internal ---

const SHOWN_LENGTH_MAX = 60;
/** Further problems are told without a suggestion, so that a long file of nonsense is refused as fast as a short one. */
const SUGGESTIONS_MAX = 100;
/** Shorter names are near to some option or other of the whole document (`seed` to `load.speed`), so they are looked for in their own group alone. */
const ELSEWHERE_LENGTH_MIN = 6;
/** Names listed of an object or a choice; the rest are counted. */
const NAMES_MAX = 16;

/** The parts of JSON Schema that our schemas are made of. */
interface Node extends Range {
  type?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Node[];
  properties?: Record<string, Node>;
  patternProperties?: Record<string, Node>;
  required?: string[];
  additionalProperties?: boolean;
  items?: Node;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
}

interface Range {
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

/** A problem before it is put into words. */
type Finding =
  | { kind: 'wrong'; path: string; node: Node; value: unknown }
  | { kind: 'unknown'; path: string; name: string; valid: string[] };

type Fields = Readonly<Record<string, unknown>>;

function judge(node: Node, value: unknown, path: string, findings: Finding[]): void {
  if (node.anyOf !== undefined) judgeUnion(node, value, path, findings);
  else if (node.type === 'object' && isObject(value)) judgeObject(node, value, path, findings);
  else if (node.type === 'array' && Array.isArray(value) && isLength(value.length, node.minItems, node.maxItems))
    value.forEach((item, i) => judge(node.items!, item, joinPath(path, i), findings));
  else if (!fits(node, value)) findings.push({ kind: 'wrong', path, node, value });
}

function judgeObject(node: Node, value: Fields, path: string, findings: Finding[]): void {
  if (node.patternProperties !== undefined) {
    const [inner] = Object.values(node.patternProperties);
    for (const [name, item] of Object.entries(value)) judge(inner, item, joinPath(path, name), findings);
    return;
  }
  const { properties = {}, required = [] } = node;
  if (node.additionalProperties === false) {
    for (const name of Object.keys(value))
      if (!Object.hasOwn(properties, name))
        findings.push({ kind: 'unknown', path, name, valid: Object.keys(properties) });
  }
  for (const [name, member] of Object.entries(properties)) {
    const item = Object.hasOwn(value, name) ? value[name] : undefined;
    if (item !== undefined || required.includes(name)) judge(member, item, joinPath(path, name), findings);
  }
}

/** If a union of objects has no branch that fits, only problems with the meant branch are reported: the one of the value's own `kind`, else the one that shares most names with it. */
function judgeUnion(node: Node, value: unknown, path: string, findings: Finding[]): void {
  const branches = branchesOf(node);
  const found = branches.map((branch) => {
    const inBranch: Finding[] = [];
    judge(branch, value, path, inBranch);
    return inBranch;
  });
  if (found.some((inBranch) => inBranch.length === 0)) return;
  const meant = meantBranch(branches, value);
  if (meant === 'kind') {
    const kinds = branches.flatMap(({ properties }) => properties?.kind ?? []);
    findings.push({
      kind: 'wrong',
      path: joinPath(path, 'kind'),
      node: { anyOf: kinds },
      value: (value as Fields).kind,
    });
  } else if (meant === null) findings.push({ kind: 'wrong', path, node, value });
  else findings.push(...found[branches.indexOf(meant)]);
}

/** `kind` if that names no branch; null if the value looks like none, or if all branches are single values. */
function meantBranch(branches: readonly Node[], value: unknown): Node | 'kind' | null {
  if (Array.isArray(value)) return branches.find(({ type }) => type === 'array') ?? null;
  if (!isObject(value)) return null;
  const objects = branches.filter(({ type }) => type === 'object');
  const kinds = objects.filter(({ properties }) => properties?.kind !== undefined);
  if (kinds.length > 1) return kinds.find(({ properties }) => properties!.kind.const === value.kind) ?? 'kind';
  if (objects.length === 1) return objects[0];
  const shared = ({ properties = {} }: Node) =>
    Object.keys(value).filter((name) => Object.hasOwn(properties, name)).length;
  const [best] = objects.toSorted((a, b) => shared(b) - shared(a));
  return best !== undefined && shared(best) > 0 ? best : null;
}

/** A union's branches, those of unions inside it included. */
function branchesOf(node: Node): Node[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(branchesOf);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a single value fits. Objects and lists that come here are none, or too short or long. */
function fits(node: Node, value: unknown): boolean {
  if ('const' in node) return value === node.const;
  if (node.enum !== undefined) return node.enum.includes(value);
  switch (node.type) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return (
        typeof value === 'string' && isLength(value.length, node.minLength, node.maxLength) && hasPattern(node, value)
      );
    case 'integer':
      return Number.isInteger(value) && isInRange(node, value as number);
    case 'number':
      return Number.isFinite(value) && isInRange(node, value as number);
    case 'object':
    case 'array':
      return false;
    default:
      throw new TypeError(`explain: expected a schema of a known type, found ${shown(node.type)}`);
  }
}

function isLength(length: number, min = 0, max = Infinity): boolean {
  return length >= min && length <= max;
}

function hasPattern({ pattern }: Node, value: string): boolean {
  return pattern === undefined || new RegExp(pattern, 'u').test(value);
}

function isInRange(
  { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity }: Range,
  value: number,
): boolean {
  return value >= minimum && value > exclusiveMinimum && value <= maximum;
}

function worded(finding: Finding, elsewhere: readonly string[]): Problem {
  const { path } = finding;
  if (finding.kind === 'unknown') return unknownName(path, finding.name, finding.valid, elsewhere);
  const { node, value } = finding;
  return wrongValue(path, `${expectedText(node, value)}${unitOf(node, path)}`, shown(value), nearestTo(node, value));
}

function wordedBriefly(finding: Finding): Problem {
  const { path } = finding;
  if (finding.kind === 'unknown') return unknownName(path, finding.name, []);
  const { node, value } = finding;
  return wrongValue(path, `${expectedText(node, value)}${unitOf(node, path)}`, shown(value));
}

/** An option with a close name; if several have it, the one whose path begins like `at`. */
function nearestElsewhere(at: string, name: string, paths: readonly string[]): string | null {
  if (name.length < ELSEWHERE_LENGTH_MIN) return null;
  const lastName = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
  const near = nearest(name, new Set(paths.map(lastName)));
  const common = (path: string): number => [...path].findIndex((character, i) => character !== at[i]);
  const [best = null] = paths.filter((path) => lastName(path) === near).toSorted((a, b) => common(b) - common(a));
  return best;
}

/** The literal nearest to a text; for an object that is like no branch of its union, the name nearest to its first one. */
function nearestTo(node: Node, value: unknown): string | null {
  const branches = branchesOf(node);
  if (typeof value === 'string') return nearest(value, branches.flatMap(literals).map(String));
  const [first] = isObject(value) ? Object.keys(value) : [];
  return first === undefined
    ? null
    : nearest(
        first,
        branches.flatMap(({ properties = {} }) => Object.keys(properties)),
      );
}

function literals(node: Node): unknown[] {
  if (node.enum !== undefined) return node.enum;
  if ('const' in node) return [node.const];
  return node.type === 'null' ? [null] : [];
}

/** In view of the value found, since a list needs no mention for an object, nor that a text must not be empty for a number. */
function expectedText(node: Node, value: unknown): string {
  const branches = branchesOf(node);
  const words = branches.flatMap(literals).map(String);
  const objects = branches.filter(({ type }) => type === 'object');
  const others = branches.filter((branch) => branch.type !== 'object' && literals(branch).length === 0);
  const isLikeObject = objects.length > 0 && isObject(value);
  return [
    ...(words.length > 0 ? [oneOf(words)] : []),
    ...(objects.length > 0 ? [objectsText(objects)] : []),
    ...(isLikeObject ? [] : new Set(others.map((branch) => scalarText(branch, value)))),
  ].join(' or ');
}

function objectsText(objects: readonly Node[]): string {
  const kinds = objects.flatMap(({ properties }) => (properties?.kind === undefined ? [] : literals(properties.kind)));
  if (kinds.length > 1) return `an object of kind ${listed(kinds.map(String), 'or')}`;
  const names = objects.map(({ properties = {}, required = [] }) =>
    required.length > 0 ? required : Object.keys(properties),
  );
  if (names.length > 1) return names.map((branch) => `{${branch.join(', ')}}`).join(' or ');
  return names[0].length === 0 ? 'an object' : `an object with ${listed(names[0], 'and')}`;
}

function scalarText(node: Node, value: unknown): string {
  switch (node.type) {
    case 'array':
      return listText(node, value);
    case 'integer':
      return rangeText(node, true);
    case 'number':
      return rangeText(node);
    case 'boolean':
      return 'true or false';
    default:
      return stringText(node, value);
  }
}

function listText({ minItems = 0, maxItems = Infinity }: Node, value: unknown): string {
  const isAnyLength = maxItems === Infinity && (minItems === 0 || (minItems === 1 && !Array.isArray(value)));
  return isAnyLength ? 'a list' : `a list of ${countText(minItems, maxItems)}`;
}

function stringText({ pattern, description, minLength = 0, maxLength }: Node, value: unknown): string {
  if (pattern !== undefined) return description ?? `a text like ${pattern}`;
  if (maxLength !== undefined)
    return `a text of ${countText(minLength, maxLength)} character${maxLength === 1 ? '' : 's'}`;
  return minLength > 0 && value === '' ? 'a text that is not empty' : 'a text';
}

function countText(min: number, max: number): string {
  if (max === Infinity) return `at least ${min}`;
  return min === max ? String(min) : `${min} to ${max}`;
}

/** `on or off`, `one of a, b, c`. */
function oneOf(words: readonly string[]): string {
  return words.length <= 2 ? words.join(' or ') : `one of ${listed(words)}`;
}

function listed(words: readonly string[], last?: string): string {
  if (words.length > NAMES_MAX) return `${words.slice(0, NAMES_MAX).join(', ')} and ${words.length - NAMES_MAX} more`;
  if (last === undefined || words.length < 2) return words.join(', ');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

function suggestion(near: string | null): string {
  return near === null ? '' : `, did you mean ${near}?`;
}

function isBelow(path: string, other: string): boolean {
  return path.startsWith(`${other}.`);
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/Ms(Mean|Max)?$|publishDelayMsMean\./, 'milliseconds'],
  [/Days$/, 'days'],
  [/startHours\.\d+$/, 'local hour of the day'],
  [/(^|\.)hours$|Hours$/, 'hours'],
  [/relativeStaff\.\d+$/, "beside the other shifts'"],
  [/Share(Of[A-Z]\w*)?$/, 'share of 1'],
  [/PerKm2$/, 'people per km²'],
  [/MetresPerSecond$/, 'metres per second'],
  [/PerSecond(Max)?$/, 'per second'],
  [/PerDay$/, 'per day'],
  [/Per100000Persons$/, 'per 100,000 people'],
  [/Per1000PersonsYear$/, 'per 1,000 people a year'],
  [/Bytes(Max)?$/, 'bytes'],
];

/** The unit of a number, as its name says it, in brackets; empty if the name has none, or if no number is expected. */
function unitOf(node: Node, path: string): string {
  const isNumber = branchesOf(node).some(({ type }) => type === 'number' || type === 'integer');
  return isNumber ? unitText(path) : '';
}
