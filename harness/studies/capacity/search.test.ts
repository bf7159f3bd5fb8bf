import { describe, expect, it } from 'vitest';
import { lostShare, queueOutcome, queueTrial, trueCapacity, type QueueModel } from './queue-model.ts';
import { search, type SearchOptions, type SearchResult } from './search.ts';

const QUEUE: QueueModel = {
  serviceRate: 60,
  service: 'fixed',
  room: 40,
  lostShareMax: 0,
  sojournP99SecondsMax: Infinity,
  wobble: 0,
  flukeShare: 0,
  stolenTrials: 0,
  stolenMax: 0,
};

function options(changes: Partial<SearchOptions> & Pick<SearchOptions, 'trial'>): SearchOptions {
  return {
    from: null,
    to: null,
    start: 20,
    quantum: 0,
    shortSeconds: 5,
    fullSeconds: 15,
    confidence: 0.99,
    widthMax: 0.1,
    mayGoOn: () => true,
    ...changes,
  };
}

/** A system that carries everything up to its capacity and nothing beyond. */
function upTo(capacity: number): SearchOptions['trial'] {
  return async (load) => ({ passed: load <= capacity, limited: false });
}

function ratioOf({ lower, upper }: SearchResult): number {
  return upper! / lower! - 1;
}

const SEARCHES = 8;

/** Queues with the loads at which half of their trials of 15 s pass, by `trueCapacity` over 600 trials a step. */
const QUEUES: readonly [string, QueueModel, number][] = [
  ['loss', QUEUE, 60.9],
  [
    'sojourn, on a machine that is not always equally fast',
    { ...QUEUE, room: 1e6, sojournP99SecondsMax: 0.5, wobble: 0.01 },
    59.5,
  ],
  [
    'sojourn, with flukes',
    { ...QUEUE, service: 'exponential', room: 400, sojournP99SecondsMax: 2, flukeShare: 0.03 },
    67.2,
  ],
  [
    'sojourn, on a host that steals from every other trial',
    { ...QUEUE, room: 1e6, sojournP99SecondsMax: 0.5, wobble: 0.01, stolenTrials: 0.5, stolenMax: 0.1 },
    59.5,
  ],
];

describe('a queue in virtual time', () => {
  it('passes half of its trials at its true capacity, and hardly any far above', () => {
    for (const [, model, truth] of QUEUES.slice(0, 2)) {
      const passes = (load: number): number =>
        Array.from({ length: 60 }, (_, i) => queueTrial(model, load, 15, `check ${i}`)).filter(Boolean).length;
      expect(passes(truth)).toBeGreaterThan(15);
      expect(passes(truth)).toBeLessThan(45);
      expect(passes(1.3 * truth)).toBe(0);
    }
  });

  it('has the true capacity of the formula by simulation too', () => {
    const model: QueueModel = { ...QUEUE, service: 'exponential', room: 10, lostShareMax: 0.01 };
    const truth = trueCapacity(model, 120, 15);
    expect(lostShare(model, truth)).toBeGreaterThan(0.006);
    expect(lostShare(model, truth)).toBeLessThan(0.015);
  });

  it.each(QUEUES)('has its true capacity in the interval: %s', async (_name, model, truth) => {
    let held = 0;
    for (let seed = 0; seed < SEARCHES; seed += 1) {
      let trials = 0;
      const found = await search(
        options({
          start: truth * Math.exp(((seed % 5) - 2) * 0.3),
          mayGoOn: limit(45),
          trial: async (load, seconds) => {
            trials += 1;
            return queueOutcome(model, load, seconds, `${seed} ${trials}`);
          },
        }),
      );
      expect(ratioOf(found)).toBeLessThanOrEqual(found.ended === 'narrow' ? 0.1 : 0.25);
      if (found.lower! <= truth && truth <= found.upper!) held += 1;
    }
    // At 99% confidence two misses in eight searches have a chance of less than one in a hundred.
    expect(held).toBeGreaterThanOrEqual(SEARCHES - 1);
  });
});

