import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import { PRIVATE_KINDS } from '../../contract/manifest.ts';
import { keyedDraw, type Draw } from '../kernel/random.ts';
import { composeNote, noteTemplates, type Cast, type NoteStage, type Person } from './narratives.ts';
import { FAMILIES, FAMILY_BY_TYPE, FIRST, MORE, OUTCOME } from './templates.ts';

const drawOf = (key: number): Draw => keyedDraw({ seed: 1, replication: 0 }, 'narratives', key);

/** People whose names are no word of any template. */
const person = fc
  .record({
    first: fc.constantFrom('Xanthe', 'Wilburforce', 'Quillan', 'Ymir'),
    last: fc.constantFrom('Vandersloot', "O'Quist", 'Zyskowski', 'Jarnefelt'),
    phone: fc.constantFrom('201-555-0123', '(907) 555-0188', '+1 212 555 0101', '555-0144', '12015550166'),
    birthDate: fc.constantFrom('1984-03-07', '2001-11-30'),
  })
  .map((p): Person => ({ ...p, full: `${p.first} ${p.last}`, email: `${p.first}.${p.last.length}@example.com` }));

const casts: fc.Arbitrary<Cast> = fc.record({
  caller: person,
  other: person,
  address: fc.constantFrom('2854 W MAPLE ST', '12 N 5TH AVE', '31204 S OCEAN BLVD', 'N 5TH AVE / W MAPLE ST'),
  unit: fc.constantFrom(null, 'APT 4B', 'UNIT 1204'),
  plate: fc.constantFrom('SYN-4821', 'SYN 48210', 'TEST482'),
  medical: fc.constantFrom('DIABETIC', 'HEART CONDITION', 'on insulin'),
  canary: fc.constantFrom('ZQABCDEFGH', 'ZQXYZXYZXYZ'),
});
const stages: fc.Arbitrary<NoteStage> = fc.constantFrom('first', 'more', 'outcome');
const kinds = fc.constantFrom(...EVENT_TYPES.map((t) => t.id));

describe('templates', () => {
  it('serve every event type, and every family is in use', () => {
    expect(Object.keys(FAMILY_BY_TYPE).sort()).toEqual(EVENT_TYPES.map((t) => t.id).sort());
    expect(new Set(Object.values(FAMILY_BY_TYPE))).toEqual(new Set(FAMILIES));
  });

  it('are sixty or more, none twice', () => {
    const all = [...Object.values(FIRST).flat(), ...MORE, ...OUTCOME];
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(60);
  });

  it.each(Object.values(FIRST).flat())('names the canary once: %s', (template) => {
    expect(template.split('{canary}')).toHaveLength(2);
  });

  it('are all reached', () => {
    const reached = new Set<string>();
    const cast = fc.sample(casts, { numRuns: 1, seed: 1 })[0];
    const shape = (text: string): string =>
      text
        .replace(/\{.*?\}/g, ' ')
        .replace(/\s+/g, ' ')
        .trim();
    for (let key = 0; key < 400; key += 1)
      reached.add(composeNote(drawOf(key), 'burglary', cast, 'outcome').text.slice(0, 6));
    for (const template of OUTCOME) {
      const start = shape(template.split('{')[0]).slice(0, 6);
      expect(
        [...reached].some((text) => text.startsWith(start)),
        template,
      ).toBe(true);
    }
  });

  it('refuses an unknown event type', () => {
    expect(() => noteTemplates('parade', 'first')).toThrow(/expected an id of EVENT_TYPES, found "parade"/);
  });
});

describe('a note', () => {
  it('is typed as ever', () => {
    const cast = fc.sample(casts, { numRuns: 1, seed: 7 })[0];
    expect(composeNote(drawOf(1), 'burglary', cast, 'first')).toMatchSnapshot('first');
    expect(composeNote(drawOf(2), 'medical', cast, 'more')).toMatchSnapshot('more');
    expect(composeNote(drawOf(3), 'robbery', cast, 'outcome')).toMatchSnapshot('outcome');
  });

  it('holds each private value as returned, and no other private string', () => {
    fc.assert(
      fc.property(casts, stages, kinds, fc.nat(), (cast, stage, kind, key) => {
        const { text, privates } = composeNote(drawOf(key), kind, cast, stage);
        for (const { kind: of, value } of privates) {
          expect(PRIVATE_KINDS).toContain(of);
          expect(value).not.toBe('');
          expect(text).toContain(value);
        }
        const values = privates.map((p) => p.value).sort((a, b) => b.length - a.length);
        const rest = values.reduce((left, value) => left.replaceAll(value, '#'), text);
        expect(rest).not.toMatch(/\d{4}/);
        expect(rest).not.toMatch(/[{}]|undefined|null|NaN| {2}/);
        for (const who of [cast.caller, cast.other]) {
          for (const part of [who.first, who.last]) expect(rest.toUpperCase()).not.toContain(part.toUpperCase());
          expect(rest.toUpperCase()).not.toContain('@EXAMPLE.COM');
        }
        for (const planted of [
          cast.canary,
          cast.plate,
          cast.medical.toUpperCase(),
          ...(cast.unit === null ? [] : [cast.unit]),
        ]) {
          expect(rest).not.toContain(planted);
        }
        expect(privates.filter((p) => p.kind === 'canary')).toHaveLength(stage === 'first' ? 1 : 0);
      }),
      { numRuns: 400 },
    );
  });

  it('contains every kind that remarks can hold', () => {
    const seen = new Set<string>();
    fc.sample(fc.tuple(casts, kinds, fc.nat()), { numRuns: 1000, seed: 3 }).forEach(([cast, kind, key]) => {
      for (const p of composeNote(drawOf(key), kind, cast, 'first').privates) seen.add(p.kind);
    });
    expect([...seen].sort()).toEqual(PRIVATE_KINDS.filter((kind) => kind !== 'coordinates').sort());
  });

  it('does not call a crossing private', () => {
    const [sample] = fc.sample(casts, { numRuns: 1, seed: 1 });
    const cast = { ...sample, address: 'N 5TH AVE / W MAPLE ST' };
    const notes = Array.from({ length: 200 }, (_, key) => composeNote(drawOf(key), 'burglary', cast, 'first'));
    expect(notes.some((n) => n.text.includes(cast.address))).toBe(true);
    expect(notes.flatMap((n) => n.privates).filter((p) => p.kind === 'address')).toEqual([]);
  });

  it('has a typo now and then, in no private value', () => {
    const cast = fc.sample(casts, { numRuns: 1, seed: 5 })[0];
    const words = new Set([...MORE, ...OUTCOME, ...Object.values(FIRST).flat()].flatMap((t) => t.split(/[^A-Z]+/)));
    let typos = 0;
    for (let key = 0; key < 500; key += 1) {
      const { text, privates } = composeNote(drawOf(key), 'robbery', cast, 'first');
      const rest = privates
        .map((p) => p.value)
        .sort((a, b) => b.length - a.length)
        .reduce((left, value) => left.replaceAll(value, '#'), text);
      for (const word of rest.split(/[^A-Z]+/))
        if (word.length >= 5 && !words.has(word) && !VEHICLE_WORDS.has(word)) typos += 1;
    }
    expect(typos).toBeGreaterThan(20);
    expect(typos).toBeLessThan(250);
  });
});

const VEHICLE_WORDS = new Set(['OLDER', 'NEWER', 'HATCHBACK']);
