import { expect, it } from 'vitest';
import { commandLine } from './command-line.ts';

it.each([
  [['simulate', 'city', '--seed', '7'], 'hundredblock simulate city --seed 7'],
  [['--set', 'policy.alerts=off'], 'hundredblock --set policy.alerts=off'],
  [['my town.json', ''], "hundredblock 'my town.json' ''"],
  [["it's"], "hundredblock 'it'\\''s'"],
  [['$(rm)', '*'], "hundredblock '$(rm)' '*'"],
])('%j', (words, expected) => {
  expect(commandLine(words)).toBe(expected);
});
