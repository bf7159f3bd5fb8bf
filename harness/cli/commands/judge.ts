/** `hundredblock judge`. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';
import { repeatCommand } from '../args.ts';
import { defineCommand } from '../command.ts';
import { OUTPUT } from '../common-flags.ts';
import { targetFailure } from '../finish.ts';
import { text } from '../flags.ts';
import { runIntoFolder } from '../run-into-folder.ts';

const DRIVER_FILE = 'driver.json';
const TRACE_FILE = 'trace.json';
/** A driver that its user told to stop gives this reason. */
const INTERRUPTED = 'interrupted';

export const judge = defineCommand({
  name: 'judge',
  summary: 'judge what any driver saw of a trace, as load does at its end',
  usage: '<observations-dir>',
  positionals: { min: 1, max: 1 },
  flags: {
    trace: text('DIR', 'the trace that was sent', { otherwise: 'trace/ beside the observations', repeats: true }),
    ...OUTPUT,
  },
  examples: [
    'hundredblock judge results/runs/ID/wire --out runs/judged-again',
    'hundredblock judge k6-output --trace traces/rush --json',
  ],

  async run(args): Promise<number> {
    const observationsDir = findObservations(args.positionals[0]);
    const traceDir = args.flags.trace ?? findTrace(observationsDir);
    return runIntoFolder(args, 'judge', async ({ dir, onProgress }) => {
      const { judgeObservations } = await import('../../run/judging.ts');
      const command = repeatCommand(args, { trace: traceDir });
      const { record, stopped } = await judgeObservations({
        traceDir,
        observationsDir,
        command,
        outDir: dir,
        onProgress,
      });
      return { record, failure: targetFailure(stopped, stopped === INTERRUPTED) };
    });
  },
});

// --- internal ---

/** The folder itself, `wire/` of a run directory, or the folder above k6's own output: that output lacks what the portals saw that a load run hosts. */
function findObservations(dir: string): string {
  const places = [dir, join(dir, 'wire'), ...(basename(resolve(dir)) === 'k6' ? [join(dir, '..')] : [])];
  return places.find((place) => existsSync(join(place, DRIVER_FILE))) ?? dir;
}

/** The trace in one of the places in which a run directory keeps it. Throws HB_USAGE if there is none. */
function findTrace(observationsDir: string): string {
  const places = [join(observationsDir, '..', 'trace'), join(observationsDir, 'trace')];
  const dir = places.find((place) => existsSync(join(place, TRACE_FILE)));
  if (dir !== undefined) return dir;
  throw new HundredblockError(
    'HB_USAGE',
    `judge: expected --trace DIR, since no trace lies beside the observations, found none (${places[0]})`,
  );
}
