/** `hundredblock judge`. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { HundredblockError } from '../../contract/errors.ts';
import { valueOf, type Args } from './args.ts';
import { commandLine } from '../records/command-line.ts';
import { finish, summaryWidth } from './finish.ts';
import { openOutput, outputError } from '../records/output.ts';

/** Judges what a driver saw and answers the exit code that `load` would have given; errors are thrown as HundredblockError. */
export async function judge(args: Args): Promise<number> {
  const [dir] = args.positionals;
  const observationsDir = observationsIn(dir);
  const traceDir = valueOf(args, 'trace') ?? traceBeside(observationsDir);
  const json = args.switches.has('json');
  const quiet = args.switches.has('quiet');
  const output = openOutput(valueOf(args, 'out') ?? null);
  const [{ judgeObservations }, { createProgress }, { summaryLines }] = await Promise.all([
    import('../run/judging.ts'),
    import('../report/progress.ts'),
    import('../report/summary.ts'),
  ]);
  const progress = createProgress({ stream: process.stderr, label: 'judge', quiet });
  let loaded: Awaited<ReturnType<typeof judgeObservations>>;
  let outDir: string;
  try {
    loaded = await judgeObservations({
      traceDir,
      observationsDir,
      command: commandLine(['judge', dir, '--trace', traceDir]),
      outDir: output.stageDir,
      onProgress: (fraction, text) => progress.update(fraction, text),
    });
    outDir = output.commit(loaded.record.id);
  } catch (error) {
    output.discard();
    throw outputError(valueOf(args, 'out') ?? 'results/runs', error);
  } finally {
    progress.end();
  }
  const { record, stopped } = loaded;
  const failure = stopped === null || stopped === INTERRUPTED ? null : new HundredblockError('HB_TARGET', stopped);
  const summary = quiet ? null : summaryLines(record, summaryWidth());
  return finish({ record, summary, outDir, json, failure });
}

// --- internal ---

const DRIVER_FILE = 'driver.json';
const TRACE_FILE = 'trace.json';
/** Why a driver stopped whose user told it to. */
const INTERRUPTED = 'interrupted';

/** The folder itself, `wire/` of a run directory, or the one above k6's own output, which lacks what the portals that a load run hosts saw. */
function observationsIn(dir: string): string {
  const places = [dir, join(dir, 'wire'), ...(basename(resolve(dir)) === 'k6' ? [join(dir, '..')] : [])];
  return places.find((place) => existsSync(join(place, DRIVER_FILE))) ?? dir;
}

/** Where a run directory keeps the trace. */
function traceBeside(observationsDir: string): string {
  const places = [join(observationsDir, '..', 'trace'), join(observationsDir, 'trace')];
  const found = places.find((place) => existsSync(join(place, TRACE_FILE)));
  if (found !== undefined) return found;
  throw new HundredblockError(
    'HB_USAGE',
    `judge: expected --trace DIR, since no trace lies beside the observations, found none (${places[0]})`,
  );
}
