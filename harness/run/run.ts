/** One run in virtual time: simulate, judge, write the run directory. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { CreatePipeline } from '../../contract/pipeline.ts';
import type { RunRecord } from '../../contract/runrecord.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { formatIso } from '../../contract/time.ts';
import { figuresOf } from '../measure/record.ts';
import { OPEN_METRICS_FILE, writeOpenMetrics } from '../metrics/open-metrics.ts';
import { simulate } from './simulate.ts';
import { headOf, inOrder, writeRun } from './write-run.ts';

export interface RunOptions {
  scenario: Scenario;
  seed: number;
  workers: number;
  /** The command line that replays the run. */
  command: string;
  /** Where the run directory's files go; `results/runs/<id>` of the current folder where null. Made if it does not exist. */
  outDir: string | null;
  /** The pipeline under test; the reference pipeline where left out. */
  create?: CreatePipeline;
  signal?: AbortSignal;
  onProgress?: (fraction: number, simulatedMs: number, text: string) => void;
}

/** Runs a scenario and writes run.json, alerts.jsonl, faults.jsonl, checkpoints.jsonl, map.json, report.html and metrics.om. Throws what the file system throws. */
export async function runScenario(o: RunOptions): Promise<{ record: RunRecord; outDir: string }> {
  const startedAtMs = Date.now();
  const begun = performance.now();
  const { scenario, seed } = o;
  const dayText = (ms: number): string => `${formatIso(ms).slice(0, 16).replace('T', ' ')} simulated`;
  const simulated = await simulate({
    scenario,
    seed,
    workers: o.workers,
    create: o.create,
    signal: o.signal,
    onProgress: (fraction, ms) => o.onProgress?.(fraction, ms, dayText(ms)),
  });
  const { shards } = simulated;
  const lines = inOrder(shards.flatMap((s) => s.judgement.lines));
  const faults = shards.flatMap((s) => s.faults);
  const figures = figuresOf(scenario, shards, {
    judgements: shards.map((s) => s.judgement),
    lines,
    faults,
    receipts: shards.map((s) => s.receipts),
    delays: shards.map((s) => s.delays),
  });
  const record: RunRecord = {
    ...headOf({ ...o, startedAtMs }, shards, performance.now() - begun, figures.events.withoutMotions),
    partial: simulated.partial,
    simulated: { startMs: scenario.startMs, endMs: simulated.endMs },
    ...figures,
  };
  const outDir = o.outDir ?? join('results', 'runs', record.id);
  o.onProgress?.(1, simulated.endMs, 'writing the report');
  await writeRun(outDir, record, shards, lines, faults);
  await writeOpenMetrics({ record, lines, faults, shards }, join(outDir, OPEN_METRICS_FILE));
  return { record, outDir };
}
