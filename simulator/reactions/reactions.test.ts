/** Residents of one small town, to whom the tests send alerts and posts by hand. */
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS, HOUR_MS } from '../../contract/time.ts';
import { DEFAULTS } from '../../scenarios/defaults.ts';
import { buildCity, cellSide } from '../city/city.ts';
import { Kernel } from '../kernel/kernel.ts';
import { buildPeople, TEMPERAMENTS } from '../people/people.ts';
import { alertStimulus, type Lineage, type Stimulus } from './lineage.ts';
import { CROSSING_MS, Reactions } from './reactions.ts';

const SEEDS = { seed: 3, replication: 0 };
const START = DEFAULTS.startMs;
const PERSONS = 6000;
const city = buildCity({
  seeds: SEEDS,
  agencyIndex: 0,
  agencyCount: 1,
  cellSideDm: cellSide([PERSONS], 1500),
  name: 'Test',
  persons: PERSONS,
  personsPerHousehold: 2.5,
  personsPerKm2: 1500,
  hotSpotSigma: 1,
});

interface Act {
  what: 'mute' | 'quit' | 'post' | 'comment' | 'report';
  key: string;
  atMs: number;
  lineage?: Lineage;
  stimulus?: Stimulus;
}

interface Town {
  reactions: Reactions;
  kernel: Kernel;
  acts: Act[];
  users: number;
  temperament: Uint8Array;
}

function town(overrides: Partial<Scenario['reactions']> = {}, onPost?: (town: Town, act: Act) => void): Town {
  const people = buildPeople(city, {
    seeds: SEEDS,
    personsPerHousehold: 2.5,
    doorbellShareOfHouseholds: 0,
    appUserShareOfPersons: 0.5,
    mutedShareOfAppUsers: 0,
  });
  const kernel = new Kernel(START);
  const acts: Act[] = [];
  const note = (what: Act['what'], key: string, lineage?: Lineage, stimulus?: Stimulus) => {
    const act = { what, key, atMs: kernel.nowMs, lineage, stimulus };
    acts.push(act);
    return act;
  };
  const { appUsers: users, temperament } = people;
  const made: Town = { reactions: null as unknown as Reactions, kernel, acts, users, temperament };
  made.reactions = new Reactions({
    kernel,
    seeds: SEEDS,
    agencyId: 'pd-000',
    scenario: { reactions: { ...DEFAULTS.reactions, ...overrides }, intensity: DEFAULTS.intensity },
    startMs: START,
    endMs: START + 60 * DAY_MS,
    people,
    act: {
      mute: (resident) => note('mute', String(resident)),
      quit: (resident) => note('quit', String(resident)),
      post: (_resident, key, stimulus, isComment) => {
        const act = note(isComment ? 'comment' : 'post', key, stimulus.lineage, stimulus);
        onPost?.(made, act);
      },
      report: (_resident, key, _origin, lineage) => note('report', key, lineage),
    },
  });
  return made;
}

const everybody = ({ users }: Town): number[] => Array.from({ length: users }, (_, i) => i);
const named = (acts: readonly Act[], ...what: Act['what'][]): string[] =>
  acts.filter((act) => what.includes(act.what)).map((act) => `${act.what} ${act.key}`);
/** Eager residents, with chances well below 1. */
const EAGER = { openShare: 0.5, callShare: 0.3, postShare: 0.05, muteShare: 0.2, quitShare: 0.2, adoptShare: 0.1 };

/** A town after one alert, or several, to everybody and some days. */
function told(overrides: Partial<Scenario['reactions']>, alerts: string[] = ['a.1']): Town {
  const made = town({ ...EAGER, ...overrides });
  for (const id of alerts) made.reactions.reached(alertStimulus(id, undefined), everybody(made), made.kernel.nowMs);
  made.kernel.runUntil(START + 15 * DAY_MS);
  return made;
}

