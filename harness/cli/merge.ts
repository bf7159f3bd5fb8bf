/** `hundredblock merge`: the shards of an experiment as one. */
import { join } from 'node:path';
import { EXIT, HundredblockError } from '../../contract/errors.ts';
import { mergeExperiment } from '../studies/experiment/experiment.ts';
import { summaryLines } from '../studies/experiment/words.ts';
import { valueOf, type Args } from './args.ts';
import { commandLine } from '../records/command-line.ts';
import { outputError } from '../records/output.ts';
import { write } from './write.ts';

/** Writes what an unsharded sweep would have written. Errors are thrown as HundredblockError. */
export async function merge(args: Args): Promise<number> {
  const dirs = args.positionals;
  const outDir = valueOf(args, 'out');
  if (outDir === undefined) throw new HundredblockError('HB_USAGE', 'merge: expected --out DIR, found none');
  try {
    const file = mergeExperiment(dirs, outDir, commandLine(['merge', ...dirs, '--out', outDir]));
    const json = args.switches.has('json');
    if (json) await write(process.stdout, `${JSON.stringify(file)}\n`);
    const told = [...summaryLines(file.result), '', `Report: ${join(outDir, 'report.html')}`, ''].join('\n');
    if (!args.switches.has('quiet')) await write(json ? process.stderr : process.stdout, told);
    return EXIT.done;
  } catch (error) {
    throw outputError(outDir, error);
  }
}
