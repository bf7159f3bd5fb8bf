import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPTIONS, flagOf } from '../reference-impl/server/config.ts';
import { optionPaths } from './explain.ts';
import { ExperimentSchema } from './experiment.ts';
import { MappingSchema } from './mapping.ts';
import { didYouMean, editDistance, nearest } from './nearest.ts';
import { ScenarioSchema } from './scenario.ts';
import { zoneNames } from './zones.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['city', 'city', 0],
    ['cty', 'city', 1],
    ['prot', 'port', 1],
    ['kitten', 'sitting', 3],
    ['flaw', 'lawn', 2],
  ])('from %j to %j is %i', (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
  });

  it('is symmetric, 0 only for equal texts, and at most the length of the longer one', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  it('satisfies the triangle inequality where no neighbours can be swapped', () => {
    const ascending = fc.string({ maxLength: 8 }).map((text) => [...new Set(text)].sort().join(''));
    fc.assert(
      fc.property(ascending, ascending, ascending, (a, b, c) => {
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

const PEOPLE = Object.keys(ScenarioSchema.properties.people.properties);
const PARTS = Object.keys(ScenarioSchema.properties);
const FLAGS = OPTIONS.map(({ name }) => flagOf(name));
const COMMANDS = ['start', 'simulate', 'replay', 'report', 'serve', 'load', 'trace', 'judge', 'validate', 'doctor'];
const COLUMNS = ['attributes.CASE_NUM', 'attributes.CALL_TIME', 'geometry.x', 'Call Type'];
const CHECKS = ['auth', 'auth.key', 'posts', 'posts.order', 'stream', 'stream.resumes'];

describe('nearest', () => {
  it.each<[name: string, valid: readonly string[], expected: string]>([
    ['cty', ['city', 'smoke', 'metro'], 'city'],
    ['METRO', ['city', 'smoke', 'metro'], 'metro'],
    ['doorbelShare', PEOPLE, 'doorbellShareOfHouseholds'],
    ['householdDoorbells', PEOPLE, 'doorbellShareOfHouseholds'],
    ['personsPerKm', PEOPLE, 'personsPerKm2'],
    ['radius', PEOPLE, 'radiusFactor'],
    ['days', PARTS, 'durationDays'],
    ['polcy', PARTS, 'policy'],
    ['simulation', COMMANDS, 'simulate'],
    ['validation', COMMANDS, 'validate'],
    ['server', COMMANDS, 'serve'],
    ['max-streams', FLAGS, 'streams-max'],
    ['key', FLAGS, 'harness-key'],
    ['prot', FLAGS, 'port'],
    ['output', ['out', 'json', 'quiet'], 'out'],
    ['utilisation', ['unitUtilisation', 'callsWaiting'], 'unitUtilisation'],
    ['Chicago', zoneNames(), 'America/Chicago'],
    ['US/Chicago', zoneNames(), 'America/Chicago'],
    ['America/Chigaco', zoneNames(), 'America/Chicago'],
    ['UTC+1', zoneNames(), 'UTC'],
    ['CASE_NUM', COLUMNS, 'attributes.CASE_NUM'],
    ['properties.case_num', COLUMNS, 'attributes.CASE_NUM'],
    ['call type', COLUMNS, 'Call Type'],
    ['order', CHECKS, 'posts.order'],
    ['call_number', ['call_nr', 'call_time', 'typ', 'address'], 'call_nr'],
    ['lat', ['latitude', 'longitude'], 'latitude'],
  ])('of %s is %s', (name, valid, expected) => {
    expect(nearest(name, valid)).toBe(expected);
  });

  it.each<[name: string, valid: readonly string[]]>([
    ['seed', PARTS],
    ['share', PEOPLE],
    ['density', PEOPLE],
    ['fooShare', Object.keys(ScenarioSchema.properties.incidents.properties)],
    ['v', COMMANDS],
    ['-v', COMMANDS],
    ['help', COMMANDS],
    ['test', COMMANDS],
    ['database', FLAGS],
    ['verbose', FLAGS],
    ['nosuch', CHECKS],
    ['auth.nosuch', CHECKS],
    ['Atlantis/Nowhere', zoneNames()],
    ['n'.repeat(100_000), COMMANDS],
    ['', COMMANDS],
    ['x', []],
  ])('of %.20s is none', (name, valid) => {
    expect(nearest(name, valid)).toBeNull();
  });

  it('takes the first of equally close names that begin alike', () => {
    expect(nearest('priorityMs', ['priority3Ms', 'priority4Ms'])).toBe('priority3Ms');
    expect(nearest('cit', ['bit', 'city'])).toBe('city');
  });

  it('ends in time, however long the names are', () => {
    const long = 'aB'.repeat(5000);
    const valid = Array.from({ length: 1000 }, (_, i) => `${long}${i}`);
    const startMs = performance.now();
    nearest(`b${long}`, valid);
    expect(performance.now() - startMs).toBeLessThan(2000);
  });
});

/** Options that stand beside each other, under the path of their group. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ...[ScenarioSchema, ExperimentSchema, MappingSchema].flatMap((schema) => [...groups(optionPaths(schema))]),
  ['flags of serve', FLAGS],
];

function groups(paths: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of paths) {
    const at = path.lastIndexOf('.');
    const group = path.slice(0, Math.max(0, at));
    found.set(group, [...(found.get(group) ?? []), path.slice(at + 1)]);
  }
  return found;
}

/** Every text that one slip makes of a name: a character left out, replaced, inserted, or swapped with the next. */
function misspellings(name: string): Set<string> {
  const slips = new Set<string>();
  for (let i = 0; i <= name.length; i++) {
    const [before, after] = [name.slice(0, i), name.slice(i)];
    slips.add(before + after.slice(1)).add(`${before}${after[1] ?? ''}${after[0] ?? ''}${after.slice(2)}`);
    for (const letter of 'eZ') slips.add(before + letter + after).add(before + letter + after.slice(1));
  }
  slips.delete(name);
  return slips;
}

it('each slip in each option’s name finds the option, or one that is as few edits away', () => {
  let count = 0;
  for (const [group, names] of GROUPS) {
    for (const name of names) {
      for (const slip of misspellings(name)) {
        if (slip.length < 2 || names.some((other) => other.toLowerCase() === slip.toLowerCase())) continue;
        const found = nearest(slip, names);
        const edits = found === null ? Infinity : editDistance(slip.toLowerCase(), found.toLowerCase());
        if (edits > 1) expect.fail(`${group}: ${slip} (meant: ${name}) finds ${String(found)}`);
        count++;
      }
    }
  }
  expect(count).toBeGreaterThan(10_000);
});

it('words that have nothing to do with options find none', () => {
  const unrelated = ['banana', 'xyzzy', 'quux', 'frobnicate', 'helicopter', 'kettle', 'jugular', 'window', 'zebra'];
  for (const [, names] of GROUPS)
    expect(unrelated.map((word) => nearest(word, names))).toEqual(unrelated.map(() => null));
});

it('a message is ended by the suggestion, or by nothing', () => {
  expect(didYouMean('sed', ['seed', 'set-up'], '--')).toBe(', did you mean --seed?');
  expect(didYouMean('banana', ['seed'])).toBe('');
});
