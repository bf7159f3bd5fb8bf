import { describe, expect, it } from 'vitest';
import { parseBudgets } from './budget.ts';
import { SERIES } from './series.ts';

describe('budgets', () => {
  it('are those of the table if none are given', () => {
    expect([...parseBudgets(undefined)]).toEqual(SERIES.map(({ name, budget }) => [name, budget]));
  });

  it('change one process or both, in any unit of their kind, per second, minute or hour', () => {
    const budgets = parseBudgets('rss<1MiB/min, driver.heap<6MB/h,fds=0/min,latency<=0.5%/min,loop<100us/s,cpu<1%/min');
    expect(budgets.get('target.rss')).toBe(1);
    expect(budgets.get('driver.rss')).toBe(1);
    expect(budgets.get('driver.heap')).toBeCloseTo(6e6 / 2 ** 20 / 60, 9);
    expect(budgets.get('target.heap')).toBe(0.25);
    expect(budgets.get('target.fds')).toBe(0);
    expect(budgets.get('latency.device')).toBe(0.5);
    expect(budgets.get('target.loop')).toBeCloseTo(6, 9);
    expect(budgets.get('target.cpu')).toBe(1);
  });

  it.each([
    ['', 'expected slopes such as rss<1MiB/min'],
    ['rss', 'expected slopes such as rss<1MiB/min'],
    ['rss<1MiB', 'found "rss<1MiB"'],
    ['rss>1MiB/min', 'expected slopes such as'],
    ['rss<-1MiB/min', 'expected slopes such as'],
    ['fds=2/min', 'expected = with 0 only'],
    ['rsss<1MiB/min', 'did you mean rss?'],
    ['rss<1ms/min', 'expected target.rss in B, KiB, MiB'],
    ['fds<1MiB/min', 'expected target.fds in no unit'],
    ['latency<1ms/min', 'expected latency.accept in %'],
    ['rss<1MiB/min,,fds=0/min', 'expected slopes such as'],
  ])('refuse %j', (text, message) => {
    expect(() => parseBudgets(text)).toThrow(message);
    expect(() => parseBudgets(text)).toThrow(expect.objectContaining({ code: 'HB_OPTION_VALUE' }));
  });
});
