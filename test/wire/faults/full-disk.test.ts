/** A disk that is full for a while, by a limit on the size of files: what can't be kept is refused, and taken once there is room. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PATHS } from '../../../contract/wire.ts';
import { until } from '../../../reference-impl/server/serve.testing.ts';
import {
  acknowledgedLost,
  counted,
  expectSound,
  faultFolder,
  killAll,
  pagesThatDiffer,
  placeIn,
  recordTown,
  runTown,
  sendCad,
  startServe,
  unexplained,
  type Serve,
  type Town,
} from './fault-run.testing.ts';

const canLimit = spawnSync('prlimit', ['--version']).status === 0;
if (!canLimit && process.env['CI'] === 'true') throw new Error('prlimit: expected it to be installed, found none');

const folder = faultFolder();
let town: Town;
let serve: Serve;
beforeAll(async () => {
  town = await recordTown(join(folder.path, 'trace'), 8, ['reactions.enabled=false']);
  serve = await startServe(await placeIn(folder.path, 'data'));
}, 180_000);
afterEach(killAll);
afterAll(folder.remove);

/** It is the process's own soft limit, so that it can be lifted again. */
function limitFiles(pid: number, bytes: number | 'unlimited'): void {
  expect(spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]).status).toBe(0);
}

/** So little that no page of the database can be written. */
const FULL_BYTES = 4096;

async function whileFull(): Promise<{
  post: number;
  code: string;
  retryAfter: string | null;
  health: number;
  ready: number;
}> {
  const answer = await sendCad(town, serve.http, {
    agency: town.trace.onboarding.agencies[0].id,
    dialect: 'eido',
    messageId: 'while-full',
    body: '{}',
  });
  const { error } = (await answer.json()) as { error: { code: string } };
  const health = await fetch(serve.http + PATHS.health);
  const ready = await fetch(serve.http + PATHS.ready);
  return {
    post: answer.status,
    code: error.code,
    retryAfter: answer.headers.get('retry-after'),
    health: health.status,
    ready: ready.status,
  };
}

describe.skipIf(!canLimit)('a full disk', () => {
  it('costs nothing that was acknowledged, and the rest comes once there is room', { timeout: 300_000 }, async () => {
    let full: ReturnType<typeof whileFull> | null = null;
    const fault = async () => {
      limitFiles(serve.pid, FULL_BYTES);
      await until('the disk to be found full', () => serve.log().includes('"storage-failed"'), 60_000);
      const found = await whileFull();
      // Long enough that it tries the disk more than once.
      await until('it to have tried again', () => serve.log().includes('"storage-still-failing"'), 60_000);
      await sleep(500);
      limitFiles(serve.pid, 'unlimited');
      await until('it to work again', () => serve.log().includes('"storage-mended"'), 60_000);
      return found;
    };
    const run = await runTown(town, serve, join(folder.path, 'out'), {
      onProgress: ({ phase, done }) => {
        if (phase === 'running' && done >= 2) full ??= fault();
      },
    });
    expect(await full).toEqual({
      post: 503,
      code: 'storage-failed',
      retryAfter: expect.stringMatching(/^\d+$/),
      health: 200,
      ready: 503,
    });
    expect(await counted(serve.http, 'hundredblock_shed_total', 'reason="storage-failed"')).toBeGreaterThan(0);
    expectSound(town, run);
    expect(unexplained(town, run)).toEqual([]);
    expect(Object.keys(run.judged.load.refusals)).toEqual(['retried']);
    expect((await acknowledgedLost(town, run, serve.http)).lost).toEqual([]);
    expect(await pagesThatDiffer(town, run, serve.http)).toEqual([]);
    // Each message once: what was refused does not count.
    const acknowledged = run.sends.filter((s) => town.inputs[s.input].kind === 'cad' && s.failure === null).length;
    expect(await counted(serve.http, 'hundredblock_cad_messages_total')).toBe(acknowledged);
  });
});
