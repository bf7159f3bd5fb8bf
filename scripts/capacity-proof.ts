/**
 * `npm run capacity-proof`: whether intervals hold the truth as often as they say. Searches for the capacity of queues in virtual time, from
 * several starts, and one in real time over HTTP. Prints the table of docs/guides/capacity.md; exits 1 where fewer than 95 of 100 hold it.
 */
import { lostShare, queueOutcome, trueCapacity, type QueueModel } from '../harness/studies/capacity/queue-model.ts';
import { startRealQueue } from '../harness/studies/capacity/real-queue.ts';
import { search, type SearchOptions, type SearchResult } from '../harness/studies/capacity/search.ts';

const SEARCHES = 100;
const HELD_MIN = 95;
const TRUTH_TRIALS = 2000;
const FULL_SECONDS = 15;
const SHORT_SECONDS = 5;
const TRIALS_MAX = 60;

const PLAIN: QueueModel = {
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
/** Nobody is turned away, and half a second is too long. */
const PATIENT: QueueModel = { ...PLAIN, room: 1e6, sojournP99SecondsMax: 0.5 };
const EXPONENTIAL: QueueModel = { ...PLAIN, service: 'exponential' };
const CASES: readonly [string, QueueModel][] = [
  ['fixed service, no loss', PLAIN],
  ['fixed service, p99 below 0.5 s', PATIENT],
  ['the same, service rate off by 1% a trial', { ...PATIENT, wobble: 0.01 }],
  ['the same, 3%', { ...PATIENT, wobble: 0.03 }],
  ['exponential service, loss at most 1%', { ...EXPONENTIAL, lostShareMax: 0.01 }],
  ['exponential service, no loss and p99 below 2 s', { ...EXPONENTIAL, room: 400, sojournP99SecondsMax: 2 }],
  [
    'the same, 3% of trials fail for no reason',
    { ...EXPONENTIAL, room: 400, sojournP99SecondsMax: 2, flukeShare: 0.03 },
  ],
  ['fixed service, no loss, 5% of trials fail so', { ...PLAIN, flukeShare: 0.05 }],
  ['the same, 10%', { ...PLAIN, flukeShare: 0.1 }],
  [
    'p99 below 0.5 s, off by 1%, up to 3% stolen in all trials',
    { ...PATIENT, wobble: 0.01, stolenTrials: 1, stolenMax: 0.03 },
  ],
  ['the same, up to 10% in 40% of trials', { ...PATIENT, wobble: 0.01, stolenTrials: 0.4, stolenMax: 0.1 }],
];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function base(start: number): Omit<SearchOptions, 'trial' | 'mayGoOn'> {
  return {
    from: null,
    to: null,
    start,
    quantum: 0,
    shortSeconds: SHORT_SECONDS,
    fullSeconds: FULL_SECONDS,
    confidence: 0.99,
    widthMax: 0.1,
  };
}

function limit(trials: number): () => boolean {
  let left = trials;
  return () => left-- > 0;
}

async function searchQueue(model: QueueModel, truth: number, seed: number): Promise<SearchResult> {
  let trials = 0;
  return search({
    ...base(truth * Math.exp(((seed % 11) - 5) * 0.4)),
    mayGoOn: limit(TRIALS_MAX),
    trial: async (load, seconds) => {
      trials += 1;
      return queueOutcome(model, load, seconds, `${seed} ${trials}`);
    },
  });
}

function holds({ lower, upper }: SearchResult, truth: number): boolean {
  return (lower ?? 0) <= truth && truth <= (upper ?? Infinity);
}

function middle(values: number[], share: number): number {
  return values.sort((a, b) => a - b)[Math.floor(share * (values.length - 1))];
}

async function proveCase(name: string, model: QueueModel): Promise<boolean> {
  const truth = trueCapacity(model, FULL_SECONDS, TRUTH_TRIALS);
  const found: SearchResult[] = [];
  for (let seed = 0; seed < SEARCHES; seed += 1) found.push(await searchQueue(model, truth, seed));
  const held = found.filter((one) => holds(one, truth)).length;
  const narrow = found.filter(({ ended }) => ended === 'narrow').length;
  const full = found.map(({ trials }) => trials.filter(({ phase }) => phase === 'confirm').length);
  const cells = [name, truth.toFixed(1), `${held} of ${SEARCHES}`, `${narrow}`, middle(full, 0.5), middle(full, 0.95)];
  say(`| ${cells.join(' | ')} |`);
  return held >= HELD_MIN;
}

/** In real time: a server of 60 a second with room for 40, whose truth the virtual one has. */
async function proveReal(): Promise<boolean> {
  const { serviceRate, room } = PLAIN;
  const truth = trueCapacity(PLAIN, FULL_SECONDS, TRUTH_TRIALS);
  const queue = await startRealQueue(serviceRate, room);
  try {
    let trials = 0;
    const found = await search({
      ...base(20),
      mayGoOn: limit(TRIALS_MAX),
      trial: (load, seconds) => {
        trials += 1;
        return queue.trial(load, seconds, `real ${trials}`);
      },
    });
    const { lower, upper } = found;
    say(
      `In real time: ${lower?.toFixed(1)} to ${upper?.toFixed(1)} a second after ${trials} trials (${found.ended}); true ${truth.toFixed(1)}: ${holds(found, truth) ? 'held' : 'MISSED'}`,
    );
    return holds(found, truth) && found.ended === 'narrow';
  } finally {
    await queue.close();
  }
}

function checkFormula(): boolean {
  const model = { ...EXPONENTIAL, lostShareMax: 0.01 };
  const share = lostShare(model, trueCapacity(model, 1000, 201));
  say(
    `Truth by simulation of trials of 1000 s, where the limit is 1% lost: the formula loses ${(100 * share).toFixed(2)}%`,
  );
  return Math.abs(share - 0.01) < 0.001;
}

say('| Queue | Truth, a second | Held by | Narrow | Full trials, median | 95% |');
say('|---|---|---|---|---|---|');
const results: boolean[] = [];
for (const [name, model] of CASES) results.push(await proveCase(name, model));
results.push(checkFormula());
if (!process.argv.includes('--virtual')) results.push(await proveReal());
process.exitCode = results.every(Boolean) ? 0 : 1;
