import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canaryWord, makeIdentity, medicalWords } from './identity.ts';

const seeds = { seed: 7, replication: 0 };
const someone = fc.tuple(fc.integer({ min: 0, max: 4095 }), fc.integer({ min: 0, max: 16_777_215 }));

describe('identities', () => {
  it('never change', () => {
    expect(makeIdentity(seeds, 3, 1234)).toEqual({
      first: 'Eleanora',
      last: 'Swift',
      full: 'Eleanora Swift',
      phone: '818-555-0116',
      email: 'eleanora.swift1234@example.com',
      birthDate: '1998-07-12',
      plate: 'ZZ7 717K',
    });
    expect(medicalWords(seeds, 3, 1234)).toBe('DIALYSIS PATIENT');
  });

  it('are unmistakably synthetic', () => {
    fc.assert(
      fc.property(someone, ([agency, person]) => {
        const who = makeIdentity(seeds, agency, person);
        expect(who.phone.replace(/\D/g, '')).toMatch(/^1?([2-8]\d\d|9[0-8]\d)55501\d\d$/);
        expect(who.phone.replace(/\D/g, '').slice(-10, -7)).not.toMatch(/11$/);
        expect(who.email).toMatch(/^[a-z]+\.[a-z]+\d+@example\.com$/);
        expect(who.birthDate).toMatch(/^(19[3-9]\d|200\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/);
        expect(who.plate).toMatch(/^ZZ\d \d{3}[A-Z]$/);
        expect(who.full).toBe(`${who.first} ${who.last}`);
        expect(medicalWords(seeds, agency, person)).toMatch(/^[A-Z0-9 ]+$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('depend on seed, agency and person alone, not on earlier calls', () => {
    const before = makeIdentity(seeds, 1, 5);
    makeIdentity(seeds, 1, 6);
    medicalWords(seeds, 2, 9);
    expect(makeIdentity(seeds, 1, 5)).toEqual(before);
    expect(makeIdentity({ ...seeds, seed: 8 }, 1, 5)).not.toEqual(before);
    expect(makeIdentity({ ...seeds, replication: 1 }, 1, 5)).not.toEqual(before);
    expect(makeIdentity(seeds, 2, 5)).not.toEqual(before);
  });

  it('write phones in several layouts', () => {
    const layouts = new Set(
      Array.from({ length: 300 }, (_, person) => makeIdentity(seeds, 0, person).phone.replace(/\d/g, '0')),
    );
    expect([...layouts].toSorted()).toEqual([
      '(000) 000-0000',
      '+0 000 000 0000',
      '000-000-0000',
      '000.000.0000',
      '0000000000',
    ]);
  });
});

describe('canaries', () => {
  it('have one shape, and differ by the number of which they are made', () => {
    fc.assert(
      fc.property(someone, someone, (a, b) => {
        const [first, second] = [canaryWord(seeds, ...a), canaryWord(seeds, ...b)];
        expect(first).toMatch(/^ZQ[A-Z]{12}$/);
        expect(first === second).toBe(a[0] === b[0] && a[1] === b[1]);
      }),
      { numRuns: 2000 },
    );
  });

  it('are unique for neighbouring numbers', () => {
    const words = new Set<string>();
    for (const agency of [0, 1, 63, 64, 65, 4095]) {
      for (const base of [0, 4000, 262_100, 16_777_000])
        for (let key = base; key < base + 200; key += 1) words.add(canaryWord(seeds, agency, key));
    }
    expect(words.size).toBe(6 * 4 * 200);
  });

  it.each([
    [4096, 0],
    [0, 16_777_216],
    [-1, 0],
    [0, -1],
    [0.5, 0],
    [0, 0.5],
  ])('are refused for agency %d and key %d', (agency, key) =>
    expect(() => canaryWord(seeds, agency, key)).toThrow(RangeError),
  );

  it('differ by seed', () => {
    expect(canaryWord({ ...seeds, seed: 8 }, 1, 1)).not.toBe(canaryWord(seeds, 1, 1));
    expect(canaryWord(seeds, 1, 1)).toBe('ZQBOLASEBINOHI');
  });
});
