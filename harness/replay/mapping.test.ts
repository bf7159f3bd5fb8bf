import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MappingSchema } from '../../contract/mapping.ts';
import { docMappings, docParts } from './doc-mappings.testing.ts';
import { loadMapping, mappingNames, mappingProblems } from './mapping.ts';

const [SMALLEST] = Object.values(docMappings());

describe('mappingProblems', () => {
  it.each(Object.entries(docMappings()))('has nothing to say of the mapping %s in the docs', (_name, mapping) => {
    expect(mappingProblems(mapping)).toEqual([]);
  });

  it.each(docParts().map((part) => [JSON.stringify(part).slice(0, 80), part] as const))(
    'nor of the part %s',
    (_name, part) => {
      expect(mappingProblems({ ...SMALLEST, ...part })).toEqual([]);
    },
  );

  it('nor of those that ship', () => {
    expect(mappingNames()).toContain('milwaukee');
    for (const name of mappingNames()) expect(loadMapping(name).name).toBe(name);
  });

  it.each<[change: Record<string, unknown>, ...lines: string[]]>([
    [
      { zone: 'America/Chigaco' },
      'zone: expected an IANA time zone, found "America/Chigaco", did you mean America/Chicago?',
    ],
    [{ mapping: 2 }, 'mapping: expected 1, found 2'],
    [{ clok: 'incident' }, 'unknown option clok, did you mean clock?'],
    [
      { order: 'newest first' },
      'order: expected one of sorted, newest-first, file, found "newest first", did you mean newest-first?',
    ],
    [
      { id: undefined, nature: undefined },
      'id: expected a text or a list, found nothing',
      'nature: expected an object with columns, found nothing',
    ],
    [{ id: 7 }, 'id: expected a text or a list, found 7'],
    [{ id: [] }, 'id: expected a list of at least 1, found []'],
    [{ id: '' }, 'id: expected a text that is not empty or a list, found ""'],
    [{ name: 'Small Ville' }, 'name: expected lower case, digits and dashes, found "Small Ville"'],
    [{ format: { kind: 'cvs' } }, 'format.kind: expected one of csv, jsonl, json, found "cvs", did you mean csv?'],
    [{ format: { kind: 'csv', delimeter: ';' } }, 'unknown option format.delimeter, did you mean format.delimiter?'],
    [{ format: { kind: 'csv', delimiter: ';;' } }, 'format.delimiter: expected a text of 1 character, found ";;"'],
    [
      { format: { kind: 'csv', encoding: 'latin-1' } },
      'format.encoding: expected one of utf-8, latin1, utf-16le, found "latin-1", did you mean latin1?',
    ],
    [{ format: 'csv' }, 'format: expected an object of kind csv, jsonl or json, found "csv"'],
    [
      { time: { columns: 't', format: 'unix' } },
      'time.format: expected a token in place of "u", of: YYYY yyyy YY yy MMMM MMM MM M DD D dddd ddd dd d HH H hh h mm m ss s SS fff SSS A a tt Z *, found "unix"',
    ],
    [
      { time: { columns: 't', format: ['iso', 'HH:mm'] } },
      'time.format.1: expected a year, a month and a day, found "HH:mm"',
    ],
    [{ clock: 'published' }, 'published: expected a time, since clock is "published", found nothing'],
    [
      { place: { from: { adress: 'a' } } },
      'place.from: expected {address} or {block, street} or {crossing} or {area, within}, found {"adress":"a"}, did you mean address?',
    ],
    [{ place: { from: [{ block: 'b' }] } }, 'place.from.0.street: expected a text or a list, found nothing'],
    [
      { natures: [{ nature: 'A', category: 'burglry' }] },
      'natures.0.category: expected one of burglary, vehicle, robbery, shots-fired, shooting, stabbing, hostage, arson, animal, civil, bomb-threat, vandalism, welfare-check, fire, found "burglry", did you mean burglary?',
    ],
    [
      {
        natures: [
          { nature: 'A', category: 'arson' },
          { nature: ['B', 'A'], category: 'fire' },
        ],
      },
      'natures.1.nature: expected a nature that no earlier rule takes, found "A", taken by natures.0',
    ],
    [
      { natures: [{ nature: 'A', category: 'arson' }], ignore: ['A'] },
      'natures.0.nature: expected a nature that no earlier rule takes, found "A", taken by ignore.0',
    ],
    [{ natures: [{ category: 'arson' }] }, 'natures.0: expected a nature or a where, found neither'],
    [
      { natures: [{ nature: 'A', where: [{ column: 'c' }], category: 'arson' }] },
      'natures.0.where.0: expected is or isNot, found neither',
    ],
    [
      { status: { columns: 's', values: { A: 'done' } } },
      'status.values.A: expected one of open, cancelled, closed, founded, unfounded, duplicate, found "done"',
    ],
    [
      { coordinates: { latitude: 'a', longitude: 'b', box: { south: 2, west: 0, north: 1, east: 1 } } },
      'coordinates.box: expected south below north, and west below east, in degrees, found {"south":2,"west":0,"north":1,"east":1}',
    ],
    [
      { coordinates: { point: 'p', outside: 'reject' } },
      'coordinates.box: expected a box, since outside is given, found nothing',
    ],
    [
      { nature: { columns: 'n', separator: '-' } },
      'nature.separator: expected "combine": "join" beside it, found "first"',
    ],
    [
      { zone: 'UTC+1', order: 'x', id: null },
      'id: expected a text or a list, found null',
      'order: expected one of sorted, newest-first, file, found "x"',
      'zone: expected an IANA time zone, found "UTC+1", did you mean UTC?',
    ],
  ])('%j', (change, ...lines) => {
    expect(mappingProblems({ ...SMALLEST, ...change }).map(({ text }) => text)).toEqual(lines);
  });

  it.each([[null], [[]], ['x'], [7]])('wants an object, not %j', (value) => {
    expect(mappingProblems(value)).toMatchObject([
      { path: '', text: expect.stringContaining('expected an object with mapping, name') },
    ]);
  });
});

describe('loadMapping', () => {
  it('refuses an unknown name with the nearest, on one line', () => {
    expect(() => loadMapping('milwauke')).toThrow(
      expect.objectContaining({
        code: 'HB_MAPPING',
        message: expect.stringMatching(
          /^mapping "milwauke": expected .*, found no such file, did you mean milwaukee\?$/,
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
