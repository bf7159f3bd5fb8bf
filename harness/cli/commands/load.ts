/** `hundredblock load`. */
import { setTimeout as wait } from 'node:timers/promises';
import { HundredblockError } from '../../../contract/errors.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import type { Exposition } from '../../report/metrics/exposition.ts';
import { DRIVERS, type DriverName } from '../../run/driver-choice.ts';
import type { LoadOptions } from '../../run/load.ts';
import { repeatCommand, type Args } from '../args.ts';
import { defineCommand } from '../command.ts';
import { OUTPUT, seedFlag } from '../common-flags.ts';
import { targetFailure } from '../finish.ts';
import { choice, flag, integer, text } from '../flags.ts';
import { runIntoFolder } from '../run-into-folder.ts';
import { readTarget, TARGET_FLAGS } from '../target-flags.ts';
import { WINDOW_FLAGS, windowScenario } from '../window-flags.ts';
import { write } from '../write.ts';

const FLAGS = {
  trace: text('DIR', 'send this kept trace, which `hundredblock trace` writes, at its own speed or at --speed', {
    repeats: true,
  }),
  driver: choice(DRIVERS, 'driver that opens the connections: ours, or k6 (npm run k6 builds it)', {
    default: 'node',
    repeats: true,
  }),
  seed: seedFlag('trace'),
  ...TARGET_FLAGS,
  ...WINDOW_FLAGS,
  'closed-loop': flag(
    'residents react to what they really receive: the world goes on while it is sent (speed at most 300)',
    { repeats: true },
  ),
  'metrics-port': integer(
    'PORT',
    'serve figures for Prometheus on this port of 127.0.0.1 meanwhile; 0 takes a free one',
    {
      min: 0,
      max: 65_535,
    },
  ),
  'metrics-linger': integer('S', 'seconds that they are served for after the end', { min: 0, max: 86_400, default: 0 }),
  ...OUTPUT,
} as const;

/** Flags that make a world, and can't change one that is kept. */
const WORLD_FLAGS = ['seed', 'set', 'from', 'duration', 'intensity', 'closed-loop'];

type LoadArgs = Args<typeof FLAGS>;

export const load = defineCommand({
  name: 'load',
  summary: 'send a scenario over real sockets against the wall clock, and judge every delivery',
  usage: '<scenario> | --trace DIR',
  positionals: { min: 0, max: 1 },
  flags: FLAGS,
  examples: [
    'hundredblock load rush',
    'hundredblock load rush --duration 20s --intensity motions=10 --json',
    'hundredblock load smoke --speed 600 --from 1h --set load.connectedShareOfAppUsers=0.5',
    'hundredblock load rush --closed-loop --set reactions.postShare=0.2',
    'hundredblock load --trace traces/rush --driver k6',
    'HUNDREDBLOCK_HARNESS_KEY=KEY hundredblock load rush --target http://127.0.0.1:8080 --mqtt mqtt://127.0.0.1:1883',
  ],

  async run(args, signal): Promise<number> {
    const source = await readSource(args);
    const driver = readDriver(args);
    const target = await readTarget(args, process.env);
    const lingerMs = readLingerMs(args);
    const exposition = await serveMetrics(args);
    try {
      const exitCode = await runIntoFolder(args, source.scenario.name, async ({ dir, onProgress }) => {
        const { runLoad } = await import('../../run/load.ts');
        const { record, stopped } = await runLoad({
          ...source,
          command: repeatCommand(args, source.kept === undefined ? { seed: source.seed } : {}),
          outDir: dir,
          target,
          driver,
          signal,
          exposition,
          onProgress,
        });
        return { record, failure: targetFailure(stopped, signal.aborted) };
      });
      // An interrupt ends the wait early.
      await wait(lingerMs, undefined, { signal }).catch(() => {});
      return exitCode;
    } finally {
      await exposition?.close();
    }
  },
});

/** The world to be sent: a scenario's, or that of a kept trace. */
type Source = Pick<LoadOptions, 'scenario' | 'seed' | 'kept' | 'speed' | 'closedLoop'>;

/** Throws HB_USAGE if both or neither are named, HB_TRACE, and what loadScenario throws. */
export async function readSource(args: LoadArgs): Promise<Source> {
  const { trace: dir, seed, 'closed-loop': closedLoop } = args.flags;
  const [name] = args.positionals;
  if ((name === undefined) === (dir === undefined))
    throw new HundredblockError(
      'HB_USAGE',
      `load: expected either a scenario or --trace DIR, found ${name === undefined ? 'neither' : 'both'}`,
    );
  if (dir !== undefined) return keptSource(args, dir);
  return { scenario: await loadScenario(name, args), seed, closedLoop };
}

/** Throws HB_USAGE if the driver can't do what other flags ask for. */
export function readDriver({ flags }: LoadArgs): DriverName {
  if (flags.driver === 'k6' && flags['closed-loop'])
    throw new HundredblockError(
      'HB_USAGE',
      '--closed-loop: expected --driver node beside it (k6 reads a whole trace before it starts), found k6',
    );
  return flags.driver;
}

/** The scenario `name` as the flags change it. Throws what windowScenario throws, and HB_OPTION_VALUE if it can't be a closed loop. */
export async function loadScenario(name: string, args: LoadArgs): Promise<Scenario> {
  const scenario = await windowScenario(name, args, args.flags.seed);
  if (!args.flags['closed-loop']) return scenario;
  const { checkClosedLoop } = await import('../../drivers/node/closed-loop.ts');
  checkClosedLoop(scenario);
  return scenario;
}

// --- internal ---

async function keptSource({ flags: { speed }, given }: LoadArgs, dir: string): Promise<Source> {
  const change = WORLD_FLAGS.find((name) => given.has(name));
  if (change !== undefined)
    throw new HundredblockError(
      'HB_USAGE',
      `--${change}: expected a scenario to change, found --trace (what a kept trace holds is settled; only --speed can differ)`,
    );
  const [{ openTrace }, { ScenarioSchema }, { explain }] = await Promise.all([
    import('../../trace/read.ts'),
    import('../../../contract/scenario.ts'),
    import('../../../contract/explain.ts'),
  ]);
  const kept = await openTrace(dir);
  const [problem] = explain(ScenarioSchema, kept.header.scenario);
  if (problem !== undefined)
    throw new HundredblockError(
      'HB_TRACE',
      `trace: trace.json: expected a scenario with all its options, ${problem.text}`,
    );
  const [misfit] =
    speed === undefined ? [] : explain(ScenarioSchema.properties.load.properties.speed, speed, '--speed');
  if (misfit !== undefined) throw new HundredblockError('HB_OPTION_VALUE', misfit.text);
  return { scenario: kept.header.scenario as Scenario, seed: kept.header.seed, kept, speed };
}

/** Serves figures for Prometheus if --metrics-port asks for it, and names the address on stderr. */
async function serveMetrics({ flags }: LoadArgs): Promise<Exposition | undefined> {
  const port = flags['metrics-port'];
  if (port === undefined) return undefined;
  const { serveExposition } = await import('../../report/metrics/exposition.ts');
  const exposition = await serveExposition(port);
  await write(process.stderr, `metrics: ${exposition.url}\n`);
  return exposition;
}

function readLingerMs({ flags }: LoadArgs): number {
  const seconds = flags['metrics-linger'];
  if (seconds > 0 && flags['metrics-port'] === undefined)
    throw new HundredblockError('HB_USAGE', '--metrics-linger: expected --metrics-port beside it, found none');
  return 1000 * seconds;
}
