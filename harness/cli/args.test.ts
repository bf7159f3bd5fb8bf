import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HundredblockError } from '../../contract/errors.ts';
import { decimal, durationMs, parseArgs, valueOf, wholeNumber } from './args.ts';
import { COMMANDS } from './spec.ts';

const parse = (...argv: string[]) => parseArgs(COMMANDS.simulate, argv);

describe('parseArgs', () => {
  it('tells positionals, switches, values and lists apart', () => {
    const args = parse('--json', 'city', '--seed', '-5', '--set', 'a=1', '--set=b=2');
    expect(args.positionals).toEqual(['city']);
    expect(args.switches).toEqual(new Set(['json']));
    expect(args.values).toEqual(
      new Map([
        ['seed', ['-5']],
        ['set', ['a=1', 'b=2']],
      ]),
    );
  });

  it('takes all after -- as positional, and lets the last value win', () => {
    const args = parseArgs(COMMANDS.replay, ['--map', 'a', '--map', 'b', '--', '--odd.csv']);
    expect(args.positionals).toEqual(['--odd.csv']);
    expect(valueOf(args, 'map')).toBe('b');
  });

  it('asks for no argument where help is asked for', () => {
    expect(parse('--help').help).toBe(true);
  });

  it.each([
    [['city', '--sed', '3'], 'unknown option --sed of simulate, did you mean --seed?'],
    [['city', '-seed', '3'], 'unknown option -seed of simulate, did you mean --seed?'],
    [['city', '--constructor'], 'unknown option --constructor'],
    [['city', '--seed'], '--seed: expected a value (N), found nothing'],
    [['city', '--seed', '--json'], '--seed: expected a value (N), found --json'],
    [['city', '--json=yes'], '--json: expected no value, found "yes"'],
    [[], 'simulate <scenario>: expected 1 argument, found 0'],
    [['a', 'b'], 'simulate <scenario>: expected 1 argument, found 2'],
  ])('refuses %j', (argv, text) => {
    expect(() => parse(...argv)).toThrow(
      expect.objectContaining({ code: 'HB_USAGE', message: expect.stringContaining(text) }),
    );
  });

  it('answers any arguments with Args or a HundredblockError', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('--seed', '--set', '--', '--json', 'city'))),
        (argv) => {
          try {
            parse(...argv);
          } catch (error) {
            expect(error).toBeInstanceOf(HundredblockError);
          }
        },
      ),
    );
  });
});

describe('numbers', () => {
  it.each([
    ['7', 7],
    ['-5', -5],
    ['.5', 0.5],
    ['1e3', 1000],
  ])('%s is %d', (text, expected) => {
    expect(decimal(parse('city', `--days=${text}`), 'days')).toBe(expected);
  });

  it.each(['', ' ', 'NaN', 'Infinity', '0x10', '1_000', '1,5', '7 '])('%j is refused', (text) => {
    expect(() => decimal(parse('city', `--days=${text}`), 'days')).toThrow(
      `--days: expected a number, found ${JSON.stringify(text)}`,
    );
  });

  it.each(['0', '257', '1.5', '-1'])('%s workers are refused', (text) => {
    const args = parse('city', '--workers', text);
    expect(() => wholeNumber(args, 'workers', 1, 256, 2)).toThrow(
      `--workers: expected a whole number from 1 to 256, found ${text}`,
    );
  });

  it('fall back', () => {
    expect(wholeNumber(parse('city'), 'workers', 1, 256, 2)).toBe(2);
  });
});

describe('durationMs', () => {
  it.each([
    ['0s', 0],
    ['250ms', 250],
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['31d', 2_678_400_000],
  ])('%s is %i', (text, expected) => {
    expect(durationMs('delay', text)).toBe(expected);
  });

  it.each(['', '5', '-5s', '5 s', '32d', '1w', 'NaNs', '1e3s'])('%j is refused', (text) => {
    expect(() => durationMs('delay', text)).toThrow(
      `--delay: expected a time of at most 31 days such as 90s, 15m or 1h, found ${JSON.stringify(text)}`,
    );
  });
});
