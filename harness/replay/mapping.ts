/** Loads a mapping by name or path, and says everything that is wrong with one. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HundredblockError } from '../../contract/errors.ts';
import { isDeeperThan } from '../options/nesting.ts';
import { MappingSchema, type Condition, type Mapping, type TimeSpec } from '../../contract/mapping.ts';
import { isZone, zoneNames } from '../../contract/zones.ts';
import { checkValue, problemsText, shown, type Problem } from './check.ts';
import { listOf } from './columns.ts';
import { nearest } from './nearest.ts';
import { NAMED_FORMATS, timeReader } from './time-format.ts';
import { packagePath } from '../io/package.ts';

/** Words that mean an empty cell where a mapping names none. */
export const EMPTY_WORDS: readonly string[] = ['', 'None', 'NULL', 'null'];

/** Names of the mappings that ship. */
export function mappingNames(): string[] {
  return readdirSync(SHIPPED_DIR)
    .filter((f) => f.endsWith('.json'))
    .map((f) => f.slice(0, -5))
    .sort();
}

/** A mapping has six levels. */
const DEPTH_MAX = 16;

/** A shipped mapping by its name, else the file at that path. Throws HB_MAPPING with all problems on one line. */
export function loadMapping(nameOrPath: string): Mapping {
  const names = mappingNames();
  const path = names.includes(nameOrPath) ? join(SHIPPED_DIR, `${nameOrPath}.json`) : nameOrPath;
  let text: string;
  try {
    if (!statSync(path).isFile()) throw Object.assign(new Error(), { code: 'something that is no regular file' });
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const near = nearest(nameOrPath, names);
    const found =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'no such file'
        : String((error as NodeJS.ErrnoException).code);
    throw new HundredblockError(
      'HB_MAPPING',
      `mapping ${shown(nameOrPath)}: expected a shipped name (${names.join(', ')}) or the path of a mapping file, found ${found}${near === null ? '' : ` (nearest: ${JSON.stringify(near)})`}`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new HundredblockError(
      'HB_MAPPING',
      `mapping ${shown(nameOrPath)}: expected JSON, found ${String((error as Error).message)
        .replace(/\s+/g, ' ')
        .slice(0, 160)}`,
    );
  }
  if (isDeeperThan(value, DEPTH_MAX)) {
    throw new HundredblockError(
      'HB_MAPPING',
      `mapping ${shown(nameOrPath)}: expected at most ${DEPTH_MAX} levels of nesting, found more`,
    );
  }
  const problems = mappingProblems(value);
  if (problems.length === 0) return value as Mapping;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw new HundredblockError('HB_MAPPING', `mapping ${shown(nameOrPath)}: ${count}: ${problemsText(problems)}`);
}

/** Everything that is wrong with a mapping: against the schema, and where it contradicts itself. */
export function mappingProblems(value: unknown): Problem[] {
  const problems = checkValue(MappingSchema, value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return problems;
  const broken = (part: string) => problems.some((p) => p.path === `/${part}` || p.path.startsWith(`/${part}/`));
  const mapping = value as Mapping;
  const ok = (part: keyof Mapping) => mapping[part] !== undefined && !broken(part);
  if (ok('zone')) problems.push(...zoneProblems(mapping.zone, '/zone'));
  if (ok('time')) problems.push(...timeProblems(mapping.time, '/time'));
  if (ok('published')) problems.push(...timeProblems(mapping.published!, '/published'));
  if (mapping.clock === 'published' && mapping.published === undefined) {
    problems.push({
      path: '/published',
      expected: 'a time, since clock is "published"',
      found: 'nothing',
      nearest: null,
    });
  }
  if (ok('natures')) problems.push(...natureProblems(mapping.natures, broken('ignore') ? [] : (mapping.ignore ?? [])));
  for (const part of ['natures', 'ignore'] as const) {
    if (!ok(part)) continue;
    for (const [i, rule] of mapping[part]!.entries()) {
      if (typeof rule !== 'string') problems.push(...whereProblems(rule.where ?? [], `/${part}/${i}/where`));
    }
  }
  if (ok('coordinates')) problems.push(...boxProblems(mapping.coordinates!));
  if (ok('nature') && mapping.nature.separator !== undefined && mapping.nature.combine !== 'join') {
    problems.push({
      path: '/nature/separator',
      expected: '"combine": "join" beside it',
      found: shown(mapping.nature.combine ?? 'first'),
      nearest: null,
    });
  }
  return problems;
}

// --- internal ---

const SHIPPED_DIR = packagePath('harness/replay/mappings');

function zoneProblems(zone: string, path: string): Problem[] {
  return isZone(zone)
    ? []
    : [{ path, expected: 'an IANA time zone', found: shown(zone), nearest: nearest(zone, zoneNames()) }];
}

function timeProblems(time: TimeSpec, path: string): Problem[] {
  const problems = time.zone === undefined ? [] : zoneProblems(time.zone, `${path}/zone`);
  for (const [i, format] of listOf(time.format).entries()) {
    try {
      timeReader([format], 'UTC', false);
    } catch (error) {
      const at = typeof time.format === 'string' ? `${path}/format` : `${path}/format/${i}`;
      problems.push({
        path: at,
        expected: (error as Error).message,
        found: shown(format),
        nearest: nearest(format, NAMED_FORMATS),
      });
    }
  }
  return problems;
}

/** A nature that two rules without conditions name, or a rule and the ignore list, could only ever be the first one's. */
function natureProblems(rules: Mapping['natures'], ignore: NonNullable<Mapping['ignore']>): Problem[] {
  const problems: Problem[] = [];
  const named = new Map<string, string>();
  for (const [i, entry] of ignore.entries()) if (typeof entry === 'string') named.set(entry.trim(), `/ignore/${i}`);
  for (const [i, rule] of rules.entries()) {
    const path = `/natures/${i}`;
    if (rule.nature === undefined) {
      if (rule.where === undefined)
        problems.push({ path, expected: 'a nature or a where', found: 'neither', nearest: null });
      continue;
    }
    for (const nature of listOf(rule.nature)) {
      const first = named.get(nature.trim());
      if (first !== undefined)
        problems.push({
          path: `${path}/nature`,
          expected: 'a nature that no earlier rule takes',
          found: `${shown(nature)}, taken by ${first}`,
          nearest: null,
        });
      else if (rule.where === undefined) named.set(nature.trim(), path);
    }
  }
  return problems;
}

function whereProblems(where: readonly Condition[], path: string): Problem[] {
  return where.flatMap((c, i) =>
    c.is === undefined && c.isNot === undefined
      ? [{ path: `${path}/${i}`, expected: 'is or isNot', found: 'neither', nearest: null }]
      : [],
  );
}

function boxProblems(coordinates: NonNullable<Mapping['coordinates']>): Problem[] {
  const { box } = coordinates;
  const path = '/coordinates/box';
  if (box === undefined) {
    return coordinates.outside === undefined
      ? []
      : [{ path, expected: 'a box, since outside is given', found: 'nothing', nearest: null }];
  }
  if (box.south < box.north && box.west < box.east && Math.abs(box.south) <= 90 && Math.abs(box.north) <= 90) return [];
  return [{ path, expected: 'south below north, and west below east, in degrees', found: shown(box), nearest: null }];
}
