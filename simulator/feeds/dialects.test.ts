import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIALECTS, EVENT_TYPES, type Dialect } from '../../contract/catalogue.ts';
import { degreesToDm } from '../../contract/plane.ts';
import { HOUR_MS, MINUTE_MS, utcMs } from '../../contract/time.ts';
import type { CadRecord } from '../cad/record.ts';
import { renderDallas, snapshotStamp } from './dialects/dallas.ts';
import { renderEido } from './dialects/eido.ts';
import { renderMilwaukee } from './dialects/milwaukee.ts';
import { seattleLine, renderSeattle } from './dialects/seattle.ts';
import { renderSf } from './dialects/sf.ts';
import { renderTampa } from './dialects/tampa.ts';
import { batchText, snapshotText } from './malformed.ts';
import { typedLocation } from './place.ts';
import { readMessage } from './reader.testing.ts';
import type { RenderContext, RowFacts } from './rendering.ts';
import { SAMPLE_MS, sampleProfile, sampleRecord } from './sample.testing.ts';

/** One record as a message of its own. */
function bodyOf(dialect: Dialect, record: CadRecord, context: RenderContext): { body: string; row: RowFacts } {
  switch (dialect) {
    case 'eido':
      return asJson(renderEido(record, context));
    case 'sf':
      return asJson(renderSf(record, context));
    case 'tampa':
      return asJson(renderTampa(record, context));
    case 'milwaukee':
      return asJson(renderMilwaukee(record, context));
    case 'seattle': {
      const { content, row } = renderSeattle(record, context);
      return { body: batchText([seattleLine(content)]), row };
    }
    case 'dallas': {
      const { content, row } = renderDallas(record, context);
      const texts = content.map((r) => JSON.stringify(r));
      return { body: snapshotText(`"as_of":"${snapshotStamp(context).text}"`, texts), row };
    }
  }
}

function asJson(rendered: { content: object; row: RowFacts }): { body: string; row: RowFacts } {
  return { body: JSON.stringify(rendered.content), row: rendered.row };
}

const profile = sampleProfile([{ fromMs: 0, dialect: 'eido' }]);
const context: RenderContext = { profile, skewMs: 0, publishedMs: SAMPLE_MS + 5 * MINUTE_MS };

describe('a record as each dialect publishes it', () => {
  it.each(DIALECTS)('%s', (dialect) => {
    const { body, row } = bodyOf(dialect, sampleRecord(), context);
    expect(body).toMatchSnapshot('body');
    expect(row).toMatchSnapshot('row');
  });
});

const WORDS = ['N 5TH AVE', 'W MAPLE ST'] as const;
const location = fc.oneof(
  fc
    .integer({ min: 1, max: 2899 })
    .map((number) => ({ kind: 'address' as const, number, street: WORDS[1], text: `${number} ${WORDS[1]}` })),
  fc.constant({
    kind: 'crossing' as const,
    streets: [WORDS[0], WORDS[1]] as [string, string],
    text: 'N 5TH AVE / W MAPLE ST',
  }),
  fc.constant({ kind: 'landmark' as const, name: 'FAIRVIEW LIBRARY', text: 'FAIRVIEW LIBRARY' }),
  fc.constant({ kind: 'mile' as const, highway: 'I-900', mile: 12.4, text: 'I-900 MM 12.4' }),
  fc.constant({ kind: 'none' as const, text: 'SOMEWHERE BY THE RIVER' }),
);
const index = fc.integer({ min: 0, max: EVENT_TYPES.length - 1 });
const state = fc.constantFrom(
  { status: 'open' as const, disposition: 'none' as const },
  { status: 'cancelled' as const, disposition: 'none' as const },
  ...(['none', 'founded', 'unfounded', 'duplicate'] as const).map((disposition) => ({
    status: 'closed' as const,
    disposition,
  })),
);
/** Moments around the change to summer time and back in Chicago and on Lord Howe (half an hour), to the millisecond. */
const moment = fc.oneof(
  fc.integer({ min: utcMs(2026, 11, 1, 4), max: utcMs(2026, 11, 1, 9) }),
  fc.integer({ min: utcMs(2026, 3, 8, 6), max: utcMs(2026, 3, 8, 10) }),
  fc.integer({ min: utcMs(2026, 4, 4, 13), max: utcMs(2026, 4, 4, 17) }),
  fc.integer({ min: utcMs(2025, 1, 1), max: utcMs(2027, 1, 1) }),
);

const records = fc
  .record({
    ordinal: fc.nat(100_000),
    typeOriginal: index,
    type: index,
    receivedMs: moment,
    lasted: fc.integer({ min: 0, max: 5 * HOUR_MS }),
    dispatched: fc.boolean(),
    state,
    exact: location,
    unit: fc.constantFrom(null, 'APT 4B', 'STE 200'),
    block: fc.integer({ min: 0, max: 2 }),
    merged: fc.boolean(),
    units: fc.constantFrom<string[]>([], ['3A21'], ['3A21', '3A24', '2K10']),
  })
  .map((r) =>
    sampleRecord({
      ...r.state,
      ordinal: r.ordinal,
      typeOriginal: r.typeOriginal,
      type: r.type,
      receivedMs: r.receivedMs,
      updatedMs: r.receivedMs + r.lasted,
      dispatchMs: r.dispatched ? r.receivedMs : null,
      units: r.units,
      mergedInto: r.merged ? 'E260601-0001' : null,
      location: { exact: r.exact, unit: r.unit, block: r.block, crossing: 0, x: 2540, y: 900 },
    }),
  );

