/** Whole worlds, paired: lineage says what alerts cause by themselves, and the difference between the two worlds must agree with it. */
import { describe, expect, it } from 'vitest';
import type { Against } from '../../../contract/record/against.ts';
import type { Branching } from '../../../contract/record/branching.ts';
import { runOutcome } from '../../run/run.ts';
import { resolveScenario } from '../../options/resolve.ts';
import { simulate } from '../simulate.ts';
import { hashHistories } from '../../run/write-run.ts';
import { compareWorlds } from './against.ts';
import { secondWorld } from './second-world.ts';

/** Two towns for a few busy hours, with residents who react to alerts strongly. */
const LOOP = [
  'durationDays=0.15',
  'policy.review=auto',
  'intensity.incidents=200',
  'intensity.staffing=200',
  'intensity.motions=0',
  'intensity.encounters=20',
  'agencies.0.personsPerAgency=3000',
  'agencies.1.personsPerAgency=3000',
  'agencies.1.dialect=eido',
  'people.appUserShareOfPersons=0.2',
  'incidents.coldShare=0',
  'incidents.officerInitiatedShare=0.1',
  'reactions.openShare=0.2',
  'reactions.callShare=0.05',
];

async function pair(sets: string[]) {
  const scenario = resolveScenario('smoke', sets);
  const other = secondWorld('smoke', scenario, sets, ['policy.alerts=off'])!;
  const [first, second] = [
    (await simulate({ scenario, seed: 5, workers: 1, ledger: true })).shards,
    (await simulate({ scenario: other.scenario, seed: 5, workers: 1, ledger: true })).shards,
  ];
  const secondHistoryHash = hashHistories(second);
  const paired = compareWorlds({ scenario, first, second, sets: other.sets, secondHistoryHash });
  return { ...paired, branching: runOutcome(scenario, first).figures.branching as Branching };
}

/** Number of lines about events that are in the first world only. */
function countOwn(lines: Awaited<ReturnType<typeof pair>>['lines'], kind: string): number {
  return lines.filter((line) => line.kind === kind && line.in === 'first').length;
}

const KINDS = ['calls', 'redials', 'posts', 'dispatches'] as const;
const netsOf = (against: Against) => KINDS.map((kind) => against[kind].net);
const directsOf = (against: Against) => KINDS.map((kind) => against[kind].direct);

describe('a world with alerts against one without', { timeout: 120_000 }, () => {
  it('differs, with congestion off, by exactly what lineage says', async () => {
    const { against, lines } = await pair([...LOOP, 'congestion=off']);
    expect(against.exact).toBe(true);
    expect(against.calls.net).toBeGreaterThan(50);
    expect(against.posts.net).toBeGreaterThan(3);
    expect(netsOf(against)).toEqual(directsOf(against));
    expect(against.unitHours.net).toBe(against.unitHours.direct);
    expect(against.unitHours.net).toBeGreaterThan(10);
    expect(KINDS.map((kind) => against[kind].unexplained + against[kind].onlySecond)).toEqual([0, 0, 0, 0]);
    expect(against.response).toMatchObject({ meanMs: 0, later: 0, sooner: 0 });
    expect(against.response.pairs).toBeGreaterThan(50);
    expect(lines.every((line) => line.in === 'first' && line.root !== undefined)).toBe(true);
    expect(countOwn(lines, 'call')).toBe(against.calls.net);
    expect(countOwn(lines, 'dispatch')).toBe(against.dispatches.net);
    expect(lines.some((line) => (line.generation ?? 0) > 1)).toBe(true);
  });

  it('differs by more with congestion on: others wait, and the two effects are separated', async () => {
    const scarce = ['police.unitsPer100000Persons=6'];
    const { against, lines } = await pair([...LOOP, ...scarce]);
    expect(against.exact).toBe(false);
    // The same people call: only answers, dispatches and arrivals can move.
    expect(against.calls).toMatchObject({ unexplained: 0, onlySecond: 0 });
    expect(against.calls.net).toBe(against.calls.direct);
    expect(against.response.later).toBeGreaterThan(10);
    expect(against.response.meanMs!).toBeGreaterThan(0);
    const waited = lines.filter((line) => line.in === 'both' && line.kind === 'dispatch' && line.root === undefined);
    expect(waited.length).toBeGreaterThan(10);
    expect(against.unitHours.net).not.toBe(against.unitHours.direct);
  });
});

