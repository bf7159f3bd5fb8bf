import { describe, expect, it } from 'vitest';
import type { PrivateKind } from '../contract/manifest.ts';
import { holds, makeHay, makeNeedle } from './needles.ts';

const found = (kind: PrivateKind, value: string, text: string): boolean =>
  holds(makeHay(text), makeNeedle({ kind, value }));

describe('a private string is found', () => {
  it.each<[PrivateKind, string, string]>([
    ['name', 'Avery Quillfeather', 'caller AVERY QUILLFEATHER said'],
    ['name', 'Avery Quillfeather', 'A.V.E.R.Y-Quillfeather'],
    ['name', 'Avery Quillfeather', 'averyquillfeathers'],
    ['name', 'Renée Ütz', 'RENE\u0301E U\u0308TZ'],
    ['name', 'Avery Quillfeather', 'ａｖｅｒｙ ｑｕｉｌｌｆｅａｔｈｅｒ'],
    ['name', 'Roe', 'talk to ROE, please'],
    ['name', 'Marrow', 'marrow12'],
    ['phone', '(000) 555-0142', '000.555.0142'],
    ['phone', '(000) 555-0142', 'call 555 0142 now'],
    ['phone', '(000) 555-0142', '+1 000 5550142'],
    ['phone', '555-0142', '5 5 5 0 1 4 2'],
    ['birth-date', '1990-03-07', 'DOB 03/07/1990'],
    ['birth-date', '1990-03-07', 'born 7.03.1990 or 07.03.1990'],
    ['birth-date', '1990-03-07', 'dob 3/7/1990'],
    ['birth-date', '03/07/1990', '19900307'],
    ['plate', 'SYN 4711', 'plate syn-4711'],
    ['email', 'avery@example.com', 'AVERY (at) — avery @ example . com'],
    ['address', '2854 W MAPLE ST', '2854  w. maple st., apt 3'],
    ['unit', 'APT 3', 'apt. 3'],
    ['coordinates', '0.0123456,-0.0543219', 'seen at 0.05432, by the lake'],
    ['canary', 'ZQABCDEFGHIJ', 'zq abcdefghij'],
  ])('%s %s in %j', (kind, value, text) => {
    expect(found(kind, value, text)).toBe(true);
  });

  it.each<[PrivateKind, string, string]>([
    ['name', 'Roe', 'the heroes'],
    ['name', 'Roe', 'roe7'],
    ['name', 'Reed', 'they agreed'],
    ['phone', '(000) 555-0142', '555-01429'],
    ['phone', '(000) 555-0142', '555-0143'],
    ['unit', 'APT 3', 'apt 35'],
    ['address', '2854 W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['birth-date', '1990-03-07', '2019-90-30'],
    ['coordinates', '0.0123456,-0.0543219', '0.05433'],
    ['coordinates', '12,7', '12,7'],
  ])('not %s %s in %j', (kind, value, text) => {
    expect(found(kind, value, text)).toBe(false);
  });
});
