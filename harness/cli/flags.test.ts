import { describe, expect, it } from 'vitest';
import { choice, duration, durationMs, flag, integer, list, number, text, value } from './flags.ts';

describe('numbers', () => {
  const days = number('D', 'simulated days');

  it.each([
    ['7', 7],
    ['-5', -5],
    ['.5', 0.5],
    ['1e3', 1000],
  ])('%s is %d', (given, expected) => {
    expect(days.read('days', [given])).toBe(expected);
  });

  it.each(['', ' ', 'NaN', 'Infinity', '0x10', '1_000', '1,5', '7 '])('%j is refused', (given) => {
    expect(() => days.read('days', [given])).toThrow(`--days: expected a number, found ${JSON.stringify(given)}`);
  });

  it('may have bounds', () => {
    const share = number('S', 'a share', { expected: 'a number below 1', fits: (found) => found < 1 });
    expect(share.read('share', ['0.5'])).toBe(0.5);
    expect(() => share.read('share', ['1'])).toThrow('--share: expected a number below 1, found 1');
  });

  it.each(['0', '257', '1.5', '-1', 'two'])('%s workers are refused', (given) => {
    const workers = integer('N', 'threads', { min: 1, max: 256 });
    expect(() => workers.read('workers', [given])).toThrow(
      `--workers: expected a whole number from 1 to 256, found ${given === 'two' ? '"two"' : given}`,
    );
  });

  it('without an upper bound are exact', () => {
    const seed = integer('N', 'seed', { min: 0 });
    expect(seed.read('seed', ['9007199254740991'])).toBe(2 ** 53 - 1);
    expect(() => seed.read('seed', ['9007199254740993'])).toThrow('--seed: expected a whole number from 0 to 2^53 - 1');
  });
});

describe('durations', () => {
  it.each([
    ['0s', 0],
    ['250ms', 250],
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['31d', 2_678_400_000],
  ])('%s is %i ms', (given, expected) => {
    expect(durationMs('delay', given)).toBe(expected);
    expect(duration('TIME', 'delay').read('delay', [given])).toBe(expected);
  });

  it.each(['', '5', '-5s', '5 s', '32d', '1w', 'NaNs', '1e3s'])('%j is refused', (given) => {
    const found = given === '5' ? given : JSON.stringify(given);
    const message = `--delay: expected a time of at most 31 days such as 90s, 15m or 1h, found ${found}`;
    expect(() => durationMs('delay', given)).toThrow(message);
    expect(() => duration('TIME', 'delay').read('delay', [given])).toThrow(message);
  });

  it('may have bounds', () => {
    const trial = duration('TIME', 'window', { minMs: 3000, maxMs: 600_000 });
    expect(trial.read('trial', ['10m'])).toBe(600_000);
    expect(() => trial.read('trial', ['1s'])).toThrow('--trial: expected a time from 3s to 10m such as 90s');
  });
});

describe('other values', () => {
  it('are one of a few words', () => {
    const driver = choice(['node', 'k6'], 'driver');
    expect(driver.read('driver', ['k6'])).toBe('k6');
    expect(() => driver.read('driver', ['k7'])).toThrow('--driver: expected node or k6, found "k7", did you mean k6?');
  });

  it('are of a shape of their own', () => {
    const parse = (given: string): number | null | undefined => (given === 'any' ? null : undefined);
    const share = value('SHARE', 'a share', { expected: 'any', parse });
    expect(share.read('share', ['any'])).toBeNull();
    expect(() => share.read('share', ['1'])).toThrow('--share: expected any, found 1');
  });

  it('are switches, texts and lists', () => {
    expect([flag('help').read('on', []), flag('help').read('on', [''])]).toEqual([false, true]);
    expect(text('DIR', 'folder').read('out', ['a', 'b'])).toBe('b');
    expect(list('GROUP', 'groups').read('only', ['a', 'b'])).toEqual(['a', 'b']);
  });

  it('fall back to their default', () => {
    expect(text('DIR', 'folder').read('out', [])).toBeUndefined();
    expect(integer('N', 'trials', { min: 2, default: 12 }).read('trials', [])).toBe(12);
    expect(duration('TIME', 'budget', { default: '580s' }).read('budget', [])).toBe(580_000);
    expect(list('GROUP', 'groups').read('only', [])).toEqual([]);
  });
});
