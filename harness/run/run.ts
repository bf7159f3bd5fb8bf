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
import { headOf, historyHashOf, inOrder, jsonLines, writeRun } from './write-run.ts';

/** What differs between the two worlds of a pairing, one by one. */
const AGAINST_FILE = 'against.jsonl';

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
  /** A second world of the same seed to pair it with, and how it differs, as `path=value`. */
  against?: SecondWorld;
  signal?: AbortSignal;
  onProgress?: (fraction: number, simulatedMs: number, text: string) => void;
}

/** What a run in virtual time comes to, before anything is written: all alerts in order, all faults, and the figures of the record. */
export function outcomeOf(
  scenario: Scenario,
  shards: readonly ShardResult[],
): { figures: RecordMeasures; lines: AlertLine[]; faults: FaultLine[] } {
  const lines = inOrder(shards.flatMap((s) => s.judgement.lines));
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

/** Runs a scenario and writes run.json, alerts.jsonl, faults.jsonl, checkpoints.jsonl, map.json, report.html and metrics.om; beside another world, against.jsonl too. Throws what the file system throws. */
export async function runScenario(o: RunOptions): Promise<{ record: RunRecord; outDir: string }> {
  const startedAtMs = Date.now();
  const begun = performance.now();
  const { scenario, seed } = o;
  const dayText = (ms: number): string => `${formatIso(ms).slice(0, 16).replace('T', ' ')} simulated`;
  const { workers, create, signal, against } = o;
  const worlds = against === undefined ? 1 : 2;
  const live = (world: number, of: Scenario): Promise<Simulated> =>
    simulate({
      scenario: of,
      seed,
      workers,
      create,
      ledger: against !== undefined,
      signal,
      onProgress: (fraction, ms) => o.onProgress?.((world + fraction) / worlds, ms, dayText(ms)),
    });
  const simulated = await live(0, scenario);
  const second = against === undefined || simulated.partial ? null : await live(1, against.scenario);
  const { shards } = simulated;
  const { figures, lines, faults } = outcomeOf(scenario, shards);
  const record: RunRecord = {
    ...headOf({ ...o, startedAtMs }, shards, performance.now() - begun, figures.events.withoutMotions),
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
          secondHistoryHash: historyHashOf(second.shards),
        });
  if (pairing !== null) record.against = pairing.against;
  const outDir = o.outDir ?? join('results', 'runs', record.id);
  o.onProgress?.(1, simulated.endMs, 'writing the report');
  await writeRun(outDir, record, shards, lines, faults);
  if (pairing !== null) await writeFile(join(outDir, AGAINST_FILE), jsonLines(pairing.lines));
  await writeOpenMetrics({ record, lines, faults, shards }, join(outDir, OPEN_METRICS_FILE));
  return { record, outDir };
}
