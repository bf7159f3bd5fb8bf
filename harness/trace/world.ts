/**
 * The world's own figures, kept in a trace so that whoever sends it later can give a whole record: one line of truth/world.jsonl an agency, in
 * the order of agencies. JSON as it is, with an array of numbers where memory has a typed one; a negative zero comes back as zero.
 */
import { join } from 'node:path';
import type { ShardResult } from '../engine/shard.ts';
import type { Recorded, Trace } from './trace-api.ts';
import { FILES } from './files.ts';
import { HashedFile } from './hashed-file.ts';
import { linesOf, traceError } from './trace-file.ts';

/** `T` as JSON can say it. */
type Plain<T> = T extends Float64Array ? number[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

/** Returns the file's SHA-256. Throws what the file system throws. */
export async function writeWorld(dir: string, shards: readonly ShardResult[]): Promise<string> {
  const file = await HashedFile.create(join(dir, FILES.world));
  try {
    for (const shard of shards) await file.line(plainOf(shard));
    return await file.finish();
  } finally {
    await file.close();
  }
}

/** What recording this trace gave. Throws HB_TRACE where it keeps no figures (version 1.0), or they can't be read. */
export async function recordedOf(trace: Trace): Promise<Recorded> {
  const { header, dir } = trace;
  if (header.sha256[FILES.world] === undefined)
    throw traceError(
      FILES.world,
      "the world's figures, which traces hold since version 1.1",
      `none (${header.schema})`,
    );
  const shards: ShardResult[] = [];
  for await (const { line, value } of linesOf(dir, FILES.world)) shards.push(shardOf(line, value));
  if (shards.length !== trace.onboarding.agencies.length)
    throw traceError(
      FILES.world,
      `a line for each of ${trace.onboarding.agencies.length} agencies`,
      `${shards.length}`,
    );
  return { header, shards, partial: false };
}

// --- internal ---

type WorldLine = Plain<ShardResult>;

function plainOf(shard: ShardResult): WorldLine {
  const { police, centre } = shard;
  return {
    ...shard,
    police: {
      ...police,
      busyMsByUnit: [...police.busyMsByUnit],
      responseMs: mapped(police.responseMs, (ms) => [...ms]),
      queueMs: mapped(police.queueMs, (ms) => [...ms]),
    },
    centre: { ...centre, answerMs: [...centre.answerMs] },
  };
}

function shardOf(line: number, value: unknown): ShardResult {
  const world = value as WorldLine | null;
  if (
    typeof world?.id !== 'string' ||
    !Array.isArray(world.police?.busyMsByUnit) ||
    !Array.isArray(world.centre?.answerMs)
  )
    throw traceError(FILES.world, `an agency's figures on line ${line + 1}`, 'something else');
  const { police, centre } = world;
  return {
    ...world,
    police: {
      ...police,
      busyMsByUnit: Float64Array.from(police.busyMsByUnit),
      responseMs: mapped(police.responseMs, (ms) => Float64Array.from(ms)),
      queueMs: mapped(police.queueMs, (ms) => Float64Array.from(ms)),
    },
    centre: { ...centre, answerMs: Float64Array.from(centre.answerMs) },
  };
}

function mapped<K extends PropertyKey, A, B>(values: Record<K, A>, to: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, to(value as A)])) as Record<K, B>;
}
