/** Runs one trial of one side. */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';
import { formatIso } from '../../../contract/time.ts';
import type { Yardstick } from '../../judge/judge.ts';
import { runTrial, type Trial as Driven } from '../../run/trial.ts';
import { wireValues, wireViolations } from './measures.ts';
import type { RunningTarget, Side } from './side.ts';
import type { Trial } from './trials.ts';

/** The side, and the trace that it is sent. */
export interface SideTrialOptions {
  side: Side;
  yardstick: Yardstick;
  /** Simulated seconds per wall second. */
  speed: number;
  signal?: AbortSignal;
}

/**
 * Starts the side's target, sends it the trace, judges the trial, and leaves nothing behind. Throws HB_TARGET if the target does not
 * last the trial.
 */
export async function runSide(options: SideTrialOptions): Promise<Omit<Trial, 'side' | 'block'>> {
  const startedAt = formatIso(Date.now());
  const running = await options.side.start(options.signal);
  const outDir = mkdtempSync(join(tmpdir(), 'hundredblock-trial-'));
  try {
    const driven = await drive(options, running, outDir);
    const { judged } = driven;
    const { judgement, sameOutcome, load, latencyMs } = judged;
    return {
      startedAt,
      load1: loadavg()[0],
      lagP99Ms: judged.generatorLagMs.p99,
      bottleneck: load.bottleneck.verdict,
      figures: rounded(wireValues({ latencyMs, load }, running.cost())),
      violations: wireViolations({ verdicts: judgement.verdicts, duty: judgement.owed, sameOutcome }, load),
    };
  } finally {
    await running.stop();
    rmSync(outDir, { recursive: true, force: true });
  }
}

// --- internal ---

/** If a target that was started here ends by itself, the trial ends too, instead of waiting for answers. */
async function drive(
  { side, yardstick, speed, signal }: SideTrialOptions,
  { target, ended }: RunningTarget,
  outDir: string,
): Promise<Driven> {
  const gone = new AbortController();
  let ending: string | null = null;
  void ended.then((how) => {
    ending = how;
    return gone.abort();
  });
  const signals = signal === undefined ? [gone.signal] : [gone.signal, signal];
  const driven = await runTrial({ yardstick, outDir, target, speed, signal: AbortSignal.any(signals) });
  const { stopped } = driven.judged;
  if (stopped === null) return driven;
  const found = ending === null ? stopped : `that it ended with ${ending}`;
  throw new HundredblockError('HB_TARGET', `${side.label}: expected a target that lasts the trial, found ${found}`);
}

/** Rounds to six digits, which is finer than any of the values is exact. */
function rounded(figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(6))]));
}
