import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { DeliveryLine, DriverSummary, FrameLine, SendLine, TraceInput } from '../../../contract/trace.ts';
import { onboardingDocument } from '../../../reference-impl/server/http/town.testing.ts';
import { serveHere } from '../../../reference-impl/server/serve.testing.ts';
import { eidoValue, START_MS } from '../../../reference-impl/pipeline/testbed.testing.ts';
import { LIMITS } from '../driver-api.ts';
import { drive, forkDriver } from './drive.ts';
import { probeTarget } from '../target/probe.ts';
import { startTarget } from '../target/target-process.ts';
import { createStandIn, HARNESS_KEY } from '../target/stand-in.testing.ts';
import { messages, online, writeTrace } from './trace.testing.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hundredblock-drive-'));
  closers.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function linesOf<T>(dir: string, name: string): T[] {
  const lines = readFileSync(join(dir, name), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as T);
}

const url = (address: string, harnessKey = HARNESS_KEY) =>
  ({ kind: 'url', url: address, mqttUrl: null, harnessKey, onboarded: false }) as const;

describe('driving', () => {
  test('the reference service, started for it and stopped with it', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'data'));
    const record = (id: string, minute: number) =>
      JSON.stringify(eidoValue({ id, nature: '459', place: '2854 W MAPLE ST', minute }));
    const cad = (id: string, atMs: number, body: string): TraceInput => ({
      atMs: START_MS + atMs,
      kind: 'cad',
      agency: 'pd-0',
      dialect: 'eido',
      messageId: id,
      body,
    });
    const residents = online(3).map((input) => ({ ...input, atMs: START_MS - 1 }));
    writeTrace(join(dir, 'trace'), {
      onboarding: onboardingDocument(),
      fromMs: START_MS,
      preamble: [...residents.slice(1), { atMs: START_MS - 1, kind: 'attach', doorbell: 5 }],
      window: [
        { atMs: START_MS + 1000, kind: 'post', postId: 'post-1', resident: 1, text: 'a text' },
        cad('m-1', 2000, record('r1', 0)),
        cad('m-2', 3000, 'no JSON'),
        { atMs: START_MS + 4000, kind: 'motion', doorbell: 5 },
        { atMs: START_MS + 5000, kind: 'preference', change: { resident: 2, radiusDm: 8047, muted: true } },
      ],
      windowMs: 10_000,
    });
    const outDir = join(dir, 'out');
    const summary = await drive({
      traceDir: join(dir, 'trace'),
      outDir,
      target: { kind: 'start', dataDir: join(dir, 'data'), args: [] },
      speed: 10,
      limits: { drainQuietMs: 500 },
    });
    expect(summary).toMatchObject({ target: 'self', platformClock: true, stopped: null });
    expect(summary.connected).toMatchObject({ residents: 2, doorbells: 1, refused: 0 });
    expect(summary.targetProcess.cpuShare).toBeGreaterThan(0);
    expect(summary.targetProcess.eventLoopDelayMs).not.toBeNull();
    expect(summary.shed).not.toBeNull();
    expect(linesOf<SendLine>(outDir, 'sends.jsonl').map(({ status, failure }) => [status, failure])).toEqual([
      [101, null],
      [101, null],
      [0, null],
      [202, null],
      [202, null],
      [422, 'rejected'],
      [0, null],
      [expect.any(Number), null],
    ]);
    const frames = linesOf<FrameLine>(outDir, 'frames.jsonl');
    const seen = linesOf<DeliveryLine>(outDir, 'deliveries.jsonl').map(
      ([resident, sequence, frame]) => `${resident} ${sequence} ${frames[frame].type}`,
    );
    expect(seen.sort()).toEqual(['1 1 alert', '2 1 post', '2 2 alert']);
    // Its data folder is free again: the process that held it is gone.
    const again = await serveHere(join(dir, 'data'));
    await again.stop();
  });

  test('a run that is interrupted ends with what it saw', async () => {
    const dir = folder();
    const target = await createStandIn();
    closers.push(() => target.close());
    writeTrace(join(dir, 'trace'), { preamble: online(2), window: messages(1000, 50), windowMs: 50_000 });
    const abort = new AbortController();
    const summary = await drive({
      traceDir: join(dir, 'trace'),
      outDir: join(dir, 'out'),
      target: url(target.url),
      speed: 1,
      signal: abort.signal,
      onProgress: ({ phase, acknowledged }) => {
        if (phase === 'running' && acknowledged > 10) abort.abort();
      },
    });
    expect(summary.stopped).toBe('interrupted');
    expect(JSON.parse(readFileSync(join(dir, 'out', 'driver.json'), 'utf8')) as DriverSummary).toEqual(summary);
    const sends = linesOf<SendLine>(join(dir, 'out'), 'sends.jsonl');
    expect(sends).toHaveLength(1002);
    expect(sends.at(-1)?.failure).toBe('stopped');
  });

  test('a pair that runs already takes one trace after another, also after one that was ended', async () => {
    const dir = folder();
    const dataDir = join(dir, 'data');
    mkdirSync(dataDir);
    const driver = forkDriver();
    closers.push(() => driver.child.kill('SIGKILL'));
    const started = await startTarget({
      dataDir,
      args: [],
      logPath: join(dir, 'target.log'),
      timeoutMs: LIMITS.startMsMax,
    });
    closers.push(() => started.stop());
    const motions = Array.from({ length: 60 }, (_, i): TraceInput => ({
      atMs: START_MS + 60 * i,
      kind: 'motion',
      doorbell: 5,
    }));
    writeTrace(join(dir, 'trace'), {
      onboarding: onboardingDocument(),
      fromMs: START_MS,
      preamble: [{ atMs: START_MS - 1, kind: 'attach', doorbell: 5 }],
      window: motions,
      windowMs: 4000,
    });
    const once = (out: string, speed: number, abort?: AbortController): Promise<DriverSummary> =>
      drive({
        traceDir: join(dir, 'trace'),
        outDir: join(dir, out),
        target: { kind: 'start', dataDir: '', args: [], pair: { driver, started } },
        speed,
        signal: abort?.signal,
        onProgress: ({ phase, acknowledged }) => {
          if (phase === 'running' && acknowledged > 10) abort?.abort();
        },
        limits: { drainQuietMs: 200 },
      });
    const taken = (out: string): number =>
      linesOf<SendLine>(join(dir, out), 'sends.jsonl').filter(({ failure }) => failure === null).length;
    expect((await once('first', 8)).stopped).toBeNull();
    expect(taken('first')).toBe(61);
    expect((await once('second', 1, new AbortController())).stopped).toBe('interrupted');
    expect(taken('second')).toBeLessThan(61);
    const third = await once('third', 8);
    expect(third).toMatchObject({ target: 'self', stopped: null, notes: [] });
    expect(taken('third')).toBe(61);
    expect(driver.child.connected).toBe(true);
  });

  test('a target that does not start is an error, with what it said', async () => {
    const dir = folder();
    writeTrace(join(dir, 'trace'), { window: [], windowMs: 1000 });
    writeFileSync(join(dir, 'data'), 'a file where a folder should be');
    const target = { kind: 'start', dataDir: join(dir, 'data'), args: [] } as const;
    await expect(
      drive({ traceDir: join(dir, 'trace'), outDir: join(dir, 'out'), target, speed: 1 }),
    ).rejects.toMatchObject({ code: 'HB_TARGET', message: expect.stringContaining('HB_SERVE') });
  });

  test.each([
    ['http://192.0.2.1:8080', 'a target on this machine'],
    ['http://example.com', 'a target on this machine'],
    ['https://127.0.0.1:8080', 'a URL such as'],
    ['http://127.0.0.1:8080/path', 'a URL such as'],
    ['nonsense', 'a URL such as'],
  ])('%s is refused before anything is sent', async (address, expected) => {
    const dir = folder();
    await expect(
      drive({ traceDir: join(dir, 'trace'), outDir: join(dir, 'out'), target: url(address), speed: 1 }),
    ).rejects.toMatchObject({ code: 'HB_TARGET', message: expect.stringContaining(expected) });
    expect(existsSync(join(dir, 'out'))).toBe(false);
  });

  test('a trace that was altered is refused', async () => {
    const dir = folder();
    writeTrace(join(dir, 'trace'), { window: messages(1, 0), windowMs: 1000 });
    writeFileSync(join(dir, 'trace', 'inputs.jsonl'), '');
    await expect(
      drive({
        traceDir: join(dir, 'trace'),
        outDir: join(dir, 'out'),
        target: url('http://127.0.0.1:9'),
        speed: 1,
      }),
    ).rejects.toMatchObject({ code: 'HB_TRACE' });
  });
});

describe('looking at a target', () => {
  test('tells whether it has a clock', async () => {
    const target = await createStandIn();
    closers.push(() => target.close());
    expect(await probeTarget({ url: target.url, harnessKey: HARNESS_KEY })).toEqual({ platformClock: true });
    expect(await probeTarget({ url: target.url, harnessKey: null })).toEqual({ platformClock: false });
    await expect(probeTarget({ url: target.url, harnessKey: 'another' })).rejects.toMatchObject({
      code: 'HB_TARGET',
      message: '/v1/harness/clock: expected 200 or 404, found 401',
    });
    target.knobs.clockless = true;
    expect(await probeTarget({ url: target.url, harnessKey: HARNESS_KEY })).toEqual({ platformClock: false });
  });

  test('that is not there', async () => {
    await expect(probeTarget({ url: 'http://127.0.0.1:1', harnessKey: null })).rejects.toMatchObject({
      code: 'HB_TARGET',
      message: expect.stringContaining('/healthz'),
    });
  });
});
