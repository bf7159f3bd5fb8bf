/** `hundredblock compare`. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EXIT, HundredblockError } from '../../../contract/errors.ts';
import type { UrlTarget } from '../../drivers/driver-api.ts';
import { PACKAGE_ROOT } from '../../io/package.ts';
import { stampText } from '../../records/number-text.ts';
import { withTempFolder } from '../../io/temp-folder.ts';
import type { ComparedSide, Comparison } from '../../studies/compare/comparison.ts';
import type { Side } from '../../studies/compare/side.ts';
import type { Thresholds } from '../../../stats/change.ts';
import type { Args } from '../args.ts';
import { defineCommand } from '../command.ts';
import { HARNESS_KEY, KEY_VARIABLE, OUTPUT, seedFlag, SET } from '../common-flags.ts';
import { flag, integer, number, text, wrongValue } from '../flags.ts';
import { writeFolder } from '../run-into-folder.ts';
import { urlTarget } from '../target-flags.ts';
import { write } from '../write.ts';

const TRIALS_MAX = 500;

const FLAGS = {
  'target-a': text('URL', 'the baseline, a system that runs on this machine'),
  'target-b': text('URL', 'the candidate, a system that runs on this machine'),
  'mqtt-a': text('URL', "the baseline's MQTT broker; without one no doorbell is connected"),
  'mqtt-b': text('URL', "the candidate's MQTT broker"),
  'harness-key': { ...HARNESS_KEY, help: "key of both targets' onboarding and clock doors" },
  trials: integer('N', 'trials a side, interleaved, of two targets or two builds', {
    min: 2,
    max: TRIALS_MAX,
    default: 12,
  }),
  'trials-max': integer('N', 'most trials a side: --trials more are run at a time, until the answer is clear', {
    min: 2,
    max: TRIALS_MAX,
    otherwise: '--trials',
  }),
  'min-effect': number('PERCENT', 'a smaller change does not matter', {
    expected: 'a percentage above 0 and up to 1000',
    fits: (percent) => percent > 0 && percent <= 1000,
    default: 10,
  }),
  scenario: text('NAME', 'the world that is sent', { otherwise: 'rush, cut down to 3 s' }),
  seed: seedFlag('trace'),
  set: SET,
  trace: text('DIR', 'send this kept trace, which `hundredblock trace` writes'),
  'order-seed': integer('N', 'seed of the order of trials', { min: 0, default: 1 }),
  junit: text('FILE', 'write the answer as JUnit XML'),
  github: flag('print workflow annotations too'),
  ...OUTPUT,
  out: text('DIR', 'where to write trials and report', {
    otherwise: 'results/runs/<id> if trials are run, else nowhere',
  }),
  json: flag('print the comparison alone on stdout, everything else on stderr'),
} as const;

/** Flags that only trials need. */
const TRIAL_FLAGS = [
  'scenario',
  'seed',
  'set',
  'trace',
  'mqtt-a',
  'mqtt-b',
  'harness-key',
  'trials',
  'trials-max',
  'order-seed',
];

type CompareArgs = Args<typeof FLAGS>;

export const compare = defineCommand({
  name: 'compare',
  summary: 'tell whether a build is worse than the last one, from records, two targets or two commits',
  usage: '<baseline> <candidate>... | commit:REF commit:REF | --target-a URL --target-b URL',
  positionals: { min: 0, max: 10_000 },
  flags: FLAGS,
  examples: [
    'hundredblock compare results/baselines/smoke.json results/runs/ID',
    'hundredblock compare commit:main dir:. --trials 12 --trials-max 36 --junit compare.xml',
    'HUNDREDBLOCK_HARNESS_KEY=KEY hundredblock compare --target-a http://127.0.0.1:8080 --target-b http://127.0.0.1:8081',
  ],

  /** Answers 1 if the candidate is worse, and 130 if the user interrupted the trials. */
  async run(args, signal): Promise<number> {
    const sides = await openSides(args);
    if (sides === null) return compareRecords(args);
    try {
      return await compareTrials(args, sides, signal);
    } finally {
      sides.close();
    }
  },
});

// --- internal ---

/** Two systems of which trials are run. */
interface Systems {
  a: Side;
  b: Side;
  close: () => void;
}

/** A comparison and the records or trials that it is made of. */
interface Compared {
  comparison: Comparison;
  a: ComparedSide;
  b: ComparedSide;
}

