import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../contract/time.ts';
import { resolveScenario } from '../options/resolve.ts';
import { simulateGroup } from './simulate.ts';
import { measurePoliceWork } from './police-measures.ts';

const EVERYTHING = [
  'police.preemption=true',
  'police.assignment=areas',
  'police.phone.enabled=true',
  'police.aid.enabled=true',
  'police.shifts.enabled=true',
  'police.breaks.enabled=true',
  'calls.shifts.enabled=true',
  'calls.overflow.enabled=true',
  // Staff so few that every mechanism has to act.
  'police.unitsPer100000Persons=3',
  'police.aid.afterMs=1000',
  'police.phone.share=1',
  'calls.callTakersPer100000Persons=0.6',
];

async function runOf(sets: string[]) {
  const group = await simulateGroup(resolveScenario('smoke', sets, { days: 0.5 }), 3);
  return {
    shards: group.shards.map((shard) => shard.finish()),
    exogenous: group.shards.flatMap((shard) =>
      shard
        .incidents()
        .filter(({ origin }) => origin === 'exogenous' || origin === 'near-repeat')
        .map(({ records: _records, ...rest }) => JSON.stringify([shard.plan.id, rest])),
    ),
  };
}

describe('with every mechanism on and few staff', async () => {
  const { shards, exogenous } = await runOf(EVERYTHING);
  const work = measurePoliceWork(shards)!;

  it('each of them acts', () => {
    const { jobs, aid, breaks, selfInitiated, overruns, callTakers } = work;
    const acts = {
      ...jobs,
      lent: aid.lent,
      taken: breaks.taken,
      ...selfInitiated,
      overruns,
      over: callTakers.overflowed,
    };
    expect(Object.entries(acts).filter(([, count]) => count === 0)).toEqual([]);
    expect(work.unitHours.lent * work.unitHours.breaks * work.unitHours.overrun).toBeGreaterThan(0);
  });

  it('hours add up to the busy hours of units, which are fewer than the hours on duty', () => {
    const busyHours = shards.reduce((sum, { police }) => sum + police.busyMs.total, 0) / HOUR_MS;
    const { founded, unfounded, selfInitiated, onDuty } = work.unitHours;
    expect(founded + unfounded + selfInitiated).toBeCloseTo(busyHours, 9);
    expect(busyHours).toBeLessThan(onDuty);
    expect(work.callTakers.answered).toBeLessThanOrEqual(work.callTakers.offered);
  });

  it('the same incidents happen as without the mechanisms', async () => {
    const plain = await runOf([]);
    expect(exogenous.length).toBeGreaterThan(150);
    expect(exogenous).toEqual(plain.exogenous);
  });

  it('measures without tallies give no police work', () => {
    const [{ police, centre }] = shards;
    const { tallies: _tallies, ...older } = police;
    expect(measurePoliceWork([{ police: older as typeof police, centre }])).toBeNull();
  });
});
