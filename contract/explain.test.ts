import fc from 'fast-check';
import Type, { type TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import {
  explain,
  isSound,
  joinPath,
  optionPaths,
  pathOfPointer,
  rangeText,
  refusal,
  shown,
  unknownName,
  wrongValue,
} from './explain.ts';
import { ExperimentSchema } from './experiment.ts';
import { MappingSchema } from './mapping.ts';
import { ScenarioSchema } from './scenario.ts';
import { SCENARIOS } from '../harness/options/registry.ts';
import { docMappings } from '../harness/replay/doc-mappings.testing.ts';
import { CASE_DEFAULTS, CaseSchema, SERVICE_DEFAULTS } from '../harness/studies/verification/case.ts';
import { EXPERIMENTS } from '../harness/studies/experiment/registry.ts';

const texts = (schema: TSchema, value: unknown, path = ''): string[] =>
  explain(schema, value, path).map(({ text }) => text);
const closed = (properties: Type.TProperties) => Type.Object(properties, { additionalProperties: false });

const Shape = Type.Union([
  closed({ kind: Type.Literal('circle'), radiusM: Type.Number({ exclusiveMinimum: 0, maximum: 9 }) }),
  closed({ kind: Type.Literal('box'), sidesM: Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }) }),
]);
const Place = Type.Union([closed({ point: Type.String() }), closed({ street: Type.String(), block: Type.String() })]);

describe('explain says where, what was expected, with its unit, what was found, and the nearest name', () => {
  it.each<[what: string, schema: TSchema, value: unknown, ...lines: string[]]>([
    [
      'a whole number',
      Type.Integer({ minimum: 1, maximum: 9 }),
      2.5,
      'a.b: expected a whole number from 1 to 9, found 2.5',
    ],
    ['no number', Type.Number({ minimum: 1 }), NaN, 'a.b: expected a number of at least 1, found NaN'],
    ['a text for a number', Type.Number(), '5', 'a.b: expected a number, found "5"'],
    ['a switch', Type.Boolean(), 'off', 'a.b: expected true or false, found "off"'],
    ['an empty text', Type.String({ minLength: 1 }), '', 'a.b: expected a text that is not empty, found ""'],
    ['a long text', Type.String({ maxLength: 2 }), 'abc', 'a.b: expected a text of 0 to 2 characters, found "abc"'],
    ['a pattern', Type.String({ pattern: '^a$' }), 'b', 'a.b: expected a text like ^a$, found "b"'],
    [
      'a pattern that is described',
      Type.String({ pattern: '^[a-z]$', description: 'one letter' }),
      '7',
      'a.b: expected one letter, found "7"',
    ],
    ['a list', Type.Array(Type.Number(), { minItems: 2 }), [1], 'a.b: expected a list of at least 2, found [1]'],
    ['an element', Type.Array(Type.Number()), [1, null], 'a.b.1: expected a number, found null'],
    ['a record', Type.Record(Type.String(), Type.Null()), { 'x y': 1 }, 'a.b."x y": expected null, found 1'],
    ['no record', Type.Record(Type.String(), Type.Null()), 7, 'a.b: expected an object, found 7'],
    [
      'a literal',
      Type.Union([Type.Literal('on'), Type.Literal('off')]),
      'of',
      'a.b: expected on or off, found "of", did you mean off?',
    ],
    [
      'a word of several',
      Type.Enum(['open', 'closed', 'cancelled']),
      'cancelld',
      'a.b: expected one of open, closed, cancelled, found "cancelld", did you mean cancelled?',
    ],
    ['a word far from all', Type.Enum(['open', 'closed']), 'x', 'a.b: expected open or closed, found "x"'],
    [
      'null or a number',
      Type.Union([Type.Null(), Type.Number({ exclusiveMinimum: 0, maximum: 366 })]),
      0,
      'a.b: expected null or a number above 0 up to 366, found 0',
    ],
    [
      'a union without that kind',
      Shape,
      { kind: 'boxx' },
      'a.b.kind: expected circle or box, found "boxx", did you mean box?',
    ],
    ['the branch of that kind', Shape, { kind: 'box', sidesM: [1] }, 'a.b.sidesM: expected a list of 2, found [1]'],
    ['no object for a union of kinds', Shape, 5, 'a.b: expected an object of kind circle or box, found 5'],
    ['the branch that shares a name', Place, { street: 'A' }, 'a.b.block: expected a text, found nothing'],
    [
      'no branch that shares a name',
      Place,
      { streat: 'A' },
      'a.b: expected {point} or {street, block}, found {"streat":"A"}, did you mean street?',
    ],
    [
      'all problems at once, unknown names first',
      closed({ count: Type.Integer(), name: Type.String(), note: Type.Optional(Type.String()) }),
      { note: 1, naem: 'x', banana: 2 },
      'unknown option a.b.naem, did you mean a.b.name?',
      'unknown option a.b.banana: expected one of count, name, note',
      'a.b.count: expected a whole number, found nothing',
      'a.b.name: expected a text, found nothing',
      'a.b.note: expected a text, found 1',
    ],
  ])('%s', (_what, schema, value, ...lines) => {
    expect(texts(schema, value, 'a.b')).toEqual(lines);
  });

  it.each([
    ['retentionMs', ' (milliseconds)'],
    ['withdrawAfterDays', ' (days)'],
    ['warmUpHours', ' (hours)'],
    ['shifts.startHours.1', ' (local hour of the day)'],
    ['doorbellShareOfHouseholds', ' (share of 1)'],
    ['travelMetresPerSecond', ' (metres per second)'],
    ['bodyBytesMax', ' (bytes)'],
    ['servers', ''],
  ])('the unit of %s is%s', (path, unit) => {
    expect(texts(Type.Number(), null, path)).toEqual([`${path}: expected a number${unit}, found null`]);
    expect(texts(Type.Boolean(), null, path)).toEqual([`${path}: expected true or false, found null`]);
  });

  it('suggests an option of another group if none beside it is near', () => {
    const schema = closed({
      people: closed({ count: Type.Number() }),
      bells: closed({ motionsPerDay: Type.Number() }),
    });
    expect(texts(schema, { people: { count: 1, motionPerDay: 2 }, bells: { motionsPerDay: 1 } })).toEqual([
      'unknown option people.motionPerDay, did you mean bells.motionsPerDay?',
    ]);
  });

  it('refuses a long document of nonsense fast', () => {
    const names = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`${'n'.repeat(50)}${i}`, i]));
    const startMs = performance.now();
    const problems = explain(ScenarioSchema, names);
    expect(performance.now() - startMs).toBeLessThan(5000);
    expect(problems.length).toBeGreaterThan(100_000);
  });

  it('throws for a schema that it does not know, instead of accepting everything', () => {
    expect(() => explain({ type: 'tuple' }, 1)).toThrow(TypeError);
  });
});

