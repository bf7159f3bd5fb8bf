/** A disk that is really full: a small tmpfs, which somebody else fills up. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../reference-impl/server/serve.testing.ts';
import {
  acknowledgedLost,
  expectSound,
  faultFolder,
  killAll,
  pagesThatDiffer,
  placeIn,
  recordTown,
  runTown,
  startServe,
  unexplained,
} from './fault-run.testing.ts';

const SIZE_MIB = 64;
const folder = faultFolder();
const mountPoint = join(folder.path, 'small');
mkdirSync(mountPoint);
const isMounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'hundredblock-faults', mountPoint]).status === 0;
if (!isMounted) process.stderr.write('a tmpfs can not be mounted here: its test is skipped\n');

afterEach(killAll);
afterAll(() => {
  if (isMounted) spawnSync('umount', [mountPoint]);
  folder.remove();
});

/** Takes all the room that is left. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 1 << 20; size >= 512; size /= 2)
      for (;;)
        try {
          writeSync(file, Buffer.alloc(size));
        } catch {
          break;
        }
  } finally {
    closeSync(file);
  }
}

describe.skipIf(!isMounted)('a disk without any room', () => {
  it('costs nothing that was acknowledged, and the rest comes once there is room', { timeout: 400_000 }, async () => {
    const town = await recordTown(join(folder.path, 'trace'), 10, ['reactions.enabled=false']);
    const serve = await startServe(await placeIn(mountPoint, 'data'));
    const ballast = join(mountPoint, 'ballast');
    let fault: Promise<void> | null = null;
    const full = async (): Promise<void> => {
      fill(ballast);
      await until('the disk to be found full', () => serve.log().includes('"storage-failed"'), 60_000);
      await until('it to have tried again', () => serve.log().includes('"storage-still-failing"'), 60_000);
      rmSync(ballast);
      await until('it to work again', () => serve.log().includes('"storage-mended"'), 60_000);
    };
    const run = await runTown(town, serve, join(folder.path, 'out'), {
      onProgress: ({ phase, done }) => {
        if (phase === 'running' && done >= 2) fault ??= full();
      },
    });
    await fault;
    expect(fault).not.toBeNull();
    expectSound(town, run);
    expect(unexplained(town, run)).toEqual([]);
    expect((await acknowledgedLost(town, run, serve.http)).lost).toEqual([]);
    expect(await pagesThatDiffer(town, run, serve.http)).toEqual([]);
  });
});
