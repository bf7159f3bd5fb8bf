/** `hundredblock report`. */
import { join } from 'node:path';
import { EXIT, HundredblockError } from '../../../contract/errors.ts';
import { outputError } from '../../records/output.ts';
import { defineCommand } from '../command.ts';
import { flag } from '../flags.ts';
import { write } from '../write.ts';

export const report = defineCommand({
  name: 'report',
  summary: 'rebuild report.html from a run, or find where two runs differ',
  usage: '<run-dir> | --diff <run-dir> <run-dir>',
  positionals: { min: 1, max: 2 },
  flags: {
    diff: flag('compare two runs: exact fields, then the first differing event; exit code 1 if they differ'),
  },
  examples: ['hundredblock report results/runs/city-1', 'hundredblock report --diff runs/a runs/b'],

  async run({ positionals: [a, b], flags }): Promise<number> {
    if (flags.diff) return compareTwo(a, b);
    if (b !== undefined)
      throw new HundredblockError(
        'HB_USAGE',
        'report <run-dir>: expected 1 argument, found 2 (to compare two runs: report --diff)',
      );
    const { writeReport } = await import('../../report/report.ts');
    try {
      await writeReport(a);
    } catch (error) {
      throw outputError(a, error);
    }
    await write(process.stdout, `Report: ${join(a, 'report.html')}\n`);
    return EXIT.done;
  },
});

// --- internal ---

async function compareTwo(a: string, b: string | undefined): Promise<number> {
  if (b === undefined) throw new HundredblockError('HB_USAGE', 'report --diff: expected 2 arguments, found 1');
  const { describeDifference } = await import('../../run/first-difference.ts');
  const { same, lines } = await describeDifference(a, b);
  await write(process.stdout, `${lines.join('\n')}\n`);
  return same ? EXIT.done : EXIT.failed;
}
