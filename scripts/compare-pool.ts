/**
 * `npm run compare-pool -- --trials 200`: real trials of one build, one after the other, for the pool from which `npm run compare-proof`
 * computes the gate's error rates. Stopped and started again, it goes on where it was; a pool of another trace is refused.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HundredblockError } from '../contract/errors.ts';
import { trialScenario, openTrialTrace, recordTrialTrace } from '../harness/studies/compare/trial-trace.ts';
import { runSide } from '../harness/studies/compare/run-side.ts';
import { checkoutSide } from '../harness/studies/compare/side.ts';
import { appendTrial, readTrials, writeTrials } from '../harness/studies/compare/trials.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const POOL = join(ROOT, 'results/pool/trials.jsonl');
const SEED = 1;
/** A trial that fails, on a machine that is overrun, is told of and left out. */
const FAILURES_MAX = 10;

const { values } = parseArgs({ options: { trials: { type: 'string' }, out: { type: 'string' } } });
const wanted = Number(values.trials ?? 200);
if (!Number.isSafeInteger(wanted) || wanted < 1)
  throw new HundredblockError('HB_USAGE', `--trials: expected a whole number from 1, found ${values.trials}`);
const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
await collect(values.out ?? POOL, wanted, interrupt.signal);

async function collect(path: string, trials: number, signal: AbortSignal): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hundredblock-pool-'));
  try {
    await recordTrialTrace(trialScenario(null, [], SEED), SEED, folder, signal);
    const { yardstick, head, speed } = await openTrialTrace(folder);
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) writeTrials(path, { head, trials: [] });
    const known = readTrials(path);
    if (known.head.traceSha256 !== head.traceSha256)
      throw new HundredblockError(
        'HB_BASELINE',
        `${path}: expected trials of the trace ${head.traceSha256.slice(0, 12)}, found ${known.head.traceSha256.slice(0, 12)}`,
      );
    const side = checkoutSide('this checkout', ROOT);
    let failures = 0;
    for (let block = known.trials.length; block < trials && !signal.aborted; block += 1) {
      try {
        const trial = await runSide({ side, yardstick, speed, signal });
        appendTrial(path, { side: 'a', block, ...trial });
        console.log(`${block + 1}/${trials} load ${trial.load1.toFixed(1)} ${JSON.stringify(trial.figures)}`);
      } catch (error) {
        if (signal.aborted) break;
        if (++failures > FAILURES_MAX) throw error;
        console.error(`left out: ${(error as Error).message}`);
        block -= 1;
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