async function readLimits({ flags }: CompareArgs): Promise<Thresholds> {
  const { DEFAULT_LIMITS } = await import('../../studies/compare/verdict.ts');
  return { ...DEFAULT_LIMITS, minEffect: flags['min-effect'] / 100 };
}

/** Null if records are to be compared. Throws HB_USAGE, HB_TARGET, and what a checkout throws. */
async function openSides(args: CompareArgs): Promise<Systems | null> {
  const { given, positionals } = args;
  if (given.has('target-a') || given.has('target-b')) return targetSides(args);
  const built = positionals.filter((word) => /^(commit|dir):/.test(word));
  if (built.length === 0) return null;
  if (built.length !== 2 || positionals.length !== 2)
    throw new HundredblockError(
      'HB_USAGE',
      `compare: expected two of commit:REF and dir:FOLDER, found ${positionals.join(' ')}`,
    );
  const a = await builtSide(built[0]);
  try {
    const b = await builtSide(built[1]);
    const close = (): void => {
      a.close();
      b.close();
    };
    return { a: a.side, b: b.side, close };
  } catch (error) {
    a.close();
    throw error;
  }
}

async function targetSides({ flags, positionals }: CompareArgs): Promise<Systems> {
  const { 'target-a': urlA, 'target-b': urlB } = flags;
  if (urlA === undefined || urlB === undefined || positionals.length > 0)
    throw new HundredblockError(
      'HB_USAGE',
      'compare: expected both --target-a and --target-b and nothing beside them, or neither',
    );
  const { urlSide } = await import('../../studies/compare/side.ts');
  const a = await readTargetSide('a', urlA, flags['mqtt-a'] ?? null, flags['harness-key']);
  const b = await readTargetSide('b', urlB, flags['mqtt-b'] ?? null, flags['harness-key']);
  return { a: urlSide(a), b: urlSide(b), close: () => {} };
}

async function readTargetSide(
  side: 'a' | 'b',
  url: string,
  mqttUrl: string | null,
  key: string | undefined,
): Promise<UrlTarget> {
  const harnessKey = key ?? process.env[KEY_VARIABLE] ?? null;
  const target = await urlTarget({ url, mqttUrl, harnessKey, onboarded: false });
  if (harnessKey !== null) return target;
  throw new HundredblockError(
    'HB_USAGE',
    `--target-${side}: expected --harness-key (or ${KEY_VARIABLE}), found neither`,
  );
}

/** A build: `dir:FOLDER`, or `commit:REF`, which is checked out until `close`. */
async function builtSide(word: string): Promise<{ side: Side; close: () => void }> {
  const [{ checkOut, checkoutAt }, { checkoutSide }] = await Promise.all([
    import('../../studies/compare/checkout.ts'),
    import('../../studies/compare/side.ts'),
  ]);
  if (word.startsWith('dir:'))
    return { side: checkoutSide(word, checkoutAt(word.slice('dir:'.length))), close: () => {} };
  const ref = word.slice('commit:'.length);
  const { root, commit, remove } = checkOut(PACKAGE_ROOT, ref);
  const short = commit.slice(0, 12);
  const label = commit.startsWith(ref) ? `commit:${short}` : `${word} (${short})`;
  return { side: checkoutSide(label, root), close: remove };
}

async function compareRecords(args: CompareArgs): Promise<number> {
  const [baseline, ...candidates] = args.positionals;
  const trialFlag = TRIAL_FLAGS.find((name) => args.given.has(name));
  if (trialFlag !== undefined)
    throw new HundredblockError(
      'HB_USAGE',
      `--${trialFlag}: expected two targets or two builds (commit:REF, dir:FOLDER) to run trials of, found records`,
    );
  if (candidates.length === 0)
    throw new HundredblockError(
      'HB_USAGE',
      'compare: expected a baseline and a candidate, or --target-a and --target-b, found neither',
    );
  const [{ readMembers }, { compareSides }] = await Promise.all([
    import('../../studies/compare/members.ts'),
    import('../../studies/compare/comparison.ts'),
  ]);
  const a = { label: baseline, members: readMembers(baseline, 'a') };
  const b = { label: candidates.join(' '), members: candidates.flatMap((path) => readMembers(path, 'b')) };
  const comparison = compareSides(a, b, await readLimits(args));
  if (args.flags.out === undefined) return print(args, comparison, null);
  const { outDir } = await writeFolder(args, 'compare', async ({ dir }) => {
    await writeFiles(dir, { comparison, a, b });
    return { id: comparisonId(comparison), value: null };
  });
  return print(args, comparison, outDir);
}

