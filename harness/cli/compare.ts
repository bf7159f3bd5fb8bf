/** `hundredblock compare`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, HundredblockError } from '../../contract/errors.ts';
import { formatIso } from '../../contract/time.ts';
import type { ComparedSide, Comparison } from '../studies/compare/comparison.ts';
import type { Side } from '../studies/compare/side.ts';
import type { Thresholds } from '../../stats/change.ts';
import type { UrlTarget } from '../drivers/driver-api.ts';
import { loopbackEndpoint } from '../drivers/target/loopback.ts';
import { decimal, valueOf, wholeNumber, type Args } from './args.ts';
import { openOutput, outputError, type Output } from '../records/output.ts';
import { write } from './write.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const KEY_VARIABLE = 'HUNDREDBLOCK_HARNESS_KEY';
const TRIALS_DEFAULT = 12;
const TRIALS_MAX = 500;
const SEED_DEFAULT = 1;

/** Compares records, targets or commits: 1 where the candidate is worse, 130 where it was interrupted; errors are thrown as HundredblockError. */
export async function compare(args: Args, signal: AbortSignal): Promise<number> {
  const limits = await limitsOf(args);
  const [baseline, ...candidates] = args.positionals;
  const sides = await sidesOf(args);
  if (sides !== null) {
    try {
      return await compareTargets(args, limits, sides, signal);
    } finally {
      sides.close();
    }
  }
  refuseTrialFlags(args);
  if (candidates.length === 0)
    throw new HundredblockError(
      'HB_USAGE',
      'compare: expected a baseline and a candidate, or --target-a and --target-b, found neither',
    );
  return compareRecords(args, limits, baseline, candidates);
}

// --- internal ---

async function limitsOf(args: Args): Promise<Thresholds> {
  const { DEFAULT_LIMITS } = await import('../studies/compare/verdict.ts');
  const percent = decimal(args, 'min-effect') ?? 100 * DEFAULT_LIMITS.minEffect;
  if (!(percent > 0 && percent <= 1000))
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      `--min-effect: expected a percentage above 0 and up to 1000, found ${percent}`,
    );
  return { ...DEFAULT_LIMITS, minEffect: percent / 100 };
}

interface Ends {
  a: Side;
  b: Side;
  close: () => void;
}

/** Null where records are to be compared. Throws HB_USAGE, HB_TARGET and what a checkout throws. */
async function sidesOf(args: Args): Promise<Ends | null> {
  const named = ['target-a', 'target-b'].filter((flag) => args.values.has(flag));
  const [first, second, ...rest] = args.positionals;
  if (named.length > 0) {
    if (named.length < 2 || args.positionals.length > 0)
      throw new HundredblockError(
        'HB_USAGE',
        'compare: expected both --target-a and --target-b and nothing beside them, or neither',
      );
    const { urlSide } = await import('../studies/compare/side.ts');
    const [a, b] = [urlSide(await targetOf(args, 'a')), urlSide(await targetOf(args, 'b'))];
    return { a, b, close: () => {} };
  }
  const built = args.positionals.filter((text) => /^(commit|dir):/.test(text));
  if (built.length === 0) return null;
  if (built.length !== 2 || rest.length > 0)
    throw new HundredblockError(
      'HB_USAGE',
      `compare: expected two of commit:REF and dir:FOLDER, found ${args.positionals.join(' ')}`,
    );
  const a = await builtSide(first);
  try {
    const b = await builtSide(second);
    return {
      a: a.side,
      b: b.side,
      close: () => {
        a.close();
        b.close();
      },
    };
  } catch (error) {
    a.close();
    throw error;
  }
}

async function builtSide(text: string): Promise<{ side: Side; close: () => void }> {
  const [{ checkOut, checkoutAt }, { checkoutSide }] = await Promise.all([
    import('../studies/compare/checkout.ts'),
    import('../studies/compare/side.ts'),
  ]);
  if (text.startsWith('dir:'))
    return { side: checkoutSide(text, checkoutAt(text.slice('dir:'.length))), close: () => {} };
  const { root, commit, remove } = checkOut(ROOT, text.slice('commit:'.length));
  const label = commit.startsWith(text.slice('commit:'.length))
    ? `commit:${commit.slice(0, 12)}`
    : `${text} (${commit.slice(0, 12)})`;
  return { side: checkoutSide(label, root), close: remove };
}

async function targetOf(args: Args, side: 'a' | 'b'): Promise<UrlTarget> {
  const url = valueOf(args, `target-${side}`) as string;
  const mqttUrl = valueOf(args, `mqtt-${side}`) ?? null;
  const harnessKey = valueOf(args, 'harness-key') ?? process.env[KEY_VARIABLE] ?? null;
  await loopbackEndpoint(url, 'http');
  if (mqttUrl !== null) await loopbackEndpoint(mqttUrl, 'mqtt');
  if (harnessKey === null)
    throw new HundredblockError(
      'HB_USAGE',
      `--target-${side}: expected --harness-key (or ${KEY_VARIABLE}), found neither`,
    );
  return { kind: 'url', url: url.replace(/\/+$/, ''), mqttUrl, harnessKey, onboarded: false };
}

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

function refuseTrialFlags(args: Args): void {
  const given = TRIAL_FLAGS.find((flag) => args.values.has(flag));
  if (given !== undefined)
    throw new HundredblockError(
      'HB_USAGE',
      `--${given}: expected two targets or two builds (commit:REF, dir:FOLDER) to run trials of, found records`,
    );
}

