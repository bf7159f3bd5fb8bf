import { describe, expect, it } from 'vitest';
import type { Against, AgainstCount, AgainstDelay } from '../../contract/record/against.ts';
import type { Branching } from '../../contract/record/branching.ts';
import { branchingOf } from '../engine/branching.ts';
import { fixtureRun } from './fixture.testing.ts';
import { againstSection } from './sections/against.ts';
import { loopSection } from './sections/loop.ts';
import { summaryLines } from './summary.ts';

const { record } = fixtureRun({ agencies: 1, days: 1, alertsPerAgency: 2 });
const count = (net: number, direct: number): AgainstCount => ({
  first: 900 + net,
  second: 900,
  net,
  direct,
  onlyFirst: net,
  onlySecond: 0,
  unexplained: net - direct,
});
const delay: AgainstDelay = { pairs: 70, meanMs: 4200, low: -1000, high: 9400, blocks: 7, later: 9, sooner: 2 };
const against: Against = {
  sets: ['policy.alerts=off', 'name=<b>'],
  secondHistoryHash: 'x',
  congestion: 'on',
  calls: count(12, 12),
  redials: count(3, 1),
  posts: count(5, 5),
  dispatches: count(10, 11),
  unitHours: { first: 30, second: 24.5, net: 5.5, direct: 6.25 },
  exact: false,
  branchingRatio: 0.1,
  answer: delay,
  response: delay,
  responseByPriority: { 1: delay },
};

describe('the section of a paired run', () => {
  it('tells direct and net effects apart, and is not there without a pair', () => {
    expect(againstSection(record)).toEqual([]);
    const [{ body }] = againstSection({ ...record, against });
    for (const text of [
      '+12',
      '+6.3',
      '+4.2 s',
      '-1.0 s to +9.4 s',
      'policy.alerts=off name=&#60;b&#62;',
      'Net is the whole',
    ])
      expect(body).toContain(text);
    const [exact] = againstSection({ ...record, against: { ...against, exact: true, congestion: 'off' } });
    expect(exact.body).toContain('to the last call');
    expect(exact.body).toContain('Congestion was off');
    expect(summaryLines({ ...record, against }, 140).join('\n')).toContain('+10 dispatches (+11)');
  });

  it('says loudly that a loop is unstable', () => {
    const blocks = [{ calls: 1000, caused: 950, further: 900 }];
    const branching: Branching = branchingOf(blocks, [{ agency: 'pd-000', atMs: record.simulated.startMs }]);
    expect(loopSection({ ...record, branching }).body).toMatch(/banner bad.*unstable.*pd-000 at/);
    expect(summaryLines({ ...record, branching }, 140).join('\n')).toMatch(/UNSTABLE +The loop is unstable/);
    expect(loopSection(record).body).not.toContain('banner');
  });
});
