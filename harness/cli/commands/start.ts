/** `hundredblock start`: the main job, as `npm start` runs it. */
import type { Both, Plan } from '../../run/both.ts';
import { commandLine } from '../../records/command-line.ts';
import { defineCommand } from '../command.ts';
import { OUTPUT, seedFlag } from '../common-flags.ts';
import { finish, summaryWidth, targetFailure } from '../finish.ts';
import { flag } from '../flags.ts';
import { writeFolder } from '../run-into-folder.ts';

const WINDOW = '20s';
const WINDOW_MS = 20_000;
// Two fifths of the residents and three fifths of the doorbells that `rush` connects: seconds to connect instead of tens.
const WIRE_SETS = [
  'people.appUserShareOfPersons=0.012',
  'load.connectedShareOfDoorbells=0.15',
  'load.connectRampMs=4000',
];

export const start = defineCommand({
  name: 'start',
  summary: 'run the main job: a week of city in virtual time, then rush on the wire, in one report',
  usage: '',
  positionals: { min: 0, max: 0 },
  flags: {
    seed: seedFlag('worlds'),
    ...OUTPUT,
    json: flag('print both records, as {virtual, wall}, on stdout, everything else on stderr'),
  },
  examples: ['hundredblock start', 'hundredblock start --seed 8 --out runs/both --json'],

  async run(args, signal): Promise<number> {
    const { seed, json, quiet } = args.flags;
    const plans = await planBoth(seed);
    const { value: both, outDir } = await writeFolder(args, 'both clocks', async ({ dir, onProgress }) => {
      const { runBoth } = await import('../../run/both.ts');
      const value = await runBoth({ ...plans, seed, outDir: dir, signal, onProgress });
      return { id: value.virtual.id, value };
    });
    return finish({
      record: bothRecords(both),
      summary: quiet ? null : await bothSummaries(both),
      outDir,
      json,
      failure: targetFailure(both.stopped, signal.aborted),
    });
  },
});

// --- internal ---

async function planBoth(seed: number): Promise<{ virtual: Plan; wall: Plan }> {
  const { resolveScenario } = await import('../../options/resolve.ts');
  const sets = WIRE_SETS.flatMap((set) => ['--set', set]);
  return {
    virtual: {
      scenario: resolveScenario('city', [], { seed }),
      command: commandLine(['simulate', 'city', '--seed', String(seed)]),
    },
    wall: {
      scenario: resolveScenario('rush', [...WIRE_SETS, `load.durationMs=${WINDOW_MS}`], { seed }),
      command: commandLine(['load', 'rush', '--seed', String(seed), '--duration', WINDOW, ...sets]),
    },
  };
}

function bothRecords({ virtual, wall }: Both) {
  const records = wall === null ? [virtual] : [virtual, wall];
  return {
    partial: wall?.partial ?? true,
    gates: records.flatMap(({ scenario, gates }) => gates.map((g) => ({ ...g, name: `${scenario.name} ${g.name}` }))),
    virtual,
    wall,
  };
}

async function bothSummaries({ virtual, wall }: Both): Promise<string[]> {
  const { summaryLines, wireSummaryLines } = await import('../../report/summary.ts');
  const width = summaryWidth();
  return [
    'A simulated week',
    ...summaryLines(virtual, width),
    ...(wall === null ? [] : ['', 'On the wire', ...wireSummaryLines(wall, width)]),
  ];
}
