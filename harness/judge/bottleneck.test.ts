import { describe, expect, it } from 'vitest';
import { NO_TAIL } from '../../stats/tail.ts';
import { findBottleneck, type Sides } from './bottleneck.ts';

const IDLE = { cpuShare: 0.1, eventLoopDelayMs: null, rssMiB: null, memoryPerResidentKiB: null };
const FINE: Sides = {
  generatorLagMs: { ...NO_TAIL, count: 1, p99: 4.9 },
  generator: IDLE,
  target: IDLE,
  late: 0,
  refused: 0,
  processors: 2,
};
const late = (p99: number) => ({ ...NO_TAIL, count: 1, p99 });

describe('the bottleneck', () => {
  it.each<[string, Partial<Sides>, string, string]>([
    ['nothing', {}, 'neither', 'lag p99 4.9 ms'],
    ['a late generator', { generatorLagMs: late(5) }, 'generator', 'lag p99 5.0 ms (limit 5)'],
    ['a full generator', { generator: { ...IDLE, cpuShare: 1.9 } }, 'generator', 'used 190.0% of a processor'],
    [
      'a stalled generator, whatever the target shows',
      { generator: { ...IDLE, eventLoopDelayMs: late(150) }, refused: 3 },
      'generator',
      'event-loop delay p99 150.0 ms',
    ],
    ['refusals', { refused: 3, late: 9 }, 'target', '3 inputs refused'],
    ['late deliveries', { late: 9 }, 'target', '9 deliveries late'],
    ['a full target', { target: { ...IDLE, cpuShare: 0.95 } }, 'target', 'target used 95.0%'],
    ['a stalled target', { target: { ...IDLE, eventLoopDelayMs: late(101) } }, 'target', 'target event-loop delay'],
    ['two threads of a generator', { generator: { ...IDLE, cpuShare: 1.2 } }, 'neither', 'neither process full'],
  ])('with %s', (_, change, verdict, why) => {
    const found = findBottleneck({ ...FINE, ...change });
    expect(found.verdict).toBe(verdict);
    expect(found.why).toContain(why);
  });
});
