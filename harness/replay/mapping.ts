/** Loads a mapping by name or path, and finds everything that is wrong with it. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HundredblockError } from '../../contract/errors.ts';
import { explain, isSound, shown, wrongValue, type Problem } from '../../contract/explain.ts';
import { isObject, readJson, type Refuse } from '../options/json-file.ts';
import { MappingSchema, type Condition, type Mapping, type TimeSpec } from '../../contract/mapping.ts';
import { didYouMean, nearest } from '../../contract/nearest.ts';
import { isZone, zoneNames } from '../../contract/zones.ts';
import { listOf } from './columns.ts';
import { NAMED_FORMATS, timeReader } from './time-format.ts';
import { packagePath } from '../io/package.ts';

/** Words that mean an empty cell if a mapping names none. */
export const EMPTY_WORDS: readonly string[] = ['', 'None', 'NULL', 'null'];

/** Names of the mappings that ship. */
export function mappingNames(): string[] {
  return readdirSync(SHIPPED_DIR)
    .filter((f) => f.endsWith('.json'))
    .map((f) => f.slice(0, -5))
    .sort();
}

/** A shipped mapping by its name, else the file at that path. Throws HB_MAPPING with a line for each problem. */
export function loadMapping(nameOrPath: string): Mapping {
  const names = mappingNames();
  const path = names.includes(nameOrPath) ? join(SHIPPED_DIR, `${nameOrPath}.json`) : nameOrPath;
  const refuse: Refuse = (expected, found) =>
    new HundredblockError('HB_MAPPING', `mapping ${shown(nameOrPath)}: expected ${expected}, found ${found}`);
  if (!existsSync(path))
    throw refuse(
      `a shipped name (${names.join(', ')}) or the path of a mapping file`,
      `no such file${didYouMean(nameOrPath, names)}`,
    );
  const value = readJson(path, refuse);
  const problems = mappingProblems(value);
  if (problems.length === 0) return value as Mapping;
  const lines = problems.map((problem) => `mapping ${shown(nameOrPath)}: ${problem.text}`);
  throw new HundredblockError('HB_MAPPING', lines.join('\n'));
}

/** Everything that is wrong with a mapping: what its schema refuses, and what contradicts itself. */
export function mappingProblems(value: unknown): Problem[] {
  const problems = explain(MappingSchema, value);
  if (!isObject(value)) return problems;
  const misfits = [...problems];
  const mapping = value as Mapping;
  const has = (part: keyof Mapping): boolean => mapping[part] !== undefined && isSound(misfits, part);
  if (has('zone')) problems.push(...zoneProblems(mapping.zone, 'zone'));
  if (has('time')) problems.push(...timeProblems(mapping.time, 'time'));
  if (has('published')) problems.push(...timeProblems(mapping.published!, 'published'));
  if (mapping.clock === 'published' && mapping.published === undefined)
    problems.push(wrongValue('published', 'a time, since clock is "published"', 'nothing'));
  if (has('natures'))
    problems.push(...natureProblems(mapping.natures, isSound(misfits, 'ignore') ? (mapping.ignore ?? []) : []));
  for (const part of ['natures', 'ignore'] as const) {
    if (!has(part)) continue;
    for (const [i, rule] of mapping[part]!.entries()) {
      if (typeof rule !== 'string') problems.push(...conditionProblems(rule.where ?? [], `${part}.${i}.where`));
    }
  }
  if (has('coordinates')) problems.push(...boxProblems(mapping.coordinates!));
  if (has('nature') && mapping.nature.separator !== undefined && mapping.nature.combine !== 'join')
    problems.push(
      wrongValue('nature.separator', '"combine": "join" beside it', shown(mapping.nature.combine ?? 'first')),
    );
  return problems;
}

// --- internal ---

const SHIPPED_DIR = packagePath('harness/replay/mappings');

function zoneProblems(zone: string, path: string): Problem[] {
  return isZone(zone) ? [] : [wrongValue(path, 'an IANA time zone', shown(zone), nearest(zone, zoneNames()))];
}

function timeProblems(time: TimeSpec, path: string): Problem[] {
  const problems = time.zone === undefined ? [] : zoneProblems(time.zone, `${path}.zone`);
  for (const [i, format] of listOf(time.format).entries()) {
    try {
      timeReader([format], 'UTC', false);
    } catch (error) {
      const at = typeof time.format === 'string' ? `${path}.format` : `${path}.format.${i}`;
      problems.push(wrongValue(at, (error as Error).message, shown(format), nearest(format, NAMED_FORMATS)));
    }
  }
  return problems;
}

/** If a nature stands in two rules without conditions, or in a rule and in the ignore list, the second entry could never take a row. */
function natureProblems(rules: Mapping['natures'], ignore: NonNullable<Mapping['ignore']>): Problem[] {
  const problems: Problem[] = [];
  const takenBy = new Map<string, string>();
  for (const [i, entry] of ignore.entries()) if (typeof entry === 'string') takenBy.set(entry.trim(), `ignore.${i}`);
  for (const [i, rule] of rules.entries()) {
    const path = `natures.${i}`;
    if (rule.nature === undefined) {
      if (rule.where === undefined) problems.push(wrongValue(path, 'a nature or a where', 'neither'));
      continue;
    }
    for (const nature of listOf(rule.nature)) {
      const first = takenBy.get(nature.trim());
      if (first !== undefined)
        problems.push(
          wrongValue(`${path}.nature`, 'a nature that no earlier rule takes', `${shown(nature)}, taken by ${first}`),
        );
      else if (rule.where === undefined) takenBy.set(nature.trim(), path);
    }
  }
  return problems;
}

function conditionProblems(where: readonly Condition[], path: string): Problem[] {
  return where.flatMap((condition, i) =>
    condition.is === undefined && condition.isNot === undefined
      ? [wrongValue(`${path}.${i}`, 'is or isNot', 'neither')]
      : [],
  );
}

function boxProblems({ box, outside }: NonNullable<Mapping['coordinates']>): Problem[] {
  const path = 'coordinates.box';
  if (box === undefined)
    return outside === undefined ? [] : [wrongValue(path, 'a box, since outside is given', 'nothing')];
  if (box.south < box.north && box.west < box.east && Math.abs(box.south) <= 90 && Math.abs(box.north) <= 90) return [];
  return [wrongValue(path, 'south below north, and west below east, in degrees', shown(box))];
}