/** Sound documents of each schema that a person writes. */
const DOCUMENTS: readonly (readonly [string, TSchema, readonly unknown[]])[] = [
  ['scenario', ScenarioSchema, [...SCENARIOS.values()]],
  ['mapping', MappingSchema, Object.values(docMappings())],
  ['experiment', ExperimentSchema, [...EXPERIMENTS.values()]],
  [
    'case',
    CaseSchema,
    [
      {
        ...CASE_DEFAULTS,
        name: 'two areas',
        servers: 2,
        arrivals: [{ name: 'a', rate: 1, priority: 2, prefers: [1, 2], at: [], serviceMean: null }],
        service: SERVICE_DEFAULTS,
      },
    ],
  ],
];

describe.each(DOCUMENTS)('a %s', (_name, schema, sound) => {
  it('is accepted exactly if typebox accepts it', () => {
    for (const document of sound) expect([explain(schema, document), Check(schema, document)]).toEqual([[], true]);
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        true,
        '',
        'on',
        'x'.repeat(600),
        -1,
        0,
        0.5,
        1,
        1e12,
        1e300,
        [],
        {},
        ['a'],
        [1],
        [[]],
      ),
      fc.string(),
      fc.double(),
      fc.integer(),
    );
    const change = fc.record({ at: fc.array(fc.nat(40), { maxLength: 5 }), to: value, drop: fc.boolean() });
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...sound), fc.array(change, { maxLength: 3 }), (document, changes) => {
        const changed = changes.reduce<unknown>((now, { at, to, drop }) => edited(now, at, to, drop), document);
        const problems = explain(schema, changed);
        if (problems.length > 0) refused++;
        expect({ accepted: problems.length === 0, problems }).toMatchObject({ accepted: Check(schema, changed) });
      }),
      { numRuns: 200 },
    );
    expect(refused).toBeGreaterThan(50);
  });
});

