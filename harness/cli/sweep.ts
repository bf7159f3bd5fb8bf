/** `hundredblock sweep`: an experiment, or a shard of it, with many replications. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { EXIT, HundredblockError } from '../../contract/errors.ts';
import { runExperiment, type Experimented } from '../studies/experiment/experiment.ts';
import { experimentOf, resolveExperiment, type Resolved } from '../studies/experiment/resolve.ts';
import type { Extent, Shard } from '../studies/experiment/schedule.ts';
import type { SweepOptions } from '../studies/experiment/sweep.ts';
import { summaryLines } from '../studies/experiment/words.ts';
import { nounText } from '../records/number-text.ts';
import { createProgress } from '../report/progress.ts';
import { decimal, valueOf, wholeNumber, type Args } from './args.ts';
import { commandLine } from '../records/command-line.ts';
import { outputError } from '../records/output.ts';
import { write } from './write.ts';

const WORKERS_MAX = 256;
const REPS_MAX = 10_000;
const SHARDS_MAX = 10_000;

/** Runs what the journal in the output folder does not have yet, then writes all results anew. Errors are thrown as HundredblockError. */
export async function sweep(args: Args, signal: AbortSignal): Promise<number> {
  const [name] = args.positionals;
  const sets = args.values.get('set') ?? [];
  const resolved = withSets(resolveExperiment(name), sets);
  const { experiment } = resolved;
  const extent = extentOf(args, experiment.replications);
  const shard = shardOf(args);
  const workers = wholeNumber(args, 'workers', 1, WORKERS_MAX, Math.min(availableParallelism(), WORKERS_MAX));
  const part = shard.of === 1 ? '' : `-shard-${shard.index}-of-${shard.of}`;
  const outDir = valueOf(args, 'out') ?? join('results', 'runs', `sweep-${experiment.name}${part}`);
  const command = commandLine(['sweep', name, ...extentWords(extent), ...sets.flatMap((set) => ['--set', set])]);
  const quiet = args.switches.has('quiet');
  const done = await run({ resolved, extent, shard, workers, outDir, signal, command }, quiet);
  return tell(args, done, outDir);
}

// --- internal ---

function withSets(resolved: Resolved, sets: readonly string[]): Resolved {
  const { experiment } = resolved;
  return sets.length === 0 ? resolved : experimentOf({ ...experiment, set: [...experiment.set, ...sets] });
}

function extentOf(args: Args, replications: number): Extent {
  const share = decimal(args, 'until-ci');
  if (share === undefined) return { kind: 'reps', count: wholeNumber(args, 'reps', 1, REPS_MAX, replications) };
  if (valueOf(args, 'reps') !== undefined)
    throw new HundredblockError('HB_USAGE', 'sweep: expected --reps or --until-ci, found both');
  if (share > 0 && share < 1) return { kind: 'until-ci', share };
  throw new HundredblockError('HB_OPTION_VALUE', `--until-ci: expected a share between 0 and 1, found ${share}`);
}

function extentWords(extent: Extent): string[] {
  return extent.kind === 'reps' ? ['--reps', String(extent.count)] : ['--until-ci', String(extent.share)];
}

function shardOf(args: Args): Shard {
  const text = valueOf(args, 'shard') ?? '1/1';
  const [, index, of] = (/^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= of && of <= SHARDS_MAX) return { index, of };
  throw new HundredblockError(
    'HB_OPTION_VALUE',
    `--shard: expected i/n with i from 1 to n and n at most ${SHARDS_MAX}, such as 1/4, found ${JSON.stringify(text)}`,
  );
}

async function run(o: SweepOptions & { command: string }, quiet: boolean): Promise<Experimented> {
  const progress = createProgress({ stream: process.stderr, label: o.resolved.experiment.name, quiet });
  try {
    return await runExperiment({
      ...o,
      onProgress: ({ ran, known, left }) =>
        progress.update(
          (ran + known) / Math.max(1, ran + known + left),
          `${nounText(ran, 'replication')}${known > 0 ? `, ${known} known before` : ''}, ${left} to go`,
        ),
    });
  } catch (error) {
    throw outputError(o.outDir, error);
  } finally {
    progress.end();
  }
}

async function tell(args: Args, { file, replications, wide }: Experimented, outDir: string): Promise<number> {
  if (file === null) {
    const there = nounText(replications, 'replication');
    await write(process.stderr, `hundredblock: ${there} in ${outDir}; the same command goes on from there\n`);
    return EXIT.interrupted;
  }
  const { result, provenance } = file;
  const isShard = provenance.shard.of > 1;
  const lines = isShard
    ? [`${nounText(result.runs.length, 'run')} of ${result.experiment.name}`, '', `Shard: ${outDir}`]
    : [...summaryLines(result), '', `Report: ${join(outDir, 'report.html')}`];
  const json = args.switches.has('json');
  if (json) await write(process.stdout, `${JSON.stringify(file)}\n`);
  if (!args.switches.has('quiet')) await write(json ? process.stderr : process.stdout, `${lines.join('\n')}\n`);
  if (wide.length === 0) return EXIT.done;
  const names = wide.map((point) => point.name).join(', ');
  await write(
    process.stderr,
    `hundredblock: check failed: until-ci: expected intervals as narrow as asked for, found wider ones after ${result.experiment.replicationsMax} replications at ${names}\n`,
  );
  return EXIT.failed;
}