async function compareTrials(args: CompareArgs, sides: Systems, signal: AbortSignal): Promise<number> {
  const { trials, 'trials-max': trialsMax = trials, 'order-seed': orderSeed } = args.flags;
  if (trialsMax < trials)
    throw wrongValue('trials-max', `a whole number from ${trials} to ${TRIALS_MAX}`, String(trialsMax));
  const limits = await readLimits(args);
  try {
    const { value: comparison, outDir } = await writeFolder(args, 'compare', ({ dir, onProgress }) =>
      withTempFolder('hundredblock-compare-', async (traceDir) => {
        const [{ interleave, planLooks }, { memberOfTrial, TRIALS_FILE }, { writeTrials }] = await Promise.all([
          import('../../studies/compare/interleave.ts'),
          import('../../studies/compare/members.ts'),
          import('../../studies/compare/trials.ts'),
        ]);
        onProgress(0, 'preparing the trace');
        const sent = await openTrace(args, join(traceDir, 'trace'), signal);
        const { comparison: found, trials: all } = await interleave({
          ...sides,
          ...sent,
          looks: planLooks(trials, trialsMax),
          limits,
          orderSeed,
          signal,
          onTrial: (done, most) => onProgress(done / most, `trial ${done} of ${most} at most`),
        });
        const compared = (side: 'a' | 'b'): ComparedSide => ({
          label: sides[side].label,
          members: all
            .filter((trial) => trial.side === side)
            .map((trial) => memberOfTrial(TRIALS_FILE, sent.head, trial)),
        });
        await writeFiles(dir, { comparison: found, a: compared('a'), b: compared('b') });
        writeTrials(join(dir, TRIALS_FILE), { head: sent.head, trials: all });
        return { id: comparisonId(found), value: found };
      }),
    );
    return await print(args, comparison, outDir);
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted;
    throw error;
  }
}

/** The trace that is sent: the one that --trace names, or one that is recorded into `dir`. */
async function openTrace({ flags, given }: CompareArgs, dir: string, signal: AbortSignal) {
  const { trialScenario, openTrialTrace, recordTrialTrace } = await import('../../studies/compare/trial-trace.ts');
  if (flags.trace !== undefined) {
    const change = ['scenario', 'seed', 'set'].find((name) => given.has(name));
    if (change !== undefined)
      throw new HundredblockError(
        'HB_USAGE',
        `--${change}: expected no change of the world that --trace holds, found one`,
      );
    return openTrialTrace(flags.trace);
  }
  const scenario = trialScenario(flags.scenario ?? null, flags.set, flags.seed);
  await recordTrialTrace(scenario, flags.seed, dir, signal);
  return openTrialTrace(dir);
}

function comparisonId({ scenario, seed }: Comparison): string {
  return `compare-${scenario}-${seed}-${stampText(Date.now())}`;
}

async function writeFiles(dir: string, { comparison, a, b }: Compared): Promise<void> {
  const { comparisonPage } = await import('../../studies/compare/page.ts');
  writeFileSync(join(dir, 'compare.json'), `${JSON.stringify(comparison)}\n`);
  writeFileSync(join(dir, 'report.html'), comparisonPage(comparison, a, b));
}

async function print({ flags }: CompareArgs, comparison: Comparison, outDir: string | null): Promise<number> {
  const { comparisonLines } = await import('../../studies/compare/words.ts');
  if (flags.junit !== undefined) await writeJunit(flags.junit, comparison);
  const page = [
    ...comparisonLines(comparison),
    '',
    ...(outDir === null ? [] : [`Report: ${join(outDir, 'report.html')}`, '']),
  ];
  const aside = flags.json ? process.stderr : process.stdout;
  if (flags.json) await write(process.stdout, `${JSON.stringify(comparison)}\n`);
  if (!flags.quiet) await write(aside, page.join('\n'));
  if (flags.github) {
    const { annotations } = await import('../../studies/compare/ci-formats.ts');
    await write(
      aside,
      annotations(comparison)
        .map((line) => `${line}\n`)
        .join(''),
    );
  }
  return comparison.answer === 'worse' ? EXIT.failed : EXIT.done;
}

async function writeJunit(path: string, comparison: Comparison): Promise<void> {
  const { junitXml } = await import('../../studies/compare/ci-formats.ts');
  try {
    writeFileSync(path, junitXml(comparison));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new HundredblockError(
      'HB_OUTPUT',
      `--junit ${basename(path)}: expected a file that can be written, found ${code}`,
    );
  }
}
