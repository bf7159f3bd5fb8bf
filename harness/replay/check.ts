/**
 * Checks a JSON value against one of our own schemas and says everything that is wrong with it at once. A validator's errors
 * of a union name every branch; these name the branch that was meant, and the nearest valid name of a misspelt one.
 */
import type { TSchema } from 'typebox';
import { nearest } from './nearest.ts';
import { isObject } from '../options/json-file.ts';

export interface Problem {
  /** JSON Pointer to the value; empty for the whole. */
  path: string;
  expected: string;
  found: string;
  /** The nearest valid name, where one is near. */
  nearest: string | null;
}

/** Problems of `value` against `schema`: objects, arrays, records, strings, numbers, integers, booleans, null, constants and unions of these. */
export function checkValue(schema: TSchema, value: unknown, path = ''): Problem[] {
  const node = schema as Node;
  if (node.anyOf !== undefined) return checkUnion(branchesOf(node.anyOf), value, path);
  if (node.enum !== undefined) return checkNames(node.enum, value, path);
  if ('const' in node) return value === node.const ? [] : [problem(path, JSON.stringify(node.const), value)];
  switch (node.type) {
    case 'object':
      return checkObject(node, value, path);
    case 'array':
      if (!Array.isArray(value)) return [problem(path, 'a list', value)];
      if (value.length < (node.minItems ?? 0)) return [problem(path, `at least ${node.minItems} in the list`, value)];
      return value.flatMap((item, i) => checkValue(node.items!, item, `${path}/${i}`));
    case 'string':
      return checkString(node, value, path);
    case 'integer':
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? [] : [problem(path, 'a number', value)];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [problem(path, 'true or false', value)];
    case 'null':
      return value === null ? [] : [problem(path, 'null', value)];
    default:
      throw new Error(`no check for a schema of type ${String(node.type)}`);
  }
}

/** A value as an error shows it: JSON on one line, cut short. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** `/zone: expected an IANA zone, found "Amercia/Chicago" (nearest: "America/Chicago")`, one for each, joined by semicolons. */
export function problemsText(problems: readonly Problem[]): string {
  return problems
    .map(
      (p) =>
        `${p.path === '' ? '/' : p.path}: expected ${p.expected}, found ${p.found}${p.nearest === null ? '' : ` (nearest: ${JSON.stringify(p.nearest)})`}`,
    )
    .join('; ');
}

// --- internal ---

/** What of JSON Schema our schemas use. */
interface Node extends TSchema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  description?: string;
  anyOf?: Node[];
  properties?: Record<string, Node>;
  patternProperties?: Record<string, Node>;
  required?: string[];
  additionalProperties?: boolean;
  items?: Node;
  minItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
}

function problem(path: string, expected: string, value: unknown, near: string | null = null): Problem {
  return { path, expected, found: shown(value), nearest: near };
}

function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function checkObject(node: Node, value: unknown, path: string): Problem[] {
  if (!isObject(value)) return [problem(path, 'an object', value)];
  if (node.patternProperties !== undefined) {
    const [inner] = Object.values(node.patternProperties);
    return Object.entries(value).flatMap(([key, item]) => checkValue(inner, item, `${path}/${pointer(key)}`));
  }
  const properties = node.properties ?? {};
  const problems: Problem[] = [];
  const missing = (node.required ?? []).filter((key) => !Object.hasOwn(value, key));
  for (const [key, item] of Object.entries(value)) {
    const at = `${path}/${pointer(key)}`;
    if (Object.hasOwn(properties, key)) problems.push(...checkValue(properties[key], item, at));
    else
      problems.push({
        path: at,
        expected: 'a known field',
        found: JSON.stringify(key.slice(0, 60)),
        nearest: nearest(key, Object.keys(properties)),
      });
  }
  for (const key of missing)
    problems.push({ path: `${path}/${key}`, expected: 'a required field', found: 'nothing', nearest: null });
  return problems;
}

function checkString(node: Node, value: unknown, path: string): Problem[] {
  if (typeof value !== 'string') return [problem(path, 'a text', value)];
  if (value.length < (node.minLength ?? 0)) return [problem(path, 'a text that is not empty', value)];
  if (value.length > (node.maxLength ?? Infinity))
    return [problem(path, `a text of at most ${node.maxLength} characters`, value)];
  if (node.pattern !== undefined && !new RegExp(node.pattern, 'u').test(value))
    return [problem(path, node.description ?? `a text like ${node.pattern}`, value)];
  return [];
}

function checkNames(names: readonly unknown[], value: unknown, path: string): Problem[] {
  if (names.includes(value)) return [];
  return [
    problem(
      path,
      `one of ${names.join(', ')}`,
      value,
      typeof value === 'string' ? nearest(value, names.map(String)) : null,
    ),
  ];
}

/** A union's branches, those of unions inside it included. */
function branchesOf(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => (node.anyOf === undefined ? [node] : branchesOf(node.anyOf)));
}

/** The branch that was meant is the one with the value's own `kind`, else the one of its JSON type that shares most field names with it. */
function checkUnion(branches: Node[], value: unknown, path: string): Problem[] {
  if (branches.some((b) => checkValue(b, value, path).length === 0)) return [];
  if (branches.every((b) => 'const' in b)) {
    return checkNames(
      branches.map((b) => b.const),
      value,
      path,
    );
  }
  const sameType = branches.filter((b) => b.type === typeOf(value));
  if (sameType.length === 0) return [problem(path, [...new Set(branches.map(kindText))].join(' or '), value)];
  if (!isObject(value)) return checkValue(sameType[0], value, path);
  const kinds = sameType.filter((b) => b.properties?.['kind'] !== undefined);
  if (kinds.length > 1) {
    const meant = kinds.find((b) => b.properties!['kind'].const === value['kind']);
    if (meant !== undefined) return checkValue(meant, value, path);
    return checkNames(
      kinds.map((b) => b.properties!['kind'].const),
      value['kind'],
      `${path}/kind`,
    );
  }
  const shared = (b: Node) => Object.keys(value).filter((k) => Object.hasOwn(b.properties ?? {}, k)).length;
  const best = sameType.reduce((a, b) => (shared(b) > shared(a) ? b : a));
  if (sameType.length === 1 || shared(best) > 0) return checkValue(best, value, path);
  const choices = sameType.map((b) => `{${(b.required ?? []).join(', ')}}`).join(' or ');
  const names = sameType.flatMap((b) => Object.keys(b.properties ?? {}));
  const [key] = Object.keys(value);
  return [problem(path, choices, value, key === undefined ? null : nearest(key, names))];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function kindText(node: Node): string {
  switch (node.type) {
    case 'string':
      return 'a text';
    case 'array':
      return 'a list';
    case 'object':
      return 'an object';
    case 'null':
      return 'null';
    default:
      return node.type ?? 'a value';
  }
}