describe('reports of harmless strangers', () => {
  it('come in the share asked for, and the first report spends its worry', () => {
    const { reactions, acts, temperament, users } = told({ quitShare: 0, openShare: 0.5, callShare: 0.4 });
    let expected = 0;
    for (let i = 0; i < users; i += 1) {
      const { open, call } = TEMPERAMENTS[temperament[i]];
      expected += Math.min(1, 0.5 * open) * (1 - Math.exp(-0.4 * call));
    }
    const { reported } = reactions.counts();
    expect(named(acts, 'report')).toHaveLength(reported);
    expect(expected).toBeGreaterThan(300);
    // A worry with a chance of a few percent for each encounter falls a little short of the Poisson limit.
    expect(Math.abs(reported - expected)).toBeLessThan(4 * Math.sqrt(expected) + 0.03 * expected);
    expect(new Set(acts.map((act) => act.key)).size).toBeGreaterThan(reported);
  });

  it('fade with the half-life, and carry their lineage', () => {
    const { acts } = told({ fearHalfLifeMs: 12 * HOUR_MS, callShare: 0.05, quitShare: 0 });
    const ages = acts.filter((act) => act.what === 'report').map((act) => act.atMs - START);
    expect(ages.length).toBeGreaterThan(50);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(CROSSING_MS);
    const early = ages.filter((ms) => ms < 12.5 * HOUR_MS).length / ages.length;
    expect(Math.abs(early - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / ages.length));
    expect(acts.every((act) => act.what !== 'report' || act.lineage?.root === 'a.1')).toBe(true);
    expect(acts.every((act) => act.what !== 'report' || act.lineage?.generation === 1)).toBe(true);
  });

  it('concern the same encounters, and more of them, if there is one more alert', () => {
    const one = new Set(named(told({ quitShare: 0, muteShare: 0 }).acts, 'report'));
    const two = new Set(named(told({ quitShare: 0, muteShare: 0 }, ['a.1', 'b.1']).acts, 'report'));
    // A later alert may be read before an earlier one, which then gives up an encounter now and then.
    const kept = [...one].filter((key) => two.has(key)).length;
    expect(kept / one.size).toBeGreaterThan(0.95);
    expect(two.size).toBeGreaterThan(1.4 * one.size);
  });

  it('have one event each, however many posts make a resident warier', () => {
    const made = town({ preset: 'fear-only', postReaderCallShare: 0.0004 });
    const readers = Array.from({ length: 256 }, (_, i) => i);
    for (let i = 0; i < 300; i += 1) {
      const id = `p-${i}`;
      const lineage = { root: 'a.1', generation: 1 };
      made.reactions.reached({ kind: 'post', id, lineage, thread: id, depth: 0 }, readers, START);
    }
    expect(made.kernel.pending()).toBeLessThan(4 * readers.length);
    made.kernel.runUntil(START + 15 * DAY_MS);
    const reports = named(made.acts, 'report');
    expect(reports.length).toBeGreaterThan(10);
    expect(new Set(reports).size).toBe(reports.length);
  });

  it('come from nobody if there is no fear, or no strangers', () => {
    const off = { on: false, strength: 1 };
    expect(named(told({ fear: off }).acts, 'report')).toEqual([]);
    expect(named(told({ encounters: off }).acts, 'report')).toEqual([]);
    expect(told({ preset: 'neutral' }).acts).toEqual([]);
    expect(new Set(told({ preset: 'fear-only' }).acts.map((act) => act.what))).toEqual(new Set(['report']));
    expect(new Set(told({ preset: 'fatigue-only' }).acts.map((act) => act.what))).toEqual(new Set(['mute', 'quit']));
  });
});

describe('a mechanism switched off', () => {
  const off = { on: false, strength: 1 };
  const full = told({ quitShare: 0 }).acts;

  it.each([
    ['attention', []],
    ['comments', []],
    ['clips', []],
    ['posting', ['post']],
    ['fatigue', ['mute']],
    ['fear', ['report']],
  ] as const)('%s: leaves what others do exactly as it was', (mechanism, lost) => {
    const gone = new Set<Act['what']>(lost);
    const without = told({ quitShare: 0, [mechanism]: off }).acts;
    expect(without.map((act) => [act.what, act.key, act.atMs])).toEqual(
      full.filter((act) => !gone.has(act.what)).map((act) => [act.what, act.key, act.atMs]),
    );
    expect(full.filter((act) => gone.has(act.what)).length).toBeGreaterThan(gone.size === 0 ? -1 : 20);
  });

  it('is noticed: without adoption, residents see fewer strangers and report others', () => {
    const without = told({ quitShare: 0, adoption: off }).acts;
    expect(named(without, 'mute', 'post')).toEqual(named(full, 'mute', 'post'));
    expect(named(without, 'report')).not.toEqual(named(full, 'report'));
  });
});

describe('threads', () => {
  it('come back into view with each comment, to a depth, and nobody comments twice', () => {
    // On this long street, a comment is seen a little further along than its post.
    const street = (depth: number) => Array.from({ length: 300 }, (_, i) => 150 * depth + i);
    const seen: Stimulus[] = [];
    const shares = { ...EAGER, callShare: 0, quitShare: 0, commentShare: 0.03, postShare: 0.01 };
    const made = town(shares, ({ reactions, kernel }, { stimulus, key }) => {
      const { thread, depth, kind, lineage } = stimulus!;
      const about = kind === 'post' ? { thread, depth: depth + 1 } : { thread: key, depth: 0 };
      const post: Stimulus = { kind: 'post', id: key, lineage, ...about };
      seen.push(post);
      reactions.reached(post, street(post.depth), kernel.nowMs);
    });
    made.reactions.reached(alertStimulus('a.1', undefined), street(0), START);
    made.kernel.runUntil(START + 20 * DAY_MS);
    const { posted, commented } = made.reactions.counts();
    expect(posted).toBeGreaterThan(0);
    expect(commented).toBeGreaterThan(3 * posted);
    expect(Math.max(...seen.map((post) => post.depth))).toBe(3);
    const comments = named(made.acts, 'comment');
    expect(new Set(comments).size).toBe(comments.length);
    expect(made.acts.every((act) => act.lineage === undefined || act.lineage.root === 'a.1')).toBe(true);
  });
});

describe('a planted loop', () => {
  it('causes the ratio of further calls on average, and none once the loop is stopped', () => {
    const made = town({ plantedRatio: 0.4 });
    for (let i = 0; i < 2000; i += 1) made.reactions.echo(String(i), { root: 'r', generation: 1 });
    made.kernel.runUntil(START + 10 * DAY_MS);
    expect(Math.abs(made.acts.length - 800)).toBeLessThan(4 * Math.sqrt(800));
    made.reactions.stop();
    made.reactions.echo('x', { root: 'r', generation: 1 });
    made.reactions.reached(alertStimulus('b.1', undefined), everybody(made), made.kernel.nowMs);
    const before = made.acts.length;
    made.kernel.runUntil(START + 20 * DAY_MS);
    expect(made.acts).toHaveLength(before);
  });
});
