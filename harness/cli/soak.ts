/** `hundredblock soak`. */
import { existsSync } from 'node:fs';
import { HundredblockError } from '../../contract/errors.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { resolveScenario } from '../options/resolve.ts';
import { budgetsOf } from '../studies/soak/budget.ts';
import { daysFor } from '../studies/soak/soak-length.ts';
import { decimal, durationMs, valueOf, wholeNumber, type Args } from './args.ts';
import { commandLine } from '../records/command-line.ts';
import { finish, summaryWidth } from './finish.ts';
import { targetOf } from './load.ts';
import { openOutput, outputError } from '../records/output.ts';

const SEED_DEFAULT = 1;
const KEY_VARIABLE = 'HUNDREDBLOCK_HARNESS_KEY';
const PID_MAX = 4_194_304;

/** Runs the scenario for as long as is asked for, and answers the exit code; errors are thrown as HundredblockError. */
export async function soak(args: Args, signal: AbortSignal): Promise<number> {
  const [name] = args.positionals;
  const seed = decimal(args, 'seed') ?? SEED_DEFAULT;
  const scenario = soakScenario(name, args, seed);
  const target = await targetOf(args, process.env[KEY_VARIABLE]);
  const targetPid = targetPidOf(args);
  const budgets = budgetsOf(valueOf(args, 'budget'));
  const json = args.switches.has('json');
  const quiet = args.switches.has('quiet');

  const output = openOutput(valueOf(args, 'out') ?? null);
  const [{ runSoak }, { createProgress }, { summaryLines }] = await Promise.all([
    import('../studies/soak/soak.ts'),
    import('../report/progress.ts'),
    import('../report/summary.ts'),
  ]);
  const progress = createProgress({ stream: process.stderr, label: scenario.name, quiet });
  try {
    const { record, stopped } = await runSoak({
      scenario,
      seed,
      command: repeatCommand(name, seed, args),
      outDir: output.stageDir,
      target,
      targetPid,
      budgets,
      signal,
      onProgress: (fraction, text) => progress.update(fraction, text),
    }).finally(() => progress.end());
    const outDir = output.commit(record.id);
    const failure = stopped === null || signal.aborted ? null : new HundredblockError('HB_TARGET', stopped);
    return await finish({
      record,
      summary: quiet ? null : summaryLines(record, summaryWidth()),
      outDir,
      json,
      failure,
    });
  } catch (error) {
    output.discard();
    throw outputError(valueOf(args, 'out') ?? 'results/runs', error);
  }
}

// --- internal ---

function soakScenario(name: string, args: Args, seed: number): Scenario {
  const duration = valueOf(args, 'duration');
  if (duration === undefined)
    throw new HundredblockError('HB_USAGE', 'soak: expected --duration TIME such as 10m, found none');
  const speed = decimal(args, 'speed');
  const sets = [
    ...(args.values.get('set') ?? []),
    `load.durationMs=${durationMs('duration', duration)}`,
    ...(speed === undefined ? [] : [`load.speed=${speed}`]),
  ];
  const plain = resolveScenario(name, sets, { seed });
  return resolveScenario(name, [...sets, `durationDays=${daysFor(plain)}`], { seed });
}

function targetPidOf(args: Args): number | null {
  if (!args.values.has('target-pid')) return null;
  if (!args.values.has('target'))
    throw new HundredblockError('HB_USAGE', '--target-pid: expected --target beside it, found none');
  const pid = wholeNumber(args, 'target-pid', 1, PID_MAX, 1);
  if (existsSync('/proc/self') && !existsSync(`/proc/${pid}`))
    throw new HundredblockError('HB_OPTION_VALUE', `--target-pid: expected a process of this machine, found no ${pid}`);
  return pid;
}

/** Without the key: a record is for others to read. */
function repeatCommand(name: string, seed: number, args: Args): string {
  const given = ['duration', 'speed', 'budget', 'target', 'mqtt', 'target-pid'].flatMap((flag) => {
    const value = valueOf(args, flag);
    return value === undefined ? [] : [`--${flag}`, value];
  });
  const sets = (args.values.get('set') ?? []).flatMap((set) => ['--set', set]);
  const switches = args.switches.has('onboarded') ? ['--onboarded'] : [];
  return commandLine(['soak', name, '--seed', String(seed), ...given, ...switches, ...sets]);
}
