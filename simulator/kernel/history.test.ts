import fc from 'fast-check';
import { expect, it } from 'vitest';
import { History } from './history.ts';

/** These never change: a change of one would change every seeded output. */
it.each([
  ['nothing', () => {}, '9e3779b9243f6a88'],
  ['one number', (h: History) => h.fold(42), '6cbe4420b9ee2fd6'],
  ['a wide number', (h: History) => h.foldWide(1_780_272_000_000), '0cc20082861890cc'],
  ['a text', (h: History) => h.foldText('28XX W MAPLE ST'), 'fbf01dfe98dfbbe8'],
  ['an event', (h: History) => h.foldEvent(1_780_272_000_000, 262_144, 7), 'dabe80965151b924'],
])('golden: %s', (_what, act, hex) => {
  const history = new History();
  act(history);
  expect(history.hex()).toBe(hex);
});

it('an event folds as its three numbers do', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.maxSafeNat(), fc.integer(), fc.integer()), { maxLength: 20 }), (events) => {
      const [whole, parts] = [new History(), new History()];
      for (const [a, b, c] of events) {
        whole.foldEvent(a, b, c);
        parts.fold(a);
        parts.fold(b);
        parts.fold(c);
      }
      expect(whole.hex()).toBe(parts.hex());
    }),
  );
});

it('differs if one number is changed, moved or missing', () => {
  const hashOf = (values: readonly number[]) => {
    const history = new History();
    for (const value of values) history.fold(value);
    return history.hex();
  };
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 30 }), fc.nat(), (values, at) => {
      const i = at % values.length;
      const changed = values.with(i, values[i] ^ 1);
      const moved = [...values.slice(i + 1), ...values.slice(0, i + 1)];
      const hashes = [values, changed, values.toSpliced(i, 1)].map(hashOf);
      expect(new Set(hashes).size).toBe(3);
      if (i < values.length - 1) expect(hashOf(moved)).not.toBe(hashes[0]);
    }),
  );
});

it('wide numbers keep all their bits', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
      const [first, second] = [new History(), new History()];
      first.foldWide(a);
      second.foldWide(b);
      expect(first.hex() === second.hex()).toBe(a === b);
    }),
  );
});
