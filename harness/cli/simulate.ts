/** `hundredblock simulate`. */
import { availableParallelism } from 'node:os';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { secondWorld } from '../engine/against/second-world.ts';
import { resolveScenario } from '../options/resolve.ts';
import { decimal, valueOf, wholeNumber, type Args } from './args.ts';
import { commandLine } from '../records/command-line.ts';
import { finish, summaryWidth } from './finish.ts';
import { openOutput, outputError } from '../records/output.ts';

const SEED_DEFAULT = 1;
const WORKERS_MAX = 256;
const AGENCIES_PER_WORKER_MIN = 8;

/** Runs the scenario and answers the exit code; errors are thrown as HundredblockError. */
export async function simulate(args: Args, signal: AbortSignal): Promise<number> {
  const [name] = args.positionals;
  const sets = args.values.get('set') ?? [];
  const seed = decimal(args, 'seed') ?? SEED_DEFAULT;
  const days = decimal(args, 'days');
  const scenario = resolveScenario(name, sets, { seed, days });
  const against = secondWorld(name, scenario, sets, args.values.get('against') ?? [], days);
  const workers = wholeNumber(args, 'workers', 1, WORKERS_MAX, workersFor(scenario));
  const json = args.switches.has('json');
  const quiet = args.switches.has('quiet');
  const command = commandLine([
    'simulate',
    name,
    '--seed',
    String(seed),
    ...(days === undefined ? [] : ['--days', String(days)]),
    ...sets.flatMap((set) => ['--set', set]),
    ...(against?.sets ?? []).flatMap((set) => ['--against', set]),
  ]);

  const output = openOutput(valueOf(args, 'out') ?? null);
  const [{ runScenario }, { createProgress }, { summaryLines }] = await Promise.all([
    import('../run/run.ts'),
    import('../report/progress.ts'),
    import('../report/summary.ts'),
  ]);
  const progress = createProgress({ stream: process.stderr, label: scenario.name, quiet });
  let record: RunRecord;
  let outDir: string;
  try {
    ({ record } = await runScenario({
      scenario,
      seed,
      workers,
      command,
      outDir: output.stageDir,
      against,
      signal,
      onProgress: (fraction, _simulatedMs, text) => progress.update(fraction, text),
    }));
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

/** A worker takes a second or more to load: it pays from some agencies on. */
function workersFor(scenario: Scenario): number {
  const agencies = scenario.agencies.reduce((n, group) => n + group.count, 0);
  const useful = Math.max(1, Math.floor(agencies / AGENCIES_PER_WORKER_MIN));
  return Math.min(availableParallelism(), useful, WORKERS_MAX);
}
