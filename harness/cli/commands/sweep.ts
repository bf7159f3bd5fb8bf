/** `hundredblock sweep`. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { EXIT, HundredblockError } from '../../../contract/errors.ts';
import { nounText } from '../../records/number-text.ts';
import { outputError } from '../../records/output.ts';
import type { Experimented } from '../../studies/experiment/experiment.ts';
import type { Resolved } from '../../studies/experiment/resolve.ts';
import type { Extent, Shard } from '../../studies/experiment/schedule.ts';
import { repeatCommand, type Args } from '../args.ts';
import { defineCommand } from '../command.ts';
import { OUTPUT, SET, WORKERS_MAX, workersFlag } from '../common-flags.ts';
import { flag, integer, number, text, value } from '../flags.ts';
import { withProgress } from '../with-progress.ts';
import { write } from '../write.ts';

const SHARDS_MAX = 10_000;

const FLAGS = {
  reps: integer('N', 'replications of each point', { min: 1, max: 10_000, otherwise: "the experiment's" }),
  'until-ci': number(
    'SHARE',
    'run replications until the 95% intervals of the primary measures lie within this share of their means',
    { expected: 'a share between 0 and 1', fits: (share) => share > 0 && share < 1 },
  ),
  shard: value('I/N', 'run this part of N only; hundredblock merge joins them', {
    expected: `i/n with i from 1 to n and n at most ${SHARDS_MAX}, such as 1/4`,
    parse: shardOf,
    default: '1/1',
  }),
  workers: workersFlag('one a processor'),
  set: { ...SET, help: 'override one option of the base scenario' },
  ...OUTPUT,
  out: text('DIR', 'folder to write into; one with a journal of this experiment is continued', {
    otherwise: 'results/runs/sweep-<name>',
  }),
  json: flag('print experiment.json alone on stdout, everything else on stderr'),
} as const;

type SweepArgs = Args<typeof FLAGS>;

export const sweep = defineCommand({
  name: 'sweep',
  summary:
    'run an experiment: points that differ in what is varied, many replications of each, intervals and differences',
  usage: '<experiment>',
  positionals: { min: 1, max: 1 },
  flags: FLAGS,
  examples: [
    'hundredblock sweep dose-response --reps 30',
    'hundredblock sweep withdrawal --until-ci 0.05 --workers 2',
    'hundredblock sweep my-experiment.json --shard 1/4 --out shards/1',
  ],

  async run(args, signal): Promise<number> {
    const resolved = await resolveArgs(args);
    const { name, replications } = resolved.experiment;
    const extent = readExtent(args, replications);
    const { shard, quiet, workers = Math.min(availableParallelism(), WORKERS_MAX) } = args.flags;
    const part = shard.of === 1 ? '' : `-shard-${shard.index}-of-${shard.of}`;
    const outDir = args.flags.out ?? join('results', 'runs', `sweep-${name}${part}`);
    const command = repeatCommand(args, extent.kind === 'reps' ? { reps: extent.count } : { 'until-ci': extent.share });
    const { runExperiment } = await import('../../studies/experiment/experiment.ts');
    try {
      const experimented = await withProgress(name, quiet, (onProgress) =>
        runExperiment({
          resolved,
          extent,
          shard,
          workers,
          outDir,
          signal,
          command,
          onProgress: ({ ran, known, left }) =>
            onProgress(
              (ran + known) / Math.max(1, ran + known + left),
              `${nounText(ran, 'replication')}${known > 0 ? `, ${known} known before` : ''}, ${left} to go`,
            ),
        }),
      );
      return await print(args, experimented, outDir);
    } catch (error) {
      throw outputError(outDir, error);
    }
  },
});

// --- internal ---

async function resolveArgs({ positionals: [name], flags: { set } }: SweepArgs): Promise<Resolved> {
  const { experimentOf, resolveExperiment } = await import('../../studies/experiment/resolve.ts');
  const resolved = resolveExperiment(name);
  const { experiment } = resolved;
  return set.length === 0 ? resolved : experimentOf({ ...experiment, set: [...experiment.set, ...set] });
}

function readExtent({ flags }: SweepArgs, replications: number): Extent {
  const { reps, 'until-ci': share } = flags;
  if (share === undefined) return { kind: 'reps', count: reps ?? replications };
  if (reps !== undefined) throw new HundredblockError('HB_USAGE', 'sweep: expected --reps or --until-ci, found both');
  return { kind: 'until-ci', share };
}

function shardOf(given: string): Shard | undefined {
  const [, index, of] = (/^(\d{1,5})\/(\d{1,5})$/.exec(given) ?? []).map(Number);
  return index >= 1 && index <= of && of <= SHARDS_MAX ? { index, of } : undefined;
}

async function print({ flags }: SweepArgs, experimented: Experimented, outDir: string): Promise<number> {
  const { file, replications, wide } = experimented;
  if (file === null) {
    const there = nounText(replications, 'replication');
    await write(process.stderr, `hundredblock: ${there} in ${outDir}; the same command goes on from there\n`);
    return EXIT.interrupted;
  }
  const { result, provenance } = file;
  const { summaryLines } = await import('../../studies/experiment/words.ts');
  const lines =
    provenance.shard.of > 1
      ? [`${nounText(result.runs.length, 'run')} of ${result.experiment.name}`, '', `Shard: ${outDir}`]
      : [...summaryLines(result), '', `Report: ${join(outDir, 'report.html')}`];
  if (flags.json) await write(process.stdout, `${JSON.stringify(file)}\n`);
  if (!flags.quiet) await write(flags.json ? process.stderr : process.stdout, `${lines.join('\n')}\n`);
  if (wide.length === 0) return EXIT.done;
  const names = wide.map((point) => point.name).join(', ');
  await write(
    process.stderr,
    `hundredblock: check failed: until-ci: expected intervals as narrow as asked for, found wider ones after ${result.experiment.replicationsMax} replications at ${names}\n`,
  );
  return EXIT.failed;
}