/** A copy in which the value at the place is another one, or is gone; each number of `at` chooses a member. */
function edited(value: unknown, [first, ...rest]: readonly number[], to: unknown, drop: boolean): unknown {
  if (first === undefined || typeof value !== 'object' || value === null) return to;
  const entries = Object.entries(value);
  if (entries.length === 0) return Array.isArray(value) ? [to] : { extra: to };
  const i = first % entries.length;
  if (rest.length === 0 && drop) entries.splice(i, 1);
  else entries[i] = [entries[i][0], edited(entries[i][1], rest, to, drop)];
  return Array.isArray(value) ? entries.map(([, item]): unknown => item) : Object.fromEntries(entries);
}

describe('paths', () => {
  it.each<[path: string, name: string | number, expected: string]>([
    ['', 'people', 'people'],
    ['agencies', 0, 'agencies.0'],
    ['status.values', 'GONE ON ARRIVAL', 'status.values."GONE ON ARRIVAL"'],
    ['a', 'b.c', 'a."b.c"'],
    ['a', '', 'a.""'],
    ['', 'two\nlines', '"two\\nlines"'],
  ])('of %j and %j is %j', (path, name, expected) => {
    expect(joinPath(path, name)).toBe(expected);
  });

  it('are made of JSON Pointers', () => {
    expect(pathOfPointer('')).toBe('');
    expect(pathOfPointer('/agencies/0/natures/a~1b~0')).toBe('agencies.0.natures."a/b~"');
  });

  it('of options lead through objects, not through lists', () => {
    const schema = closed({ a: closed({ b: Type.Number() }), c: Type.Array(closed({ d: Type.Number() })) });
    expect(optionPaths(schema)).toEqual(['a', 'a.b', 'c']);
  });

  it('are sound where nothing at, above or below them is wrong', () => {
    const problems = [wrongValue('a.b', 'x', 'y'), unknownName('c', 'd', [])];
    expect(['a', 'a.b', 'a.b.0', 'a.bb', 'a.c', 'c', 'd'].filter((path) => isSound(problems, path))).toEqual([
      'a.bb',
      'a.c',
      'd',
    ]);
    expect(isSound([wrongValue('', 'x', 'y')], 'a')).toBe(false);
  });
});

describe('shown', () => {
  it.each<[unknown, string]>([
    [undefined, 'nothing'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    ['\u009b31m\u2028', '"\\u009b31m\\u2028"'],
    [{ a: [1] }, '{"a":[1]}'],
    ['x'.repeat(1e6), `"${'x'.repeat(56)}...`],
    [
      Array.from({ length: 100 }, () => 7),
      `${'[7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7'.slice(0, 57)}...`,
    ],
  ])('of case %#', (value, expected) => {
    expect(shown(value)).toBe(expected);
  });
});

it('a refusal has a line for each problem, and the code of the gravest', () => {
  const value = wrongValue('a', 'x', 'y');
  const name = unknownName('', 'b', ['bb']);
  expect(refusal([value])).toMatchObject({ code: 'HB_OPTION_VALUE', message: 'a: expected x, found y' });
  expect(refusal([value, name])).toMatchObject({
    code: 'HB_OPTION_UNKNOWN',
    message: 'a: expected x, found y\nunknown option b, did you mean bb?',
  });
  expect(refusal([name], 'HB_MAPPING').code).toBe('HB_MAPPING');
});

it.each([
  [{}, false, 'a number'],
  [{ minimum: 0 }, true, 'a whole number of at least 0'],
  [{ maximum: 5 }, false, 'a number of at most 5'],
  [{ exclusiveMinimum: 0 }, false, 'a number above 0'],
  [{ exclusiveMinimum: 0, maximum: 5 }, false, 'a number above 0 up to 5'],
])('the range %j, whole: %s, is %s', (range, isWhole, text) => {
  expect(rangeText(range, isWhole)).toBe(text);
});
