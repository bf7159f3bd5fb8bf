/** One in twenty reads a byte a second, beside so many long posts that what they leave unread reaches the bound of a stream. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { TraceHeader, TraceInput } from '../../../contract/trace.ts';
import { CLOSE_CODES } from '../../../contract/wire.ts';
import { readsSlowly } from '../../../harness/trace/slow-reader.ts';
import {
  counted,
  expectSound,
  faultFolder,
  killAll,
  openTown,
  placeIn,
  recordTown,
  runTown,
  SPEED,
  startServe,
  type Town,
} from './fault-run.testing.ts';

const SECONDS = 10;
const POSTS = 900;
/** No word that would be blanked; each is published as two marks. A post is 8 KB on the wire, and all are more than a connection's buffers hold. */
const TEXT = '\u203c'.repeat(3990);
const STREAM_BYTES_MAX = 65_536;
const NEAR_DM = 8000;
const RSS_MIB_MAX = 500;

const folder = faultFolder();
afterEach(killAll);
afterAll(folder.remove);

/** Residents that get what `resident` posts. */
function neighbours({ trace }: Town, resident: number): number[] {
  const { ids, x, y } = trace.onboarding.roster;
  const own = ids.indexOf(resident);
  return [...ids].filter((id, i) => id !== resident && (x[i] - x[own]) ** 2 + (y[i] - y[own]) ** 2 <= NEAR_DM ** 2);
}

function slowNeighbours(town: Town, resident: number): number[] {
  return neighbours(town, resident).filter((id) => readsSlowly(town.trace.header, id));
}

/** The town with posts of one resident besides, in the first part of the window. */
async function withPosts(town: Town, resident: number): Promise<Town> {
  const { header } = town.trace;
  const posts = Array.from({ length: POSTS }, (_, i): TraceInput => {
    const atMs = header.fromMs + Math.floor((i * SECONDS * 700 * SPEED) / POSTS);
    return { atMs, kind: 'post', postId: `flood-${i}`, resident, text: TEXT };
  });
  const opening = town.inputs.slice(0, header.preamble);
  const window = [...town.inputs.slice(header.preamble), ...posts].sort((a, b) => a.atMs - b.atMs);
  const text = [...opening, ...window].map((input) => `${JSON.stringify(input)}\n`).join('');
  writeFileSync(join(town.traceDir, 'inputs.jsonl'), text);
  const file = join(town.traceDir, 'trace.json');
  const changed = JSON.parse(readFileSync(file, 'utf8')) as TraceHeader;
  changed.inputs['post'] = (changed.inputs['post'] ?? 0) + POSTS;
  changed.sha256['inputs.jsonl'] = createHash('sha256').update(text).digest('hex');
  writeFileSync(file, JSON.stringify(changed));
  return openTown(town.traceDir);
}

function rssMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

describe('residents that read a byte a second', { timeout: 300_000 }, () => {
  it('are closed once their bound is reached; everybody else has everything, and memory is bounded', async () => {
    const sets = [
      'people.appUserShareOfPersons=0.01',
      // Every post is searched for the private strings of all records: few records.
      'intensity.incidents=300',
      'intensity.staffing=300',
      'load.slowConsumers.share=0.05',
      'load.slowConsumers.bytesPerSecond=1',
      'reactions.enabled=false',
    ];
    const quiet = await recordTown(join(folder.path, 'trace'), SECONDS, sets);
    const { ids } = quiet.trace.onboarding.roster;
    const author = [...ids].sort((a, b) => slowNeighbours(quiet, b).length - slowNeighbours(quiet, a).length)[0];
    const slow = slowNeighbours(quiet, author);
    expect(slow.length).toBeGreaterThan(0);
    const town = await withPosts(quiet, author);
    const args = ['--stream-bytes-max', String(STREAM_BYTES_MAX)];
    const serve = await startServe(await placeIn(folder.path, 'data', args));
    let rssMax = 0;
    const run = await runTown(town, serve, join(folder.path, 'out'), {
      onProgress: () => {
        rssMax = Math.max(rssMax, rssMiB(serve.pid));
      },
    });
    const closed = await counted(serve.http, 'hundredblock_stream_closes_total', `code="${CLOSE_CODES.slowConsumer}"`);
    // What the system keeps of a connection differs from one to the next: the last of it may still have room.
    expect(closed).toBeGreaterThanOrEqual(slow.length / 2);
    expect(await counted(serve.http, 'hundredblock_stream_waiting_bytes')).toBeLessThanOrEqual(
      slow.length * STREAM_BYTES_MAX * 2,
    );
    expect(rssMax).toBeLessThan(RSS_MIB_MAX);
    expectSound(town, run);
    const { audience } = town.replayed.posts.find(({ postId }) => postId === 'flood-0')!;
    const others = [...audience].filter((id) => !slow.includes(id));
    expect(others.length).toBeGreaterThan(10);
    const got = new Map<number, number>();
    for (const [resident, , frame] of run.deliveries)
      if (run.frames[frame].type === 'post') got.set(resident, (got.get(resident) ?? 0) + 1);
    expect(others.filter((id) => got.get(id) !== POSTS)).toEqual([]);
    const missed = run.judged.judgement.violations.filter(({ verdict }) => verdict === 'disconnected');
    expect(missed.every(({ detail }) => detail === 'reads-slowly')).toBe(true);
  });
});
