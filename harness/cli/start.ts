/** `hundredblock start`: the main job. */
import { HundredblockError } from '../../contract/errors.ts';
import { resolveScenario } from '../options/resolve.ts';
import type { Both, Planned } from '../run/both.ts';
import { decimal, valueOf, type Args } from './args.ts';
import { commandLine } from '../records/command-line.ts';
import { finish, summaryWidth } from './finish.ts';
import { openOutput, outputError } from '../records/output.ts';

const SEED_DEFAULT = 1;
const WINDOW = '20s';
const WINDOW_MS = 20_000;
// Two fifths of the residents and three fifths of the doorbells that `rush` connects: seconds to connect instead of tens.
const WIRE_SETS = [
  'people.appUserShareOfPersons=0.012',
  'load.connectedShareOfDoorbells=0.15',
  'load.connectRampMs=4000',
];

/** Runs a week of `city` in virtual time, then `rush` on the wire, and answers the exit code; errors are thrown as HundredblockError. */
export async function start(args: Args, signal: AbortSignal): Promise<number> {
  const seed = decimal(args, 'seed') ?? SEED_DEFAULT;
  const json = args.switches.has('json');
  const quiet = args.switches.has('quiet');
  const planned = { virtual: weekOf(seed), wall: wireOf(seed) };

  const output = openOutput(valueOf(args, 'out') ?? null);
  const [{ runBoth }, { createProgress }, { summaryLines, wireSummaryLines }] = await Promise.all([
    import('../run/both.ts'),
    import('../report/progress.ts'),
    import('../report/summary.ts'),
  ]);
  const progress = createProgress({ stream: process.stderr, label: 'both clocks', quiet });
  let both: Both;
  let outDir: string;
  try {
    both = await runBoth({
      ...planned,
      seed,
      outDir: output.stageDir,
      signal,
      onProgress: (fraction, text) => progress.update(fraction, text),
    });
    outDir = output.commit(both.virtual.id);
  } catch (error) {
    output.discard();
    throw outputError(valueOf(args, 'out') ?? 'results/runs', error);
  } finally {
    progress.end();
  }
  const { virtual, wall, stopped } = both;
  const width = summaryWidth();
  const records = wall === null ? [virtual] : [virtual, wall];
  const record = {
    partial: wall?.partial ?? true,
    gates: records.flatMap(({ scenario, gates }) => gates.map((g) => ({ ...g, name: `${scenario.name} ${g.name}` }))),
    virtual,
    wall,
  };
  return finish({
    record,
    summary: quiet
      ? null
      : [
          'A simulated week',
          ...summaryLines(virtual, width),
          ...(wall === null ? [] : ['', 'On the wire', ...wireSummaryLines(wall, width)]),
        ],
    outDir,
    json,
    failure: stopped === null || signal.aborted ? null : new HundredblockError('HB_TARGET', stopped),
  });
}

// --- internal ---

function weekOf(seed: number): Planned {
  return {
    scenario: resolveScenario('city', [], { seed }),
    command: commandLine(['simulate', 'city', '--seed', String(seed)]),
  };
}

function wireOf(seed: number): Planned {
  const sets = WIRE_SETS.flatMap((set) => ['--set', set]);
  return {
    scenario: resolveScenario('rush', [...WIRE_SETS, `load.durationMs=${WINDOW_MS}`], { seed }),
    command: commandLine(['load', 'rush', '--seed', String(seed), '--duration', WINDOW, ...sets]),
  };
}
