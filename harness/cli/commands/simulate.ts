/** `hundredblock simulate`. */
import { availableParallelism } from 'node:os';
import type { Scenario } from '../../../contract/scenario.ts';
import { repeatCommand } from '../args.ts';
import { defineCommand } from '../command.ts';
import { OUTPUT, SET, seedFlag, WORKERS_MAX, workersFlag } from '../common-flags.ts';
import { list, number } from '../flags.ts';
import { runIntoFolder } from '../run-into-folder.ts';

/** A worker takes a second or more to load: it pays if it has at least this many agencies. */
const AGENCIES_PER_WORKER_MIN = 8;

export const simulate = defineCommand({
  name: 'simulate',
  summary: 'run a scenario in virtual time and judge every alert',
  usage: '<scenario>',
  positionals: { min: 1, max: 1 },
  flags: {
    seed: seedFlag('run'),
    days: number('D', 'simulated days', { otherwise: "the scenario's", repeats: true }),
    set: SET,
    against: list(
      'path=value',
      'run a second world of the same seed with this option changed too, and tell what differs',
      { repeats: true },
    ),
    workers: workersFlag('by agencies and processors'),
    ...OUTPUT,
  },
  examples: [
    'hundredblock simulate city',
    'hundredblock simulate city --seed 8 --days 1 --set policy.alerts=off',
    'hundredblock simulate smoke --set agencies.0.dialect=milwaukee --set faults.gapShare=0.01 --json',
    'hundredblock simulate city --against policy.alerts=off',
    'hundredblock simulate my-town.json --out runs/my-town',
  ],

  async lists(): Promise<Record<string, string[]>> {
    const { SCENARIOS } = await import('../../options/registry.ts');
    const rows = [...SCENARIOS.values()].map(({ name, description }) => `${name.padEnd(20)} ${description}`);
    return { Scenarios: rows };
  },

  async run(args, signal): Promise<number> {
    const [{ resolveScenario }, { secondWorld }] = await Promise.all([
      import('../../options/resolve.ts'),
      import('../../engine/against/second-world.ts'),
    ]);
    const [name] = args.positionals;
    const { seed, days, set } = args.flags;
    const scenario = resolveScenario(name, set, { seed, days });
    const against = secondWorld(name, scenario, set, args.flags.against, days);
    return runIntoFolder(args, scenario.name, async ({ dir, onProgress }) => {
      const { runScenario } = await import('../../run/run.ts');
      return runScenario({
        scenario,
        seed,
        workers: args.flags.workers ?? usefulWorkers(scenario),
        command: repeatCommand(args, { seed }),
        outDir: dir,
        against,
        signal,
        onProgress: (fraction, _simulatedMs, text) => onProgress(fraction, text),
      });
    });
  },
});

// --- internal ---

function usefulWorkers(scenario: Scenario): number {
  const agencies = scenario.agencies.reduce((n, group) => n + group.count, 0);
  return Math.min(availableParallelism(), Math.max(1, Math.floor(agencies / AGENCIES_PER_WORKER_MIN)), WORKERS_MAX);
}
