import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HundredblockError } from '../../contract/errors.ts';
import { parseArgs, repeatCommand } from './args.ts';
import { calibrate } from './commands/calibrate.ts';
import { load } from './commands/load.ts';
import { replay } from './commands/replay.ts';
import { simulate } from './commands/simulate.ts';

const parse = (...argv: string[]) => parseArgs(simulate, argv);

describe('parseArgs', () => {
  it('tells positionals, switches, values and lists apart', () => {
    const args = parse('--json', 'city', '--days', '-5', '--set', 'a=1', '--set=b=2');
    expect(args.positionals).toEqual(['city']);
    expect(args.flags).toEqual({
      json: true,
      quiet: false,
      seed: 1,
      days: -5,
      set: ['a=1', 'b=2'],
      against: [],
      workers: undefined,
      out: undefined,
    });
    expect(args.given).toEqual(
      new Map([
        ['json', ['']],
        ['days', ['-5']],
        ['set', ['a=1', 'b=2']],
      ]),
    );
  });

  it('takes all after -- as positional, and lets the last value win', () => {
    const args = parseArgs(replay, ['--map', 'a', '--map', 'b', '--', '--odd.csv']);
    expect(args.positionals).toEqual(['--odd.csv']);
    expect(args.flags.map).toBe('b');
  });

  it('asks for no argument if help is asked for', () => {
    expect(parse('--help').help).toBe(true);
    expect(parse('-h', '--seed', 'x').help).toBe(true);
    expect(parseArgs(calibrate, ['--help']).help).toBe(true);
  });

  it.each([
    [['city', '--sed', '3'], 'unknown option --sed of simulate, did you mean --seed?'],
    [['city', '--sed=3'], 'unknown option --sed of simulate, did you mean --seed?'],
    [['city', '-seed', '3'], 'unknown option -seed of simulate, did you mean --seed?'],
    [['city', '-help'], 'unknown option -help of simulate, did you mean --help?'],
    [['city', '-j'], 'unknown option -j of simulate'],
    [['city', '--constructor'], 'unknown option --constructor'],
    [['city', '--seed'], '--seed: expected a value (N), found nothing'],
    [['city', '--seed', '--json'], '--seed: expected a value (N), found --json'],
    [['city', '--json=yes'], '--json: expected no value, found "yes"'],
    [['--help=yes'], '--help: expected no value, found "yes"'],
    [[], 'simulate <scenario>: expected 1 argument, found 0'],
    [['a', 'b'], 'simulate <scenario>: expected 1 argument, found 2'],
  ])('refuses %j', (argv, text) => {
    expect(() => parse(...argv)).toThrow(
      expect.objectContaining({ code: 'HB_USAGE', message: expect.stringContaining(text) }),
    );
  });

  it('names every required flag that is missing', () => {
    expect(() => parseArgs(calibrate, ['calls.csv', '--out', 'a.json'])).toThrow(
      expect.objectContaining({
        code: 'HB_USAGE',
        message:
          'calibrate: expected --mapping <name|mapping.json>, found none\ncalibrate: expected --persons N, found none',
      }),
    );
  });

  it('names every value that is wrong', () => {
    expect(() => parse('city', '--workers', '0', '--days', 'x')).toThrow(
      expect.objectContaining({
        code: 'HB_OPTION_VALUE',
        message: '--days: expected a number, found "x"\n--workers: expected a whole number from 1 to 256, found 0',
      }),
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

describe('repeatCommand', () => {
  it.each([
    [['city'], {}, 'hundredblock simulate city'],
    [['city'], { seed: 1 }, 'hundredblock simulate city --seed 1'],
    [
      ['--set', 'a=1', 'city', '--json', '--days', '2', '--days', '3', '--set', 'b=it is', '--workers', '4'],
      { seed: 7 },
      "hundredblock simulate city --seed 7 --days 3 --set a=1 --set 'b=it is'",
    ],
  ])('of %j with %j settled', (argv, settled, line) => {
    expect(repeatCommand(parse(...argv), settled)).toBe(line);
  });

  it('never tells the key', () => {
    const argv = ['rush', '--target', 'http://127.0.0.1:1', '--harness-key', 'secret', '--onboarded'];
    expect(repeatCommand(parseArgs(load, argv))).toBe('hundredblock load rush --target http://127.0.0.1:1 --onboarded');
  });
});
