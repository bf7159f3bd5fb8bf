/**
 * The mapping file of `hundredblock replay`: it says how the columns of an agency's published file become dispatch records.
 * docs/guides/mapping.md explains each field with an example; docs/mapping.schema.json is generated from this schema.
 */
import Type, { type Static } from 'typebox';
import { CATEGORIES } from './catalogue.ts';

const strict = { additionalProperties: false };
const text = (description: string) => Type.String({ minLength: 1, description });
const texts = (description: string) => Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description });
const oneOrMore = (description: string) => Type.Union([text(description), texts(description)]);
const anyTexts = (description: string) =>
  Type.Union([Type.String({ description }), Type.Array(Type.String(), { minItems: 1, description })]);

const FormatSchema = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('csv'),
      delimiter: Type.Optional(
        Type.String({ minLength: 1, maxLength: 1, description: 'one character between cells; default a comma' }),
      ),
      quote: Type.Optional(
        Type.Union([Type.String({ minLength: 1, maxLength: 1 }), Type.Null()], {
          description: 'quoting character, null if the file has none; default "',
        }),
      ),
      columns: Type.Optional(texts('names of the columns, if the file has no header line')),
      encoding: Type.Optional(
        Type.Union([Type.Literal('utf-8'), Type.Literal('latin1'), Type.Literal('utf-16le')], {
          description: 'default utf-8',
        }),
      ),
    },
    strict,
  ),
  Type.Object({ kind: Type.Literal('jsonl') }, strict),
  Type.Object(
    {
      kind: Type.Literal('json'),
      path: Type.Optional(
        oneOrMore(
          'the path of the array of rows: names joined by dots, or a list of names; * is any element; default the document itself',
        ),
      ),
    },
    strict,
  ),
]);

const TimeSchema = Type.Object(
  {
    columns: oneOrMore('the column of the time, or two (date and time), which are joined by a space'),
    format: oneOrMore(
      'iso, epoch-s, epoch-ms, epoch-s-local, epoch-ms-local or a pattern such as M/D/YYYY H:mm:ss; a list is tried in order',
    ),
    zone: Type.Optional(text('IANA zone of wall-clock times without an offset; default the zone of the mapping')),
    ignoreOffset: Type.Optional(
      Type.Boolean({
        description: 'true if an offset in the text is wrong, and the time is that of the wall clock; default false',
      }),
    ),
  },
  strict,
);

const ConditionSchema = Type.Object(
  {
    column: text('the column looked at'),
    is: Type.Optional(anyTexts('the condition holds if the cell is this, or one of these; "" is an empty cell')),
    isNot: Type.Optional(anyTexts('the condition holds if the cell is none of these')),
  },
  strict,
);
const WhereSchema = Type.Array(ConditionSchema, { minItems: 1, description: 'all of these must hold' });

const PlaceSourceSchema = Type.Union([
  Type.Object(
    { address: oneOrMore('the column of the address or crossing, or several that are joined by spaces') },
    strict,
  ),
  Type.Object(
    {
      block: text('the column of the house number cut to the hundred, such as 2800 or 28XX'),
      street: oneOrMore('the column, or columns, of the street'),
    },
    strict,
  ),
  Type.Object({ crossing: oneOrMore('the column of a crossing, or two columns of one street each') }, strict),
  Type.Object(
    {
      area: oneOrMore('the column of a beat, district or neighbourhood, for files without a street'),
      within: text('the larger place that it is part of, such as the city; published beside it'),
      label: Type.Optional(text('a word put before the value, such as BEAT')),
    },
    strict,
  ),
]);

/** The status that a row can have. `founded`, `unfounded` and `duplicate` are closed. */
export const OUTCOMES = ['open', 'cancelled', 'closed', 'founded', 'unfounded', 'duplicate'] as const;
const OutcomeSchema = Type.Enum([...OUTCOMES]);

