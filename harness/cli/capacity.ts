/** `hundredblock capacity`. */
import { HundredblockError } from '../../contract/errors.ts';
import type { CapacityRun } from '../studies/capacity/capacity.ts';
import { parseObjectives } from '../studies/capacity/slo.ts';
import { VARIES, type Vary } from '../studies/capacity/vary.ts';
import { nearest } from '../options/nearest.ts';
import { resolveScenario } from '../options/resolve.ts';
import { decimal, durationMs, valueOf, wholeNumber, type Args } from './args.ts';
import { commandLine } from '../records/command-line.ts';
import { finish, summaryWidth } from './finish.ts';
import { targetOf } from './load.ts';
import { openOutput, outputError } from '../records/output.ts';

const SEED_DEFAULT = 1;
const KEY_VARIABLE = 'HUNDREDBLOCK_HARNESS_KEY';
const SLO_DEFAULT = 'completion.p99<2s,lost=0,leaked=0,shed=0';
const TRIAL_DEFAULT = '10s';
const BUDGET_DEFAULT = '580s';
const WIDTH_DEFAULT = 0.1;
const CONNECTIONS_MAX = 100_000;

/** Searches, and answers the exit code; errors are thrown as HundredblockError. */
export async function capacity(args: Args, signal: AbortSignal): Promise<number> {
  const [name] = args.positionals;
  const seed = decimal(args, 'seed') ?? SEED_DEFAULT;
  const objectives = parseObjectives('slo', valueOf(args, 'slo') ?? SLO_DEFAULT);
  const vary = varyOf(args);
  const bounds = boundsOf(args, vary);
  const speed = decimal(args, 'speed');
  const sets = [...(args.values.get('set') ?? []), ...(speed === undefined ? [] : [`load.speed=${speed}`])];
  const scenario = resolveScenario(name, sets, { seed });
  const limits = {
    residents: connectionsOf(args, 'residents', vary === 'residents'),
    doorbells: connectionsOf(args, 'doorbells', vary === 'devices'),
    trialSeconds: secondsOf(args),
    widthMax: between(args, 'width', 0.01, 1, WIDTH_DEFAULT),
    budgetMs: durationMs('budget', valueOf(args, 'budget') ?? BUDGET_DEFAULT),
    targetCpu: targetCpuOf(args),
  };
  const target = await targetOf(args, process.env[KEY_VARIABLE]);
  const json = args.switches.has('json');
  const quiet = args.switches.has('quiet');

  const output = openOutput(valueOf(args, 'out') ?? null);
  const [{ runCapacity }, { createProgress }, { summaryLines }] = await Promise.all([
    import('../studies/capacity/capacity.ts'),
    import('../report/progress.ts'),
    import('../report/summary.ts'),
  ]);
  const progress = createProgress({ stream: process.stderr, label: scenario.name, quiet });
  let record: CapacityRun;
  let outDir: string;
  try {
    record = await runCapacity({
      scenario,
      seed,
      command: repeatCommand(name, seed, args),
      outDir: output.stageDir,
      objectives,
      vary,
      ...bounds,
      ...limits,
      target,
      signal,
      onProgress: (fraction, text) => progress.update(fraction, text),
    });
    outDir = output.commit(record.id);
  } catch (error) {
    output.discard();
    throw outputError(valueOf(args, 'out') ?? 'results/runs', error);
  } finally {
    progress.end();
  }
  return finish({ record, summary: quiet ? null : summaryLines(record, summaryWidth()), outDir, json });
}

// --- internal ---

const VALUE_FLAGS = [
  'slo',
  'vary',
  'from',
  'to',
  'residents',
  'doorbells',
  'trial',
  'width',
  'budget',
  'target-cpu',
  'speed',
  'target',
  'mqtt',
];

function varyOf(args: Args): Vary {
  const text = valueOf(args, 'vary');
  const vary = VARIES.find((one) => one === text);
  if (vary !== undefined) return vary;
  if (text === undefined)
    throw new HundredblockError('HB_USAGE', `capacity: expected --vary ${VARIES.join('|')}, found none`);
  throw new HundredblockError(
    'HB_OPTION_VALUE',
    `--vary: expected ${VARIES.join(', ')}, did you mean ${nearest(text, VARIES)}? found ${JSON.stringify(text)}`,
  );
}

function boundsOf(args: Args, vary: Vary): { from: number | null; to: number | null } {
  const bound = (flag: 'from' | 'to'): number | null => {
    const value = decimal(args, flag);
    if (value === undefined) return null;
    const isLoad = value > 0 && Number.isFinite(value) && (vary === 'alertRate' || Number.isInteger(value));
    if (isLoad) return value;
    const expected = vary === 'alertRate' ? 'a number of alerts a second above 0' : 'a whole number above 0';
    throw new HundredblockError('HB_OPTION_VALUE', `--${flag}: expected ${expected}, found ${value}`);
  };
  const from = bound('from');
  const to = bound('to');
  if (from !== null && to !== null && from >= to)
    throw new HundredblockError('HB_OPTION_VALUE', `--from: expected less than --to ${to}, found ${from}`);
  return { from, to };
}

function connectionsOf(args: Args, flag: 'residents' | 'doorbells', varies: boolean): number | null {
  if (!args.values.has(flag)) return null;
  if (varies) throw new HundredblockError('HB_USAGE', `--${flag}: expected --from and --to for what varies, found it`);
  return wholeNumber(args, flag, 0, CONNECTIONS_MAX, 0);
}

function secondsOf(args: Args): number {
  const ms = durationMs('trial', valueOf(args, 'trial') ?? TRIAL_DEFAULT);
  if (ms >= 3000 && ms <= 600_000) return Math.round(ms / 1000);
  throw new HundredblockError('HB_OPTION_VALUE', `--trial: expected 3s to 10m, found ${valueOf(args, 'trial')}`);
}

function between(args: Args, flag: string, min: number, max: number, fallback: number): number {
  const value = decimal(args, flag) ?? fallback;
  if (value >= min && value <= max) return value;
  throw new HundredblockError('HB_OPTION_VALUE', `--${flag}: expected a number from ${min} to ${max}, found ${value}`);
}

/** Null: the system puts it where it likes. A processor of its own where nothing is asked for. */
function targetCpuOf(args: Args): number | null {
  const text = valueOf(args, 'target-cpu');
  if (text !== undefined && args.values.has('target'))
    throw new HundredblockError('HB_USAGE', '--target-cpu: expected a target that is started, found --target');
  return text === 'any' ? null : between(args, 'target-cpu', 0.05, 1, 1);
}

/** Without the key: a record is for others to read. */
function repeatCommand(name: string, seed: number, args: Args): string {
  const given = VALUE_FLAGS.flatMap((flag) => {
    const value = valueOf(args, flag);
    return value === undefined ? [] : [`--${flag}`, value];
  });
  const sets = (args.values.get('set') ?? []).flatMap((set) => ['--set', set]);
  const switches = args.switches.has('onboarded') ? ['--onboarded'] : [];
  return commandLine(['capacity', name, '--seed', String(seed), ...given, ...switches, ...sets]);
}
