/** `hundredblock report`. */
import { join } from 'node:path';
import { EXIT, HundredblockError } from '../../contract/errors.ts';
import type { Args } from './args.ts';
import { outputError } from '../records/output.ts';
import { write } from './write.ts';

/** Rebuilds a run's report, or compares two runs (1 where they differ); errors are thrown as HundredblockError. */
export async function report(args: Args): Promise<number> {
  const [a, b] = args.positionals;
  if (args.switches.has('diff')) {
    if (b === undefined) throw new HundredblockError('HB_USAGE', 'report --diff: expected 2 arguments, found 1');
    const { describeDifference } = await import('../run/first-difference.ts');
    const { same, lines } = await describeDifference(a, b);
    await write(process.stdout, `${lines.join('\n')}\n`);
    return same ? EXIT.done : EXIT.failed;
  }
  if (b !== undefined)
    throw new HundredblockError(
      'HB_USAGE',
      'report <run-dir>: expected 1 argument, found 2 (to compare two runs: report --diff)',
    );
  const { writeReport } = await import('../report/report.ts');
  try {
    await writeReport(a);
  } catch (error) {
    throw outputError(a, error);
  }
  await write(process.stdout, `Report: ${join(a, 'report.html')}\n`);
  return EXIT.done;
}
