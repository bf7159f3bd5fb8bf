/** `hundredblock capacity`. */
import { HundredblockError } from '../../../contract/errors.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { VARIES, type Vary } from '../../studies/capacity/vary.ts';
import { repeatCommand, type Args } from '../args.ts';
import { defineCommand } from '../command.ts';
import { OUTPUT, seedFlag, SET, SPEED } from '../common-flags.ts';
import { choice, duration, integer, number, text, value, wrongValue } from '../flags.ts';
import { runIntoFolder } from '../run-into-folder.ts';
import { readTarget, TARGET_FLAGS } from '../target-flags.ts';

const CONNECTIONS = { min: 0, max: 100_000, repeats: true } as const;
const CPU_SHARE = { expected: 'a number from 0.05 to 1, or any', min: 0.05 } as const;

const FLAGS = {
  slo: text('LIST', 'objectives, all of which must be met (docs/guides/capacity.md)', {
    default: 'completion.p99<2s,lost=0,leaked=0,shed=0',
    repeats: true,
  }),
  vary: choice(VARIES, 'the load that is searched', { required: true, repeats: true }),
  from: number('A', 'lowest load tried', { otherwise: 'as low as need be', repeats: true }),
  to: number('B', 'highest load tried', { otherwise: 'as high as need be, or as the scenario has', repeats: true }),
  seed: seedFlag('world'),
  speed: { ...SPEED, help: 'simulated seconds per wall second, if alertRate does not vary' },
  residents: integer('N', 'most residents that connect, if they do not vary', {
    ...CONNECTIONS,
    otherwise: '2000, or 500 if doorbells vary',
  }),
  doorbells: integer('N', 'most doorbells that connect, if they do not vary', { ...CONNECTIONS, otherwise: '500' }),
  trial: duration('TIME', 'window of a full trial', { default: '10s', minMs: 3000, maxMs: 600_000, repeats: true }),
  width: number('SHARE', 'width of the interval to reach, as a share of the load', {
    expected: 'a number from 0.01 to 1',
    fits: (share) => share >= 0.01 && share <= 1,
    default: 0.1,
    repeats: true,
  }),
  budget: duration('TIME', 'no trial begins that would end later than this', { default: '580s', repeats: true }),
  'target-cpu': value(
    'SHARE',
    'share of one processor for a target that is started; any: wherever the system puts it',
    {
      expected: CPU_SHARE.expected,
      parse: (given) =>
        given === 'any' ? null : Number(given) >= CPU_SHARE.min && Number(given) <= 1 ? Number(given) : undefined,
      default: 1,
      repeats: true,
    },
  ),
  ...TARGET_FLAGS,
  target: {
    ...TARGET_FLAGS.target,
    default: 'the reference service, started once and onboarded anew for each trial',
  },
  set: SET,
  ...OUTPUT,
} as const;

type CapacityArgs = Args<typeof FLAGS>;

export const capacity = defineCommand({
  name: 'capacity',
  summary: 'find the highest load that a system carries within its objectives, as an interval, and what breaks first',
  usage: `<scenario> --vary ${VARIES.join('|')}`,
  positionals: { min: 1, max: 1 },
  flags: FLAGS,
  examples: [
    'hundredblock capacity rush --vary alertRate',
    "hundredblock capacity rush --slo 'completion.p99<2s,lost=0' --vary residents --to 12000 --speed 150",
    'hundredblock capacity rush --vary alertRate --target-cpu 0.25 --json',
  ],

  async run(args, signal): Promise<number> {
    const { parseObjectives } = await import('../../studies/capacity/slo.ts');
    const { seed, slo, vary, trial, width, budget } = args.flags;
    const objectives = parseObjectives('slo', slo);
    const bounds = readBounds(args);
    const scenario = await capacityScenario(args);
    const limits = {
      residents: readConnections(args, 'residents', vary === 'residents'),
      doorbells: readConnections(args, 'doorbells', vary === 'devices'),
      trialSeconds: Math.round(trial / 1000),
      widthMax: width,
      budgetMs: budget,
      targetCpu: readTargetCpu(args),
    };
    const target = await readTarget(args, process.env);
    return runIntoFolder(args, scenario.name, async ({ dir, onProgress }) => {
      const { runCapacity } = await import('../../studies/capacity/capacity.ts');
      const command = repeatCommand(args, { seed });
      const search = { scenario, seed, command, outDir: dir, objectives, vary, ...bounds, ...limits, target };
      return { record: await runCapacity({ ...search, signal, onProgress }) };
    });
  },
});

// --- internal ---

async function capacityScenario({ positionals: [name], flags }: CapacityArgs): Promise<Scenario> {
  const { resolveScenario } = await import('../../options/resolve.ts');
  const { seed, set, speed } = flags;
  return resolveScenario(name, [...set, ...(speed === undefined ? [] : [`load.speed=${speed}`])], { seed });
}

function readBounds({ flags: { vary, from, to } }: CapacityArgs): { from: number | null; to: number | null } {
  expectLoad('from', from, vary);
  expectLoad('to', to, vary);
  if (from !== undefined && to !== undefined && from >= to)
    throw wrongValue('from', `less than --to ${to}`, String(from));
  return { from: from ?? null, to: to ?? null };
}

function expectLoad(name: string, load: number | undefined, vary: Vary): void {
  if (load === undefined || (load > 0 && Number.isFinite(load) && (vary === 'alertRate' || Number.isInteger(load))))
    return;
  const expected = vary === 'alertRate' ? 'a number of alerts a second above 0' : 'a whole number above 0';
  throw wrongValue(name, expected, String(load));
}

/** Null if the flag is not given. Throws HB_USAGE if it is the number that varies. */
function readConnections({ flags }: CapacityArgs, name: 'residents' | 'doorbells', varies: boolean): number | null {
  const connections = flags[name];
  if (connections !== undefined && varies)
    throw new HundredblockError('HB_USAGE', `--${name}: expected --from and --to for what varies, found it`);
  return connections ?? null;
}

/** Null if the system is to put the target wherever it likes. */
function readTargetCpu({ flags, given }: CapacityArgs): number | null {
  if (given.has('target-cpu') && flags.target !== undefined)
    throw new HundredblockError('HB_USAGE', '--target-cpu: expected a target that is started, found --target');
  return flags['target-cpu'];
}