async function compareRecords(
  args: Args,
  limits: Thresholds,
  baseline: string,
  candidates: readonly string[],
): Promise<number> {
  const [{ readMembers }, { compareSides }] = await Promise.all([
    import('../studies/compare/members.ts'),
    import('../studies/compare/comparison.ts'),
  ]);
  const a = { label: baseline, members: readMembers(baseline, 'a') };
  const b = { label: candidates.join(' '), members: candidates.flatMap((path) => readMembers(path, 'b')) };
  const comparison = compareSides(a, b, limits);
  const out = valueOf(args, 'out');
  const output = out === undefined ? null : openOutput(out);
  return finishWith(args, comparison, a, b, output, () => {});
}

async function compareTargets(args: Args, limits: Thresholds, sides: Ends, signal: AbortSignal): Promise<number> {
  const trials = wholeNumber(args, 'trials', 2, TRIALS_MAX, TRIALS_DEFAULT);
  const trialsMax = wholeNumber(args, 'trials-max', trials, TRIALS_MAX, trials);
  const orderSeed = wholeNumber(args, 'order-seed', 0, Number.MAX_SAFE_INTEGER, SEED_DEFAULT);
  const output = openOutput(valueOf(args, 'out') ?? null);
  const [{ interleave, looksOf }, { memberOfTrial, TRIALS_FILE }, { writeTrials }, { createProgress }] =
    await Promise.all([
      import('../studies/compare/interleave.ts'),
      import('../studies/compare/members.ts'),
      import('../studies/compare/trials.ts'),
      import('../report/progress.ts'),
    ]);
  const quiet = args.switches.has('quiet');
  const progress = createProgress({ stream: process.stderr, label: 'compare', quiet });
  const folder = mkdtempSync(join(tmpdir(), 'hundredblock-compare-'));
  try {
    progress.update(0, 'preparing the trace');
    const { yardstick, head, speed } = await traceOf(args, join(folder, 'trace'), signal);
    const { comparison, trials: all } = await interleave({
      ...sides,
      yardstick,
      head,
      speed,
      looks: looksOf(trials, trialsMax),
      limits,
      orderSeed,
      signal,
      onTrial: (done, most) => progress.update(done / most, `trial ${done} of ${most} at most`),
    });
    const sideOf = (side: 'a' | 'b'): ComparedSide => ({
      label: sides[side].label,
      members: all.filter((trial) => trial.side === side).map((trial) => memberOfTrial(TRIALS_FILE, head, trial)),
    });
    progress.end();
    return await finishWith(args, comparison, sideOf('a'), sideOf('b'), output, (dir) =>
      writeTrials(join(dir, TRIALS_FILE), { head, trials: all }),
    );
  } catch (error) {
    output.discard();
    if (signal.aborted) return EXIT.interrupted;
    throw outputError(valueOf(args, 'out') ?? 'results/runs', error);
  } finally {
    progress.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function traceOf(args: Args, dir: string, signal: AbortSignal) {
  const { trialScenario, openTrialTrace, recordTrialTrace } = await import('../studies/compare/trial-trace.ts');
  const kept = valueOf(args, 'trace');
  if (kept !== undefined) {
    const beside = ['scenario', 'seed', 'set'].find((flag) => args.values.has(flag));
    if (beside !== undefined)
      throw new HundredblockError(
        'HB_USAGE',
        `--${beside}: expected nothing of a world beside --trace, which holds one`,
      );
    return openTrialTrace(kept);
  }
  const seed = decimal(args, 'seed') ?? SEED_DEFAULT;
  const scenario = trialScenario(valueOf(args, 'scenario') ?? null, args.values.get('set') ?? [], seed);
  await recordTrialTrace(scenario, seed, dir, signal);
  return openTrialTrace(dir);
}

async function finishWith(
  args: Args,
  comparison: Comparison,
  a: ComparedSide,
  b: ComparedSide,
  output: Output | null,
  writeMore: (dir: string) => void,
): Promise<number> {
  const [{ comparisonLines }, { comparisonPage }] = await Promise.all([
    import('../studies/compare/words.ts'),
    import('../studies/compare/page.ts'),
  ]);
  const told = [...comparisonLines(comparison), ''];
  if (output !== null) {
    writeFileSync(join(output.stageDir, 'compare.json'), `${JSON.stringify(comparison)}\n`);
    writeFileSync(join(output.stageDir, 'report.html'), comparisonPage(comparison, a, b));
    writeMore(output.stageDir);
    const id = `compare-${comparison.scenario}-${comparison.seed}-${formatIso(Date.now()).replaceAll(/[-:]/g, '').slice(0, 15)}`;
    told.push(`Report: ${join(output.commit(id), 'report.html')}`, '');
  }
  await writeJunit(args, comparison);
  const quiet = args.switches.has('quiet');
  const json = args.switches.has('json');
  if (json) await write(process.stdout, `${JSON.stringify(comparison)}\n`);
  if (!quiet) await write(json ? process.stderr : process.stdout, told.join('\n'));
  if (args.switches.has('github')) {
    const { annotations } = await import('../studies/compare/ci-formats.ts');
    await write(
      json ? process.stderr : process.stdout,
      annotations(comparison)
        .map((text) => `${text}\n`)
        .join(''),
    );
  }
  return comparison.answer === 'worse' ? EXIT.failed : EXIT.done;
}

async function writeJunit(args: Args, comparison: Comparison): Promise<void> {
  const path = valueOf(args, 'junit');
  if (path === undefined) return;
  const { junitXml } = await import('../studies/compare/ci-formats.ts');
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