describe('the manifest says the same as an independent reader', () => {
  it.each(DIALECTS)('%s', (dialect) => {
    fc.assert(
      fc.property(
        records,
        fc.constantFrom('America/Chicago', 'Australia/Lord_Howe', 'Asia/Katmandu', 'Pacific/Apia'),
        fc.integer({ min: -86_400_000, max: 86_400_000 }),
        (record, zone, skewMs) => {
          if (dialect === 'dallas' && record.status !== 'open') return;
          const at = { profile: sampleProfile([], zone), skewMs, publishedMs: record.updatedMs + MINUTE_MS };
          const { body, row } = bodyOf(dialect, record, at);
          const { location: place, ...facts } = row;
          expect(readMessage(dialect, zone, body)).toEqual([{ ...facts, place: place.text }]);
          if (place.kind === 'coordinates') {
            expect(place.text.split(',').map((text) => degreesToDm(Number(text)))).toEqual([place.x, place.y]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('places in the dialects that cut them', () => {
  const number = (n: number): CadRecord['location']['exact'] => ({
    kind: 'address',
    number: n,
    street: WORDS[1],
    text: `${n} ${WORDS[1]}`,
  });
  const crossing: CadRecord['location']['exact'] = {
    kind: 'crossing',
    streets: [WORDS[0], WORDS[1]],
    text: 'N 5TH AVE / W MAPLE ST',
  };
  const mile: CadRecord['location']['exact'] = { kind: 'mile', highway: 'I-900', mile: 12.4, text: 'I-900 MM 12.4' };
  const none: CadRecord['location']['exact'] = { kind: 'none', text: 'BY THE RIVER' };
  it.each([
    ['tampa', number(2854), 2, '28XX W MAPLE ST'],
    ['tampa', number(54), 1, 'XX W MAPLE ST'],
    ['tampa', crossing, 1, 'N 5TH AVE & W MAPLE ST'],
    ['tampa', mile, 0, '3XX N 5TH AVE'],
    ['dallas', number(2854), 2, '2800 BLOCK W MAPLE ST'],
    ['dallas', number(54), 1, '0 BLOCK W MAPLE ST'],
    ['dallas', crossing, 1, 'N 5TH AVE / W MAPLE ST'],
    ['dallas', none, 0, '300 BLOCK N 5TH AVE'],
    ['sf', number(54), 1, 'N 5TH AVE \\ W MAPLE ST'],
    ['milwaukee', number(54), 1, '54 W MAPLE ST'],
    ['milwaukee', mile, 0, 'N 5TH AVE / W MAPLE ST'],
    ['milwaukee', none, 0, 'BY THE RIVER'],
    ['eido', mile, 0, 'I-900 MM 12.4'],
    ['eido', none, 0, 'BY THE RIVER'],
  ] as const)('%s %j', (dialect, exact, block, text) => {
    const record = sampleRecord({ ordinal: 0, location: { exact, unit: null, block, crossing: 0, x: 540, y: 900 } });
    expect(bodyOf(dialect, record, context).row.location.text).toBe(text);
  });
});

describe('a CSV batch', () => {
  it('ends its lines in CRLF and quotes cells that need it', () => {
    expect(
      batchText([['A, "B"', 'C']])
        .split('\r\n')
        .slice(1),
    ).toEqual(['"A, ""B""",C', '']);
  });
});

describe('typed locations', () => {
  it('keep number and street in every style, and use every style', () => {
    const texts = new Set<string>();
    for (let ordinal = 0; ordinal < 500; ordinal += 1) {
      const { location: typed, unitText } = typedLocation(sampleRecord({ ordinal }));
      expect(typed).toMatchObject({ kind: 'address', number: 2854, street: 'W MAPLE ST' });
      expect(/(APT |#)4B$/.test(typed.text) ? null : 'APT 4B').toBe(unitText);
      texts.add(typed.text);
    }
    for (const text of [
      '2854 W MAPLE ST',
      '2854 1/2 W MAPLE ST',
      '2854A W MAPLE ST',
      '2854 W MAPLE ST APT 4B',
      '2854 W MAPLE ST #4B',
    ]) {
      expect(texts).toContain(text);
    }
  });

  it('stay as the call-taker typed them if that differs from number and street', () => {
    const exact = { kind: 'address' as const, number: 2854, street: 'W MAPLE ST', text: '2854 W MAPLE ST REAR' };
    const record = sampleRecord({ location: { ...sampleRecord().location, exact, unit: null } });
    expect(typedLocation(record)).toEqual({ location: exact, unitText: null });
  });
});
