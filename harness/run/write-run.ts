/** The files that every command leaves of a world that it ran, and the part of the record that names code, machine and time. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlertLine, FaultLine, MapFile } from '../../contract/record/lines.ts';
import { RUN_SCHEMA, type RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { formatIso } from '../../contract/time.ts';
import { writeReport } from '../report/report.ts';
import { stampText } from '../records/number-text.ts';
import { readCode, readHost } from '../records/provenance.ts';
import type { ShardResult } from '../engine/shard-result.ts';

/** A run that has started. */
export interface RunStart {
  scenario: Scenario;
  seed: number;
  workers: number;
  /** The command line that repeats the run. */
  command: string;
  /** Unix ms. */
  startedAtMs: number;
}

type RecordHead = Pick<
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

/** A run's id, `<scenario>-<seed>-<time>-<hash>`, and the hash of its whole history. */
export function runIdentity(
  { scenario, seed, startedAtMs }: Pick<RunStart, 'scenario' | 'seed' | 'startedAtMs'>,
  shards: readonly Pick<ShardResult, 'id' | 'historyHash'>[],
): Pick<RunRecord, 'id' | 'historyHash'> {
  const historyHash = hashHistories(shards);
  return { id: `${scenario.name}-${seed}-${stampText(startedAtMs)}-${historyHash.slice(0, 6)}`, historyHash };
}

/** One SHA-256 over the agencies' history hashes, in their order. */
export function hashHistories(shards: readonly Pick<ShardResult, 'id' | 'historyHash'>[]): string {
  return createHash('sha256')
    .update(shards.map((shard) => `${shard.id} ${shard.historyHash}`).join('\n'))
    .digest('hex');
}

/** Each value as JSON on a line of its own. */
export function jsonLines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** The fields of a record that say what ran, where and how fast. `events`: number of events, motions left out. */
export function recordHead(
  start: RunStart,
  shards: readonly ShardResult[],
  wallMs: number,
  events: number,
): RecordHead {
  const { scenario, seed, command, workers, startedAtMs } = start;
  return {
    schema: RUN_SCHEMA,
    ...runIdentity(start, shards),
    seed,
    scenario: { name: scenario.name, options: scenario },
    command,
    code: readCode(),
    host: readHost(workers),
    startedAt: formatIso(startedAtMs),
    wallMs: Math.round(wallMs),
    eventsPerSecond: Math.round(events / (wallMs / 1000)),
    // Peak of the whole process, workers included. Node gives kibibytes on Linux and macOS alike.
    maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** A finished run, from which its files are made. */
export interface FinishedRun {
  record: RunRecord;
  shards: readonly ShardResult[];
  /** All alert lines, in the order of sortAlertLines. */
  lines: readonly AlertLine[];
  faults: readonly FaultLine[];
}

/** Writes run.json, alerts.jsonl, faults.jsonl, checkpoints.jsonl, map.json and report.html. Throws what the file system throws. */
export async function writeRun(outDir: string, { record, shards, lines, faults }: FinishedRun): Promise<void> {
  await mkdir(outDir, { recursive: true });
  await writeFile(join(outDir, 'alerts.jsonl'), jsonLines(lines));
  await writeFile(join(outDir, 'faults.jsonl'), jsonLines(faults));
  await writeFile(join(outDir, 'checkpoints.jsonl'), jsonLines(shards.flatMap((shard) => shard.checkpoints)));
  await writeFile(join(outDir, 'map.json'), JSON.stringify(makeMap(shards)));
  await writeFile(join(outDir, 'run.json'), `${JSON.stringify(record)}\n`);
  await writeReport(outDir);
}

/** Sorts alert lines in place by time, then agency, then identifier, and answers them. */
export function sortAlertLines(lines: AlertLine[]): AlertLine[] {
  return lines.sort(
    (a, b) =>
      a.sentMs - b.sentMs ||
      (a.agency < b.agency ? -1 : a.agency > b.agency ? 1 : 0) ||
      (a.identifier < b.identifier ? -1 : 1),
  );
}

// --- internal ---

function makeMap(shards: readonly ShardResult[]): MapFile {
  const radii = new Map<number, number>();
  for (const { radiusDm, residents } of shards.flatMap((shard) => shard.radii))
    radii.set(radiusDm, (radii.get(radiusDm) ?? 0) + residents);
  return {
    agencies: shards.map((shard) => shard.map),
    radii: [...radii].sort((a, b) => a[0] - b[0]).map(([radiusDm, residents]) => ({ radiusDm, residents })),
  };
}