describe('a sharp capacity', () => {
  it.each([0.03, 11, 4000])('%d is found from far away, with short trials first', async (capacity) => {
    const found = await search(options({ start: 20, trial: upTo(capacity) }));
    expect(found.lower).toBeLessThanOrEqual(capacity);
    expect(found.upper).toBeGreaterThanOrEqual(capacity);
    expect(ratioOf(found)).toBeLessThanOrEqual(0.1);
    const phases = found.trials.map(({ phase }) => phase);
    expect(phases.lastIndexOf('locate')).toBeLessThan(phases.indexOf('confirm'));
    expect(found.trials.filter(({ phase }) => phase === 'confirm').length).toBeLessThan(16);
  });

  it('is taken from full trials even if short ones pass at greater loads', async () => {
    const found = await search(
      options({ trial: async (load, seconds) => ({ passed: load <= (seconds < 10 ? 30 : 20), limited: false }) }),
    );
    expect(found.upper).toBeLessThan(22);
    expect(found.lower).toBeGreaterThan(18);
  });

  it('short trials alone give no interval', async () => {
    const found = await search(options({ trial: upTo(50), mayGoOn: (seconds) => seconds < 10 }));
    expect(found.trials.length).toBeGreaterThan(3);
    expect(found).toMatchObject({ lower: null, upper: null, ended: 'unfinished' });
  });

  it('whole loads: one that passes and the next one', async () => {
    const found = await search(options({ quantum: 1, start: 2, from: 1, to: 8, trial: upTo(3) }));
    expect(found).toMatchObject({ lower: 3, upper: 4, ended: 'narrow' });
  });

  it('one failure far below does not move it', async () => {
    let confirmed = 0;
    const found = await search(
      options({
        trial: async (load, seconds) => {
          confirmed += seconds === 15 ? 1 : 0;
          return { passed: load <= 50 && confirmed !== 2, limited: false };
        },
      }),
    );
    expect(found.lower).toBeLessThanOrEqual(50);
    expect(found.upper).toBeGreaterThanOrEqual(50);
    expect(found.ended).toBe('narrow');
  });
});

it('failures in trials from which much was stolen count little, but fully if the theft is not known', async () => {
  const run = (isKnown: boolean): Promise<SearchResult> => {
    let confirmed = 0;
    return search(
      options({
        mayGoOn: limit(30),
        trial: async (load, seconds) => {
          confirmed += seconds === 15 ? 1 : 0;
          const stolen = confirmed % 3 > 0 ? 0.1 : 0;
          return { passed: load <= 50 * (1 - 2 * stolen), limited: false, stolen: isKnown ? stolen : null };
        },
      }),
    );
  };
  const known = await run(true);
  expect(known.lower).toBeGreaterThan(44);
  expect(known.lower).toBeLessThanOrEqual(50);
  expect(known.upper).toBeGreaterThanOrEqual(50);
  const unknown = await run(false);
  expect(unknown.upper).toBeLessThan(50);
});

describe('a search that can not go on', () => {
  it('never goes beyond its bounds, and says at least or at most', async () => {
    const above = await search(options({ from: 5, to: 30, start: 12, trial: upTo(1000) }));
    expect(above).toMatchObject({ lower: 30, upper: null, ended: 'at-least', generatorLimited: false });
    const below = await search(options({ from: 5, to: 30, start: 12, trial: upTo(1) }));
    expect(below).toMatchObject({ lower: null, upper: 5, ended: 'at-most' });
    for (const { load } of [...above.trials, ...below.trials]) {
      expect(load).toBeGreaterThanOrEqual(5);
      expect(load).toBeLessThanOrEqual(30);
    }
  });

  it('does not count trials that the generator limited, and says at least', async () => {
    const found = await search(options({ trial: async (load) => ({ passed: load <= 1000, limited: load > 60 }) }));
    expect(found).toMatchObject({ upper: null, ended: 'at-least', generatorLimited: true });
    expect(found.lower).toBeGreaterThan(40);
    expect(found.lower).toBeLessThanOrEqual(60);
  });

  it('repeats a trial that the generator limited once', async () => {
    let count = 0;
    const found = await search(
      options({
        trial: async (load) => {
          count += 1;
          return { passed: load <= 50, limited: count % 5 === 0 };
        },
      }),
    );
    expect(found).toMatchObject({ ended: 'narrow', generatorLimited: false });
    expect(found.lower).toBeLessThanOrEqual(50);
    expect(found.upper).toBeGreaterThanOrEqual(50);
  });

  it('gives up after few trials if the generator always limits them', async () => {
    const found = await search(options({ trial: async () => ({ passed: true, limited: true }), mayGoOn: limit(60) }));
    expect(found).toMatchObject({ lower: null, upper: null, ended: 'unfinished', generatorLimited: true });
    expect(found.trials.length).toBeLessThan(15);
  });

  it('keeps what is known when time runs out or the user ends it', async () => {
    const late = await search(options({ trial: upTo(50), mayGoOn: limit(9) }));
    expect(late.ended).toBe('unfinished');
    expect(late.trials).toHaveLength(9);
    expect(late.lower).toBeLessThanOrEqual(50);
    let left = 9;
    const trial = upTo(50);
    const cut = await search(options({ trial: async (...given) => (left-- > 0 ? trial(...given) : null) }));
    expect(cut).toMatchObject({ ended: 'interrupted', lower: late.lower, upper: late.upper });
  });
});

function limit(trials: number): () => boolean {
  let left = trials;
  return () => left-- > 0;
}
