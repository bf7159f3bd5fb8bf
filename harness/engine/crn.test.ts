/** Common random numbers: an incident that no alert caused happens exactly as it would without alerts. */
import { describe, expect, it } from 'vitest';
import { resolveScenario } from '../options/resolve.ts';
import { simulateGroup } from './simulate.ts';

async function incidentsOf(sets: string[]): Promise<{ exogenous: string[]; induced: number }> {
  const scenario = resolveScenario('smoke', sets, { days: 0.5 });
  const group = await simulateGroup(scenario, 7);
  const exogenous: string[] = [];
  let induced = 0;
  for (const shard of group.shards) {
    for (const incident of shard.incidents()) {
      const { records: _records, ...rest } = incident;
      if (incident.origin === 'alert' || incident.origin === 'post') induced += 1;
      else exogenous.push(JSON.stringify([shard.plan.id, rest]));
    }
  }
  return { exogenous, induced };
}

describe('turning alerts off', () => {
  it('leaves every incident that no alert caused exactly as it was', async () => {
    // A strong loop, so that induced calls really compete with the others.
    const loop = ['reactions.openShare=0.5', 'reactions.callShare=0.2'];
    const on = await incidentsOf(loop);
    const off = await incidentsOf([...loop, 'policy.alerts=off']);
    expect(on.induced).toBeGreaterThan(20);
    expect(off.induced).toBe(0);
    expect(on.exogenous.length).toBeGreaterThan(150);
    expect(on.exogenous).toEqual(off.exogenous);
  });

  it('would be noticed: another seed shares no incident', async () => {
    const a = await incidentsOf([]);
    const other = await simulateGroup(resolveScenario('smoke', [], { days: 0.5 }), 8);
    const b = new Set(
      other.shards.flatMap((s) => s.incidents().map((i) => JSON.stringify([s.plan.id, { ...i, records: undefined }]))),
    );
    expect(a.exogenous.filter((i) => b.has(i))).toEqual([]);
  });
});