describe('a planted branching ratio of 0.2', { timeout: 120_000 }, () => {
  const PLANTED = [
    'durationDays=4',
    'intensity.motions=0',
    'incidents.officerInitiatedShare=0',
    'agencies.1.dialect=eido',
    'agencies.0.personsPerAgency=1200',
    'agencies.1.personsPerAgency=1200',
    'agencies.0.count=3',
    'congestion=off',
    'reactions.preset=neutral',
    'reactions.plantedRatio=0.2',
  ];

  it('lies in the interval that one run estimates, and so does the true ratio from the pair', async () => {
    const { against, branching } = await pair(PLANTED);
    expect(against.exact).toBe(true);
    expect(branching.blocks).toBeGreaterThanOrEqual(16);
    expect(branching.low!).toBeLessThan(0.2);
    expect(branching.high!).toBeGreaterThan(0.2);
    expect(branching.high! - branching.low!).toBeLessThan(0.1);
    expect(branching.ratio).toBe(against.branchingRatio);
    // Each first call makes 1 / (1 - n) calls in all.
    expect(Math.abs(against.calls.first / against.calls.second - branching.gain!)).toBeLessThan(1e-9);
    expect(branching.state).toBe('stable');
  });

  it('stops a loop that would not end, and says so', async () => {
    const sets = [...PLANTED, 'durationDays=0.4', 'agencies.0.count=1', 'reactions.plantedRatio=1.6'];
    const scenario = resolveScenario('smoke', sets);
    const { shards } = await simulate({ scenario, seed: 5, workers: 1 });
    const branching = runOutcome(scenario, shards).figures.branching as Branching;
    expect(branching.state).toBe('unstable');
    expect(branching.message).toContain('unstable');
    expect(branching.stopped.map((s) => s.agency)).toEqual(['pd-000', 'pd-001']);
    for (const { dailyLoop } of shards) expect(dailyLoop[0].calls).toBeLessThan(5000);
  });
});

describe('the second world', () => {
  const first = resolveScenario('smoke', []);

  it('is the first with other options, and absent if no option is given', () => {
    expect(secondWorld('smoke', first, [], [])).toBeUndefined();
    const second = secondWorld('smoke', first, [], ['policy.alerts=off', 'reactions.fear.strength=2'])!;
    expect(second.scenario.policy.alerts).toBe('off');
    expect(second.scenario.reactions.fear).toEqual({ on: true, strength: 2 });
  });

  it.each([
    [['policy.alerts=on'], 'found the same one (policy.alerts=on)'],
    [['durationDays=2', 'startMs=1780272060000'], '--against startMs: expected the same in both worlds'],
    [['durationDays=2', 'startMs=1780272060000'], '--against durationDays: expected the same in both worlds'],
    [['policy.alrts=off'], 'did you mean policy.alerts'],
  ])('is refused: %j', (against, message) => {
    expect(() => secondWorld('smoke', first, [], against)).toThrow(message);
  });

  it.each([
    'people.appUserShareOfPersons=0.1',
    'people.radiusFactor=2',
    'feeds.publishDelayMsMean.eido=1000',
    'newsroom.reviewMsMean=1000',
    'reactions.delayMsMean=1000',
    'incidents.hoaxShare=0.5',
    'newsroom.wrongApproveShare=0.5',
    'policy.incidentAgeMsMax=600000',
    'reactions.preset=fatigue-only',
    'reactions.fear.strength=0.5',
    'reactions.adoption.on=false',
    'congestion=off',
  ])('can have another dose: %s', (set) => {
    expect(secondWorld('smoke', first, [], [set])).toBeDefined();
  });
});
