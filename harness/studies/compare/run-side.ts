/** One trial of one side. */
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

export interface SideTrialOptions {
  side: Side;
  yardstick: Yardstick;
  /** Simulated seconds per wall second. */
  speed: number;
  signal?: AbortSignal;
}

/** Starts the side's target, sends it the trace, judges it, and leaves nothing behind. Throws HB_TARGET where the target does not last the trial. */
export async function runSide(o: SideTrialOptions): Promise<Omit<Trial, 'side' | 'block'>> {
  const startedAt = formatIso(Date.now());
  const running = await o.side.start(o.signal);
  const outDir = mkdtempSync(join(tmpdir(), 'hundredblock-trial-'));
  try {
    const driven = await drive(o, running, outDir);
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

/** A target that was started and ends by itself ends the trial, instead of leaving it to wait for answers. */
async function drive(
  { side, yardstick, speed, signal }: SideTrialOptions,
  { target, ended }: RunningTarget,
  outDir: string,
): Promise<Driven> {
  const gone = new AbortController();
  let how: string | null = null;
  void ended.then((what) => {
    how = what;
    return gone.abort();
  });
  const signals = signal === undefined ? [gone.signal] : [gone.signal, signal];
  const driven = await runTrial({ yardstick, outDir, target, speed, signal: AbortSignal.any(signals) });
  const { stopped } = driven.judged;
  if (stopped === null) return driven;
  const found = how === null ? stopped : `that it ended with ${how}`;
  throw new HundredblockError('HB_TARGET', `${side.label}: expected it to last the trial, found ${found}`);
}

/** Six digits are beyond what any of them is exact to. */
function rounded(figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(6))]));
}
