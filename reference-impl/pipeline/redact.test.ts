import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLANK, redact } from './redact.ts';
import { VOCABULARY } from './vocabulary.ts';

describe('by the message’s own fields', () => {
  it.each([
    ['RP ROBBERY STATES', ['Robbery, Ann'], 'RP […] STATES'],
    ['ANN ROBBERY SAID', ['Robbery, Ann'], '[…] SAID'],
    ["ROBBERY'S CAR", ['Ann Robbery'], '[…] CAR'],
    ['CALLER GARAGES SAID', ['GARAGE'], 'CALLER […] SAID'],
    ['THE CAR PEOPLE DOOR', ['Carpeo'], 'THE […] DOOR'],
    ['THE OPEN CAR DOOR', ['Opencar'], 'THE […] DOOR'],
    ['SUBJ HAS CONDITION', ['NO CONDITION KNOWN'], 'SUBJ HAS […]'],
    ['NEAR CAMERA SHOP', ['12 CAMERA ST'], 'NEAR […] SHOP'],
    ['VEH PLATE OPEN', ['OPEN-1'], 'VEH PLATE […]'],
    ['ＲＯＢＢＥＲＹ IN PROGRESS', ['Robbery'], '[…] IN PROGRESS'],
    ['ROB\u200bBERY IN PROGRESS', ['Robbery'], '[…] IN PROGRESS'],
  ])('%s without %j is %s', (text, privates, expected) => {
    expect(redact(text, privates).text).toBe(expected);
  });
});

describe('by pattern and by the closed vocabulary', () => {
  it.each([
    ['CALLER AT 555-0123', 'CALLER […]'],
    ['CALL (202) 555-0123 NOW', '[…] NOW'],
    ['CALL 202.555.0123 ON SCENE', '[…] ON SCENE'],
    ['CONTACT +1 202 555 0123', 'CONTACT […]'],
    ['CONTACT FIVE FIVE FIVE', 'CONTACT […]'],
    ['CONTACT someone@example.com', 'CONTACT […]'],
    ['DOB 01/02/1980 NOTED', '[…] NOTED'],
    ['PLATE 7ABC123 OBSERVED', 'PLATE […] OBSERVED'],
    ['NEAR 2854 OPEN DOOR ST TODAY', 'NEAR […] TODAY'],
    ['ON OPEN DOOR AVE', 'ON […]'],
    ['THE HOUSE 12 APT 4B NOTED', 'THE HOUSE […] NOTED'],
    ['SUBJ WEARING RED HOODIE', 'SUBJ […]'],
    ['SUBJ HAVING SEIZURE', 'SUBJ HAVING […]'],
    ['SSN 000-00-0000', '[…]'],
    ['0.00135, 0.00012 REPORTED', '[…] REPORTED'],
    ['J. DOE REPORTED', '[…] REPORTED'],
    ['ROBBЕRY REPORTED', '[…] REPORTED'],
    ['RP REPORTED: DOOR OPEN.', 'RP REPORTED: DOOR OPEN.'],
    ["caller's vehicle, LS WB", "caller's vehicle, LS WB"],
    ['THE […] DOOR', 'THE (...) DOOR'],
    ['', ''],
  ])('%s', (text, expected) => {
    expect(redact(text, []).text).toBe(expected);
  });
});

describe('what can not be cleared', () => {
  it.each([
    ['a control character', 'OPEN\u0000DOOR', []],
    ['a C1 control character', 'OPEN\u0085DOOR', []],
    ['half a surrogate pair', 'OPEN \ud83d DOOR', []],
    ['a letter with too many marks', `A${'\u0301'.repeat(31)}`, []],
    ['a text over the limit', 'A'.repeat(65_537), []],
    ['a private field over the limit', 'A', ['A'.repeat(65_537)]],
    [
      'too many private fields',
      'A',
      Array.from(
        { length: 600 },
        (_, i) => `NAME${'ABCDEFGHIJ'[i % 10]}${'ABCDEFGHIJ'[Math.floor(i / 10) % 10]}${'ABCDEF'[Math.floor(i / 100)]}`,
      ),
    ],
  ])('%s', (_, text, privates) => {
    expect(redact(text, privates)).toEqual({ text: null, steps: 0 });
  });

  it('tabs and line ends can, and so can emoji', () => {
    expect(redact('OPEN\tDOOR\r\nNOTED \u{1f600}', []).text).toBe('OPEN\tDOOR\r\nNOTED […]');
  });
});

describe('properties', () => {
  it('what is left is made of the vocabulary and the separators only', () => {
    const word = fc.oneof(
      fc.constantFrom(...VOCABULARY),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom('ST', '12', 'AVE', 'Ⓐ', '-', "'s"),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), fc.array(word, { maxLength: 3 }), (words, privates) => {
        const cleared = redact(words.join(' '), privates).text;
        if (cleared === null) return;
        for (const left of cleared
          .replaceAll(BLANK, ' ')
          .toUpperCase()
          .split(/[^A-Z'’]+/)) {
          const letters = left.replaceAll("'", '');
          expect(letters === '' || VOCABULARY.has(letters) || VOCABULARY.has(letters.replace(/S$/, ''))).toBe(true);
        }
        const squeezed = cleared
          .toUpperCase()
          .replaceAll(BLANK, '.')
          .replace(/[^A-Z.]/g, '');
        for (const value of privates) {
          const needle = value
            .normalize('NFKC')
            .toUpperCase()
            .replace(/[^A-Z]/g, '');
          if (needle.length >= 4) expect(squeezed).not.toContain(needle);
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it.each([
    ['one endless word', 'A'],
    ['vocabulary', 'DOOR '],
    ['digits', '5 '],
    ['hyphens', 'OPEN-'],
    ['suffixes', 'ST '],
    ['needles', 'ABCD '],
    ['near needles', 'ABCABCABC'],
    ['brackets', '[]'],
    ['wide letters', 'Ａ '],
    ['marks', `a${'\u0300\u0316'.repeat(15)}`],
    ['apostrophes', "'"],
  ])('does work linear in length on %s', (_, unit) => {
    const stepsAt = (length: number) =>
      redact(unit.repeat(Math.ceil(length / unit.length)), ['ABCD ABCE', 'ABCABCABCX'], 2_000_000).steps;
    const half = stepsAt(500_000);
    expect(half).toBeGreaterThan(400_000);
    expect(stepsAt(1_000_000) / half).toBeLessThan(2.1);
  });
});
