/** `hundredblock soak`. */
import { existsSync } from 'node:fs';
import { HundredblockError } from '../../../contract/errors.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { repeatCommand, type Args } from '../args.ts';
import { defineCommand } from '../command.ts';
import { OUTPUT, seedFlag, SET, SPEED } from '../common-flags.ts';
import { targetFailure } from '../finish.ts';
import { duration, integer, text } from '../flags.ts';
import { runIntoFolder } from '../run-into-folder.ts';
import { readTarget, TARGET_FLAGS } from '../target-flags.ts';

const FLAGS = {
  duration: duration('TIME', 'wall time of the window, such as 10m or 8h', { required: true, repeats: true }),
  budget: text(
    'LIST',
    "slopes allowed, such as 'rss<1MiB/min,fds=0/min'; those not named keep their own (docs/guides/soak.md)",
    { repeats: true },
  ),
  seed: seedFlag('trace'),
  speed: SPEED,
  ...TARGET_FLAGS,
  'target-pid': integer('PID', "the target's process, so that memory and files are read from /proc", {
    min: 1,
    max: 4_194_304,
    repeats: true,
  }),
  set: SET,
  ...OUTPUT,
} as const;

type SoakArgs = Args<typeof FLAGS>;

export const soak = defineCommand({
  name: 'soak',
  summary: 'load a system for minutes or hours, and find what leaks, grows or gets slower',
  usage: '<scenario> --duration TIME',
  positionals: { min: 1, max: 1 },
  flags: FLAGS,
  examples: [
    'hundredblock soak smoke --duration 5m',
    "hundredblock soak smoke --duration 8h --budget 'rss<0.1MiB/min' --out results/runs/night",
    'HUNDREDBLOCK_HARNESS_KEY=KEY hundredblock soak smoke --duration 1h --target http://127.0.0.1:8080 --target-pid 4711',
  ],

  async run(args, signal): Promise<number> {
    const scenario = await soakScenario(args);
    const target = await readTarget(args, process.env);
    const targetPid = readTargetPid(args);
    const { parseBudgets } = await import('../../studies/soak/budget.ts');
    const budgets = parseBudgets(args.flags.budget);
    return runIntoFolder(args, scenario.name, async ({ dir, onProgress }) => {
      const { runSoak } = await import('../../studies/soak/soak.ts');
      const { seed } = args.flags;
      const command = repeatCommand(args, { seed });
      const plan = { scenario, seed, command, outDir: dir, target, targetPid, budgets, signal, onProgress };
      const { record, stopped } = await runSoak(plan);
      return { record, failure: targetFailure(stopped, signal.aborted) };
    });
  },
});

// --- internal ---

/** The scenario with a window of that length, and days enough for it. */
async function soakScenario({ positionals: [name], flags }: SoakArgs): Promise<Scenario> {
  const [{ resolveScenario }, { daysFor }] = await Promise.all([
    import('../../options/resolve.ts'),
    import('../../studies/soak/soak-length.ts'),
  ]);
  const { seed, set, speed, duration: windowMs } = flags;
  const sets = [...set, `load.durationMs=${windowMs}`, ...(speed === undefined ? [] : [`load.speed=${speed}`])];
  const plain = resolveScenario(name, sets, { seed });
  return resolveScenario(name, [...sets, `durationDays=${daysFor(plain)}`], { seed });
}

/** Throws HB_USAGE without --target, and HB_OPTION_VALUE if this machine has no such process. */
function readTargetPid({ flags }: SoakArgs): number | null {
  const pid = flags['target-pid'];
  if (pid === undefined) return null;
  if (flags.target === undefined)
    throw new HundredblockError('HB_USAGE', '--target-pid: expected --target beside it, found none');
  if (existsSync('/proc/self') && !existsSync(`/proc/${pid}`))
    throw new HundredblockError('HB_OPTION_VALUE', `--target-pid: expected a process of this machine, found no ${pid}`);
  return pid;
}
