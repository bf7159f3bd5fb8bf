/**
 * The world's own results, kept in a trace so that a run that sends it later can write a complete record. truth/world.jsonl has one line an agency, in the
 * order of agencies. A typed array is written as a plain one, and a negative zero comes back as zero.
 */
import { join } from 'node:path';
import type { Judgement } from '../../oracle/oracle-api.ts';
import type { ShardResult } from '../engine/shard-result.ts';
import { HashedFile } from './hashed-file.ts';
import type { Recorded, Trace } from './trace-api.ts';
import { FILES, linesOf, traceError } from './trace-file.ts';

/** `T` with plain arrays, as JSON can hold it. */
type Plain<T> = T extends Float64Array ? number[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

/** Writes truth/world.jsonl. Returns its SHA-256 in lower-case hex. Throws what the file system throws. */
export async function writeWorld(dir: string, shards: readonly ShardResult[]): Promise<string> {
  const file = await HashedFile.create(join(dir, FILES.world));
  try {
    for (const shard of shards) await file.line(plainOf(shard));
    return await file.finish();
  } finally {
    await file.close();
  }
}

/** The result of recording this trace. Throws HB_TRACE if the trace holds no world (version 1.0), or if it can't be read. */
export async function readRecorded(trace: Trace): Promise<Recorded> {
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

type WorldLine = Omit<Plain<ShardResult>, 'judgement'> & { judgement: WorldJudgement };

/** In the file, `owed` is called `duty`: the format is older than the name. */
type WorldJudgement = Omit<Plain<Judgement>, 'owed'> & { duty: Judgement['owed'] };

function plainOf(shard: ShardResult): WorldLine {
  const { police, centre } = shard;
  return {
    ...shard,
    judgement: renameKey(shard.judgement, 'owed', 'duty') as unknown as WorldJudgement,
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
    judgement: renameKey(world.judgement, 'duty', 'owed') as unknown as Judgement,
    police: {
      ...police,
      busyMsByUnit: Float64Array.from(police.busyMsByUnit),
      responseMs: mapped(police.responseMs, (ms) => Float64Array.from(ms)),
      queueMs: mapped(police.queueMs, (ms) => Float64Array.from(ms)),
    },
    centre: { ...centre, answerMs: Float64Array.from(centre.answerMs) },
  };
}

/** A copy with one key renamed, in its old place. */
function renameKey(value: object, from: string, to: string): object {
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key === from ? to : key, part]));
}

/** The same keys, each with its value converted. */
function mapped<K extends PropertyKey, A, B>(values: Record<K, A>, to: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, to(value as A)])) as Record<K, B>;
}
