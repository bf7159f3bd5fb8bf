import { allLocales } from '@faker-js/faker';
import { describe, expect, it } from 'vitest';
import { VOCABULARY } from './vocabulary.ts';

/** Words of a faker definition, however nested. */
function wordsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.toUpperCase().split(/[^A-Z]+/);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsOf) : [];
}

/** Words that stand in some street or town name and mean too much else to be left out. Patterns and the message's own fields catch them there. */
const COMMON = new Set(
  'THE ON NO TO OR DOWN OFF SIDE HOUSE YARD BROKEN AGO HUNG SOUND LAWN DROVE VIA DRIVES WALKS BURG'.split(' '),
);

describe('the vocabulary', () => {
  it('is large, and of upper-case words of two letters or more', () => {
    expect(VOCABULARY.size).toBeGreaterThan(600);
    for (const word of VOCABULARY) expect(word).toMatch(/^[A-Z]{2,}$/);
  });

  it.each(['RP', 'COMP', 'SUBJ', 'VEH', 'LS', 'WB', 'SUSP', 'UNK', 'CALLER', 'THE'])('holds %s', (word) => {
    expect(VOCABULARY.has(word)).toBe(true);
  });

  it.each([
    'MALE',
    'FEMALE',
    'MAN',
    'WOMAN',
    'BOY',
    'GIRL',
    'HE',
    'SHE',
    'TALL',
    'YOUNG',
    'OLD',
    'TEEN',
    'ADULT',
    'JUVENILE',
    'HOODIE',
    'JACKET',
    'SEIZURE',
    'BREATHING',
    'BLEEDING',
    'ONE',
    'FIVE',
    'MAY',
    'JUNE',
  ])('does not hold %s', (word) => expect(VOCABULARY.has(word)).toBe(false));

  it('holds no name, street, colour or sex that faker knows in English', () => {
    const found = new Set<string>();
    for (const [name, locale] of Object.entries(allLocales)) {
      if (!name.startsWith('en')) continue;
      const { person, location, color } = locale as {
        person?: Record<string, unknown>;
        location?: Record<string, unknown>;
        color?: Record<string, unknown>;
      };
      const definitions = [
        person?.first_name,
        person?.last_name,
        person?.sex,
        location?.street_name,
        location?.street_suffix,
        location?.city_name,
        color?.human,
      ];
      for (const word of wordsOf(definitions)) if (VOCABULARY.has(word) && !COMMON.has(word)) found.add(word);
    }
    expect([...found]).toEqual([]);
  });
});
