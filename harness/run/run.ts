/** One run in virtual time: simulate, judge, write the run directory. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { CreatePipeline } from '../../contract/pipeline.ts';
import type { AlertLine, FaultLine } from '../../contract/record/lines.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { formatIso } from '../../contract/time.ts';
import { measureRun, type RecordMeasures } from '../engine/measures.ts';
import { OPEN_METRICS_FILE, writeOpenMetrics } from '../report/metrics/open-metrics.ts';
import type { ShardResult } from '../engine/shard-result.ts';
import { compareWorlds } from '../engine/against/against.ts';
import type { SecondWorld } from '../engine/against/second-world.ts';
import { simulate, type Simulated } from '../engine/simulate.ts';
import { hashHistories, jsonLines, recordHead, sortAlertLines, writeRun } from './write-run.ts';

/** The events that differ between the two worlds of a pairing, a line each. */
const AGAINST_FILE = 'against.jsonl';

/** Options of a run in virtual time. */
export interface RunOptions<OutDir extends string | null = string | null> {
  scenario: Scenario;
  seed: number;
  workers: number;
  /** The command line that repeats the run. */
  command: string;
  /** Folder for the run's files, made if it does not exist; null if nothing is to be written. */
  outDir: OutDir;
  /** Makes the pipeline under test; left out, it is the reference pipeline. */
  create?: CreatePipeline;
  /** A second world of the same seed that this one is compared with. */
  against?: SecondWorld;
  signal?: AbortSignal;
  onProgress?: (fraction: number, simulatedMs: number, text: string) => void;
}

/** The outcome of a run in virtual time, before anything is written: all alert lines in order, all faults, and the record's figures. */
export function runOutcome(
  scenario: Scenario,
  shards: readonly ShardResult[],
): { figures: RecordMeasures; lines: AlertLine[]; faults: FaultLine[] } {
  const lines = sortAlertLines(shards.flatMap((s) => s.judgement.lines));
  const faults = shards.flatMap((s) => s.faults);
  const figures = measureRun(scenario, shards, {
    judgements: shards.map((s) => s.judgement),
    lines,
    faults,
    receipts: shards.map((s) => s.receipts),
    delays: shards.map((s) => s.delays),
  });
  return { figures, lines, faults };
}

/**
 * Runs a scenario and, if there is a folder for them, writes run.json, alerts.jsonl, faults.jsonl, checkpoints.jsonl, map.json, report.html and metrics.om, and against.jsonl
 * if there is a second world. Throws what the file system throws.
 */
export async function runScenario<OutDir extends string | null>(
  options: RunOptions<OutDir>,
): Promise<{ record: RunRecord; outDir: OutDir }> {
  const startedAtMs = Date.now();
  const startMs = performance.now();
  const { scenario, seed, workers, create, signal, against, onProgress } = options;
  const dayText = (ms: number): string => `${formatIso(ms).slice(0, 16).replace('T', ' ')} simulated`;
  const worlds = against === undefined ? 1 : 2;
  const run = (world: number, its: Scenario): Promise<Simulated> =>
    simulate({
      scenario: its,
      seed,
      workers,
      create,
      ledger: against !== undefined,
      signal,
      onProgress: (fraction, ms) => onProgress?.((world + fraction) / worlds, ms, dayText(ms)),
    });
  const simulated = await run(0, scenario);
  const second = against === undefined || simulated.partial ? null : await run(1, against.scenario);
  const { shards } = simulated;
  const { figures, lines, faults } = runOutcome(scenario, shards);
  const record: RunRecord = {
    ...recordHead({ ...options, startedAtMs }, shards, performance.now() - startMs, figures.events.withoutMotions),
    partial: simulated.partial || second?.partial === true,
    simulated: { startMs: scenario.startMs, endMs: simulated.endMs },
    ...figures,
  };
  const pairing =
    second === null || second.partial
      ? null
      : compareWorlds({
          scenario,
          first: shards,
          second: second.shards,
          sets: against!.sets,
          secondHistoryHash: hashHistories(second.shards),
        });
  if (pairing !== null) record.against = pairing.against;
  const { outDir } = options;
  if (outDir === null) return { record, outDir };
  onProgress?.(1, simulated.endMs, 'writing the report');
  await writeRun(outDir, { record, shards, lines, faults });
  if (pairing !== null) await writeFile(join(outDir, AGAINST_FILE), jsonLines(pairing.lines));
  await writeOpenMetrics({ record, lines, faults, shards }, join(outDir, OPEN_METRICS_FILE));
  return { record, outDir };
}