/** All fields of a mapping. */
export const MappingSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'for editors; ignored' })),
    mapping: Type.Literal(1, { description: 'version of the mapping language' }),
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$', description: 'lower case, digits and dashes' }),
    notes: Type.Optional(anyTexts('for readers; ignored')),
    agency: text("the agency's name as residents read it"),
    zone: text("IANA zone of the agency's wall clock, such as America/Chicago"),
    format: FormatSchema,
    empty: Type.Optional(
      Type.Array(Type.String(), { description: 'words that mean an empty cell; default "", None, NULL, null' }),
    ),
    id: oneOrMore('the column of the record id, or several that make it together'),
    time: TimeSchema,
    published: Type.Optional(TimeSchema),
    clock: Type.Optional(
      Type.Union([Type.Literal('incident'), Type.Literal('published')], {
        description:
          'the time at which a row reaches the pipeline: its incident time plus --delay (default), or its published time',
      }),
    ),
    order: Type.Optional(
      Type.Union([Type.Literal('sorted'), Type.Literal('newest-first'), Type.Literal('file')], {
        description:
          'sorted by the clock, ties as in the file (default); newest-first: sorted, ties from the last row up; file: as it stands',
      }),
    ),
    place: Type.Object(
      {
        from: Type.Union([PlaceSourceSchema, Type.Array(PlaceSourceSchema, { minItems: 1 })], {
          description: 'columns of the place; in a list, the first source whose cells are not empty counts',
        }),
        stripPrefix: Type.Optional(texts('texts cut from the front')),
        stripSuffix: Type.Optional(texts('texts cut from the end')),
        cutAt: Type.Optional(texts('texts from which on everything is cut')),
        replace: Type.Optional(
          Type.Record(Type.String(), Type.String(), { description: 'each text and its replacement' }),
        ),
      },
      strict,
    ),
    coordinates: Type.Optional(
      Type.Union([
        Type.Object(
          {
            latitude: text('the column of the latitude, degrees'),
            longitude: text('the column of the longitude, degrees'),
            box: Type.Optional(
              Type.Object(
                { south: Type.Number(), west: Type.Number(), north: Type.Number(), east: Type.Number() },
                strict,
              ),
            ),
            outside: Type.Optional(
              Type.Union([Type.Literal('ignore'), Type.Literal('reject')], {
                description: 'a point outside the box: leave it out (default), or reject the row',
              }),
            ),
          },
          strict,
        ),
        Type.Object(
          {
            point: text('the column of a point written POINT (longitude latitude) or (latitude, longitude)'),
            box: Type.Optional(
              Type.Object(
                { south: Type.Number(), west: Type.Number(), north: Type.Number(), east: Type.Number() },
                strict,
              ),
            ),
            outside: Type.Optional(
              Type.Union([Type.Literal('ignore'), Type.Literal('reject')], {
                description: 'a point outside the box: leave it out (default), or reject the row',
              }),
            ),
          },
          strict,
        ),
      ]),
    ),
    nature: Type.Object(
      {
        columns: oneOrMore('the column of the nature, or two'),
        combine: Type.Optional(
          Type.Union([Type.Literal('first'), Type.Literal('join')], {
            description: 'how two columns are combined: the first that is not empty (default), or both joined',
          }),
        ),
        separator: Type.Optional(text('between joined natures; default " | "')),
      },
      strict,
    ),
    natures: Type.Array(
      Type.Object(
        {
          nature: Type.Optional(anyTexts('natures that the rule names, compared exactly; left out: any nature')),
          where: Type.Optional(WhereSchema),
          category: Type.Enum([...CATEGORIES]),
          community: Type.Optional(
            Type.Boolean({ description: 'false: a domestic or in-custody matter, never an alert; default true' }),
          ),
        },
        strict,
      ),
      { minItems: 1, description: 'the first rule that fits a row decides' },
    ),
    ignore: Type.Optional(
      Type.Array(
        Type.Union([
          Type.String(),
          Type.Object({ nature: Type.Optional(anyTexts('natures; left out: any nature')), where: WhereSchema }, strict),
        ]),
        {
          description:
            'natures known to have no category, and rows to leave aside; the list is looked at before the rules',
        },
      ),
    ),
    status: Type.Optional(
      Type.Object(
        {
          columns: oneOrMore('the column of the status; in a list, the first that is not empty counts'),
          values: Type.Record(Type.String(), OutcomeSchema, {
            description: 'each text and the outcome it means; founded, unfounded and duplicate are closed',
          }),
          empty: Type.Optional(OutcomeSchema),
          other: Type.Optional(OutcomeSchema),
        },
        strict,
      ),
    ),
    ignoreChangesIn: Type.Optional(texts('columns whose change does not make a row with a known id an update')),
  },
  { ...strict, $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Hundredblock mapping' },
);
/** A mapping that MappingSchema accepts. */
export type Mapping = Static<typeof MappingSchema>;
/** How a time is read. */
export type TimeSpec = Static<typeof TimeSchema>;
/** A condition that a row must meet. */
export type Condition = Static<typeof ConditionSchema>;
/** Columns that make a place. */
export type PlaceSource = Static<typeof PlaceSourceSchema>;
/** One of OUTCOMES. */
export type Outcome = Static<typeof OutcomeSchema>;
