import { describe, expect, it } from 'vitest';
import type { Branching } from '../../contract/record/branching.ts';
import { estimateBranching } from '../engine/branching.ts';
import { fixtureRun } from './fixture.testing.ts';
import { AGAINST } from './full-run.testing.ts';
import { againstSection } from './sections/against.ts';
import { loopSection } from './sections/loop.ts';
import { summaryLines } from './summary.ts';

const { record } = fixtureRun({ agencies: 1, days: 1, alertsPerAgency: 2 });

describe('the section of a paired run', () => {
  it('separates direct from net effects, and is absent if the run was not compared', () => {
    expect(againstSection(record)).toEqual([]);
    const [{ body }] = againstSection({ ...record, against: AGAINST });
    for (const text of [
      '+12',
      '+6.3',
      '+4.2 s',
      '-1.0 s to +9.4 s',
      'policy.alerts=off name=&#60;b&#62;',
      'The net effect is the whole difference',
    ])
      expect(body.text).toContain(text);
    const [exact] = againstSection({ ...record, against: { ...AGAINST, exact: true, congestion: 'off' } });
    expect(exact.body.text).toContain('to the last call');
    expect(exact.body.text).toContain('Congestion was off');
    expect(summaryLines({ ...record, against: AGAINST }, 140).join('\n')).toContain('+10 dispatches (+11)');
  });

  it('warns of an unstable loop', () => {
    const blocks = [{ calls: 1000, caused: 950, further: 900 }];
    const branching: Branching = estimateBranching(blocks, [{ agency: 'pd-000', atMs: record.simulated.startMs }]);
    expect(loopSection({ ...record, branching }).body.text).toMatch(/banner bad.*unstable.*pd-000 at/);
    expect(summaryLines({ ...record, branching }, 140).join('\n')).toMatch(/UNSTABLE +The loop is unstable/);
    expect(loopSection(record).body.text).not.toContain('banner');
  });
});
