/** One run: simulate, judge, write the run directory. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { RUN_SCHEMA, type AlertLine, type MapFile, type RunRecord } from '../../contract/runrecord.ts';
import type { CreatePipeline } from '../../contract/pipeline.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { formatIso } from '../../contract/time.ts';
import { figuresOf } from '../measure/record.ts';
import { writeReport } from '../report/report.ts';
import { codeOf, hostOf } from './provenance.ts';
import type { ShardResult } from './shard.ts';
import { simulate } from './simulate.ts';

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

/** Runs a scenario and writes run.json, alerts.jsonl, faults.jsonl, checkpoints.jsonl, map.json and report.html. Throws what the file system throws. */
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
  const lines = linesOf(shards);
  const faults = shards.flatMap((s) => s.faults);
  const figures = figuresOf(scenario, shards, lines, faults);
  const wallMs = performance.now() - begun;
  const historyHash = createHash('sha256')
    .update(shards.map((s) => `${s.id} ${s.historyHash}`).join('\n'))
    .digest('hex');
  const record: RunRecord = {
    schema: RUN_SCHEMA,
    id: `${scenario.name}-${seed}-${formatIso(startedAtMs).replaceAll(/[-:]/g, '').slice(0, 15)}-${historyHash.slice(0, 6)}`,
    partial: simulated.partial,
    seed,
    scenario: { name: scenario.name, options: scenario },
    command: o.command,
    code: codeOf(),
    host: hostOf(o.workers),
    startedAt: formatIso(startedAtMs),
    simulated: { startMs: scenario.startMs, endMs: simulated.endMs },
    historyHash,
    ...figures,
    wallMs: Math.round(wallMs),
    eventsPerSecond: Math.round(figures.events.withoutMotions / (wallMs / 1000)),
    // Peak of the whole process, workers included; kibibytes on Linux and macOS alike in Node.
    maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  const outDir = o.outDir ?? join('results', 'runs', record.id);
  await mkdir(outDir, { recursive: true });
  const jsonLines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await writeFile(join(outDir, 'alerts.jsonl'), jsonLines(lines));
  await writeFile(join(outDir, 'faults.jsonl'), jsonLines(faults));
  await writeFile(join(outDir, 'checkpoints.jsonl'), jsonLines(shards.flatMap((s) => s.checkpoints)));
  await writeFile(join(outDir, 'map.json'), JSON.stringify(mapOf(shards)));
  await writeFile(join(outDir, 'run.json'), `${JSON.stringify(record)}\n`);
  o.onProgress?.(1, simulated.endMs, 'writing the report');
  await writeReport(outDir);
  return { record, outDir };
}

// --- internal ---

/** All shards' alert lines by time. */
function linesOf(shards: readonly ShardResult[]): AlertLine[] {
  const lines = shards.flatMap((s) => s.judgement.lines);
  return lines.sort(
    (a, b) =>
      a.sentMs - b.sentMs ||
      (a.agency < b.agency ? -1 : a.agency > b.agency ? 1 : 0) ||
      (a.identifier < b.identifier ? -1 : 1),
  );
}

function mapOf(shards: readonly ShardResult[]): MapFile {
  const radii = new Map<number, number>();
  for (const { radiusDm, residents } of shards.flatMap((s) => s.radii))
    radii.set(radiusDm, (radii.get(radiusDm) ?? 0) + residents);
  return {
    agencies: shards.map((s) => s.map),
    radii: [...radii].sort((a, b) => a[0] - b[0]).map(([radiusDm, residents]) => ({ radiusDm, residents })),
  };
}
