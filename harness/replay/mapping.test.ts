import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MappingSchema } from '../../contract/mapping.ts';
import { problemsText } from './check.ts';
import { docMappings, docParts } from './doc-mappings.ts';
import { loadMapping, mappingNames, mappingProblems } from './mapping.ts';

const [SMALLEST] = Object.values(docMappings());

describe('mappingProblems', () => {
  it.each(Object.entries(docMappings()))('has nothing to say of the mapping %s in the docs', (_name, mapping) => {
    expect(problemsText(mappingProblems(mapping))).toBe('');
  });

  it.each(docParts().map((part) => [JSON.stringify(part).slice(0, 80), part] as const))(
    'nor of the part %s',
    (_name, part) => {
      expect(problemsText(mappingProblems({ ...SMALLEST, ...part }))).toBe('');
    },
  );

  it('nor of those that ship', () => {
    expect(mappingNames()).toContain('milwaukee');
    for (const name of mappingNames()) expect(loadMapping(name).name).toBe(name);
  });

  it.each<[change: Record<string, unknown>, text: string]>([
    [
      { zone: 'America/Chigaco' },
      '/zone: expected an IANA time zone, found "America/Chigaco" (nearest: "America/Chicago")',
    ],
    [{ mapping: 2 }, '/mapping: expected 1, found 2'],
    [{ clok: 'incident' }, '/clok: expected a known field, found "clok" (nearest: "clock")'],
    [
      { order: 'newest first' },
      '/order: expected one of sorted, newest-first, file, found "newest first" (nearest: "newest-first")',
    ],
    [
      { id: undefined, nature: undefined },
      '/id: expected a text or a list, found nothing; /nature: expected an object, found nothing',
    ],
    [{ id: 7 }, '/id: expected a text or a list, found 7'],
    [{ id: [] }, '/id: expected at least 1 in the list, found []'],
    [{ id: '' }, '/id: expected a text that is not empty, found ""'],
    [{ name: 'Small Ville' }, '/name: expected lower case, digits and dashes, found "Small Ville"'],
    [{ format: { kind: 'cvs' } }, '/format/kind: expected one of csv, jsonl, json, found "cvs" (nearest: "csv")'],
    [
      { format: { kind: 'csv', delimeter: ';' } },
      '/format/delimeter: expected a known field, found "delimeter" (nearest: "delimiter")',
    ],
    [
      { format: { kind: 'csv', delimiter: ';;' } },
      '/format/delimiter: expected a text of at most 1 characters, found ";;"',
    ],
    [
      { format: { kind: 'csv', encoding: 'latin-1' } },
      '/format/encoding: expected one of utf-8, latin1, utf-16le, found "latin-1" (nearest: "latin1")',
    ],
    [{ format: 'csv' }, '/format: expected an object, found "csv"'],
    [
      { time: { columns: 't', format: 'unix' } },
      '/time/format: expected a token in place of "u", of: YYYY yyyy YY yy MMMM MMM MM M DD D dddd ddd dd d HH H hh h mm m ss s SS fff SSS A a tt Z *, found "unix"',
    ],
    [
      { time: { columns: 't', format: ['iso', 'HH:mm'] } },
      '/time/format/1: expected a year, a month and a day, found "HH:mm"',
    ],
    [{ clock: 'published' }, '/published: expected a time, since clock is "published", found nothing'],
    [
      { place: { from: { adress: 'a' } } },
      '/place/from: expected {address} or {block, street} or {crossing} or {area, within}, found {"adress":"a"} (nearest: "address")',
    ],
    [{ place: { from: [{ block: 'b' }] } }, '/place/from/0/street: expected a required field, found nothing'],
    [
      { natures: [{ nature: 'A', category: 'burglry' }] },
      '/natures/0/category: expected one of burglary, vehicle, robbery, shots-fired, shooting, stabbing, hostage, arson, animal, civil, bomb-threat, vandalism, welfare-check, fire, found "burglry" (nearest: "burglary")',
    ],
    [
      {
        natures: [
          { nature: 'A', category: 'arson' },
          { nature: ['B', 'A'], category: 'fire' },
        ],
      },
      '/natures/1/nature: expected a nature that no earlier rule takes, found "A", taken by /natures/0',
    ],
    [
      { natures: [{ nature: 'A', category: 'arson' }], ignore: ['A'] },
      '/natures/0/nature: expected a nature that no earlier rule takes, found "A", taken by /ignore/0',
    ],
    [{ natures: [{ category: 'arson' }] }, '/natures/0: expected a nature or a where, found neither'],
    [
      { natures: [{ nature: 'A', where: [{ column: 'c' }], category: 'arson' }] },
      '/natures/0/where/0: expected is or isNot, found neither',
    ],
    [
      { status: { columns: 's', values: { A: 'done' } } },
      '/status/values/A: expected one of open, cancelled, closed, founded, unfounded, duplicate, found "done"',
    ],
    [
      { coordinates: { latitude: 'a', longitude: 'b', box: { south: 2, west: 0, north: 1, east: 1 } } },
      '/coordinates/box: expected south below north, and west below east, in degrees, found {"south":2,"west":0,"north":1,"east":1}',
    ],
    [
      { coordinates: { point: 'p', outside: 'reject' } },
      '/coordinates/box: expected a box, since outside is given, found nothing',
    ],
    [
      { nature: { columns: 'n', separator: '-' } },
      '/nature/separator: expected "combine": "join" beside it, found "first"',
    ],
    [
      { zone: 'UTC+1', order: 'x', id: null },
      '/id: expected a text or a list, found null; /order: expected one of sorted, newest-first, file, found "x"; /zone: expected an IANA time zone, found "UTC+1" (nearest: "UTC")',
    ],
  ])('%j', (change, text) => {
    expect(problemsText(mappingProblems({ ...SMALLEST, ...change }))).toBe(text);
  });

  it.each([[null], [[]], ['x'], [7]])('wants an object, not %j', (value) => {
    expect(mappingProblems(value)).toMatchObject([{ path: '', expected: 'an object' }]);
  });
});

describe('loadMapping', () => {
  it('refuses an unknown name with the nearest, on one line', () => {
    expect(() => loadMapping('milwauke')).toThrow(
      expect.objectContaining({
        code: 'HB_MAPPING',
        message: expect.stringMatching(
          /^mapping "milwauke": expected .*, found no such file \(nearest: "milwaukee"\)$/,
        ),
      }),
    );
  });
});

it('docs/mapping.schema.json is the schema of contract/mapping.ts (npx tsx scripts/write-mapping-schema.ts)', () => {
  const published: unknown = JSON.parse(
    readFileSync(new URL('../../docs/mapping.schema.json', import.meta.url), 'utf8'),
  );
  expect(published).toEqual(JSON.parse(JSON.stringify(MappingSchema)));
});
