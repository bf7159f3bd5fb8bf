/** `hundredblock merge`. */
import { join } from 'node:path';
import { EXIT } from '../../../contract/errors.ts';
import { outputError } from '../../records/output.ts';
import { repeatCommand } from '../args.ts';
import { defineCommand } from '../command.ts';
import { NEW_FOLDER, OUTPUT } from '../common-flags.ts';
import { flag } from '../flags.ts';
import { write } from '../write.ts';

export const merge = defineCommand({
  name: 'merge',
  summary: 'join the shards of an experiment: the same bytes as if one machine had run all of it',
  usage: '<shard-dir>... --out DIR',
  positionals: { min: 1, max: 10_000 },
  flags: {
    ...OUTPUT,
    out: NEW_FOLDER,
    json: flag('print experiment.json alone on stdout, everything else on stderr'),
  },
  examples: ['hundredblock merge shards/1 shards/2 --out results/studies/dose-response'],

  async run(args): Promise<number> {
    const { out, json, quiet } = args.flags;
    const [{ mergeExperiment }, { summaryLines }] = await Promise.all([
      import('../../studies/experiment/experiment.ts'),
      import('../../studies/experiment/words.ts'),
    ]);
    try {
      const file = mergeExperiment(args.positionals, out, repeatCommand(args, { out }));
      if (json) await write(process.stdout, `${JSON.stringify(file)}\n`);
      const page = [...summaryLines(file.result), '', `Report: ${join(out, 'report.html')}`, ''].join('\n');
      if (!quiet) await write(json ? process.stderr : process.stdout, page);
      return EXIT.done;
    } catch (error) {
      throw outputError(out, error);
    }
  },
});
