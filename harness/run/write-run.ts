/** What every command that runs a world leaves behind: the same files, and the same facts of where and with what it ran. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlertLine, FaultLine, MapFile } from '../../contract/record/lines.ts';
import { RUN_SCHEMA, type RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { formatIso } from '../../contract/time.ts';
import { writeReport } from '../report/report.ts';
import { readCode, readHost } from '../records/provenance.ts';
import type { ShardResult } from '../engine/shard-result.ts';

export interface Started {
  scenario: Scenario;
  seed: number;
  workers: number;
  /** The command line that replays the run. */
  command: string;
  /** Unix ms. */
  startedAtMs: number;
}

type Head = Pick<
  RunRecord,
  | 'schema'
  | 'id'
  | 'seed'
  | 'scenario'
  | 'command'
  | 'code'
  | 'host'
  | 'startedAt'
  | 'historyHash'
  | 'wallMs'
  | 'eventsPerSecond'
  | 'maxRssMiB'
>;

/** A run's id, and the history that it stands for. */
export function identityOf(
  s: Pick<Started, 'scenario' | 'seed' | 'startedAtMs'>,
  shards: readonly Pick<ShardResult, 'id' | 'historyHash'>[],
): Pick<RunRecord, 'id' | 'historyHash'> {
  const historyHash = historyHashOf(shards);
  const started = formatIso(s.startedAtMs).replaceAll(/[-:]/g, '').slice(0, 15);
  return { id: `${s.scenario.name}-${s.seed}-${started}-${historyHash.slice(0, 6)}`, historyHash };
}

/** The agencies' hashes, in their order, as one. */
export function historyHashOf(shards: readonly Pick<ShardResult, 'id' | 'historyHash'>[]): string {
  return createHash('sha256')
    .update(shards.map((shard) => `${shard.id} ${shard.historyHash}`).join('\n'))
    .digest('hex');
}

/** One JSON value a line. */
export function jsonLines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** The fields of a record that say what ran, where and how fast. `events`: without motions. */
export function headOf(s: Started, shards: readonly ShardResult[], wallMs: number, events: number): Head {
  return {
    schema: RUN_SCHEMA,
    ...identityOf(s, shards),
    seed: s.seed,
    scenario: { name: s.scenario.name, options: s.scenario },
    command: s.command,
    code: readCode(),
    host: readHost(s.workers),
    startedAt: formatIso(s.startedAtMs),
    wallMs: Math.round(wallMs),
    eventsPerSecond: Math.round(events / (wallMs / 1000)),
    // Peak of the whole process, workers included; kibibytes on Linux and macOS alike in Node.
    maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** Writes run.json, alerts.jsonl, faults.jsonl, checkpoints.jsonl, map.json and report.html. Throws what the file system throws. */
export async function writeRun(
  outDir: string,
  record: RunRecord,
  shards: readonly ShardResult[],
  lines: readonly AlertLine[],
  faults: readonly FaultLine[],
): Promise<void> {
  await mkdir(outDir, { recursive: true });
  await writeFile(join(outDir, 'alerts.jsonl'), jsonLines(lines));
  await writeFile(join(outDir, 'faults.jsonl'), jsonLines(faults));
  await writeFile(join(outDir, 'checkpoints.jsonl'), jsonLines(shards.flatMap((s) => s.checkpoints)));
  await writeFile(join(outDir, 'map.json'), JSON.stringify(mapOf(shards)));
  await writeFile(join(outDir, 'run.json'), `${JSON.stringify(record)}\n`);
  await writeReport(outDir);
}

/** Alert lines by time, then agency, then name. */
export function inOrder(lines: AlertLine[]): AlertLine[] {
  return lines.sort(
    (a, b) =>
      a.sentMs - b.sentMs ||
      (a.agency < b.agency ? -1 : a.agency > b.agency ? 1 : 0) ||
      (a.identifier < b.identifier ? -1 : 1),
  );
}

// --- internal ---

function mapOf(shards: readonly ShardResult[]): MapFile {
  const radii = new Map<number, number>();
  for (const { radiusDm, residents } of shards.flatMap((s) => s.radii))
    radii.set(radiusDm, (radii.get(radiusDm) ?? 0) + residents);
  return {
    agencies: shards.map((s) => s.map),
    radii: [...radii].sort((a, b) => a[0] - b[0]).map(([radiusDm, residents]) => ({ radiusDm, residents })),
  };
}
