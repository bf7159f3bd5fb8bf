import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { wallMsOf } from '../../../../contract/clock.ts';
import type { ConnectionLine, DeliveryLine, FrameLine, SendLine, TraceInput } from '../../../../contract/trace.ts';
import type { DrivePlan } from './drive-plan.ts';
import { runPlan } from './run.ts';
import { LIMITS, type DrivePhase, type DriveLimits } from '../../driver-api.ts';
import { createStandIn, HARNESS_KEY, type Knobs, type StandIn } from '../../target/stand-in.testing.ts';
import { Stop } from './stop.ts';
import { FROM_MS, messages, online, writeTrace, type HandTrace } from '../trace.testing.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hundredblock-load-'));
  closers.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

interface Options {
  url?: string;
  mqttUrl?: string | null;
  speed?: number;
  residentThreads?: number;
  limits?: Partial<DriveLimits>;
  harnessKey?: string | null;
  onPhase?: (phase: DrivePhase, stop: Stop) => void;
}

/** Runs in the test's own process; threads are real. */
async function run(trace: HandTrace, target: StandIn | null, options: Options = {}) {
  const dir = folder();
  writeTrace(join(dir, 'trace'), trace);
  const outDir = join(dir, 'out');
  const stop = new Stop();
  const phases: DrivePhase[] = [];
  const plan: DrivePlan = {
    traceDir: join(dir, 'trace'),
    outDir,
    target: {
      name: 'stand-in',
      url: options.url ?? target?.url ?? '',
      mqttUrl: options.mqttUrl === undefined ? (target?.mqttUrl ?? null) : options.mqttUrl,
      harnessKey: options.harnessKey === undefined ? HARNESS_KEY : options.harnessKey,
      onboarded: false,
      pid: null,
    },
    speed: options.speed ?? 1,
    live: null,
    residentThreads: options.residentThreads ?? null,
    limits: { ...LIMITS, drainQuietMs: 300, ...options.limits },
  };
  const summary = await runPlan(plan, {
    stop,
    onProgress: ({ phase }) => {
      if (phases.at(-1) === phase) return;
      phases.push(phase);
      options.onPhase?.(phase, stop);
    },
  });
  const lines = <T>(name: string): T[] =>
    readFileSync(join(outDir, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  expect(JSON.parse(readFileSync(join(outDir, 'driver.json'), 'utf8'))).toEqual(summary);
  return {
    summary,
    phases,
    sends: lines<SendLine>('sends.jsonl'),
    frames: lines<FrameLine>('frames.jsonl'),
    deliveries: lines<DeliveryLine>('deliveries.jsonl'),
    connections: lines<ConnectionLine>('connections.jsonl'),
  };
}

async function standIn(knobs: Partial<Knobs> = {}): Promise<StandIn> {
  const target = await createStandIn(knobs);
  closers.push(() => target.close());
  return target;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const byTime = (inputs: TraceInput[]): TraceInput[] => inputs.sort((a, b) => a.atMs - b.atMs);
const attached = (count: number): TraceInput[] =>
  Array.from({ length: count }, (_, doorbell) => ({ atMs: FROM_MS - 1, kind: 'attach', doorbell }));

describe('a run', () => {
  test('sends everything on its time and writes what it saw', async () => {
    const target = await standIn();
    target.poll();
    const snapshots: TraceInput[] = [1, 2, 3].map((poll) => ({
      atMs: FROM_MS + poll * 30_000 + 600,
      kind: 'snapshot',
      agency: 'pd-002',
      messageId: `pd-002-poll-${poll}`,
      polledMs: FROM_MS + poll * 30_000,
      body: `[${poll}]`,
    }));
    const window = byTime([
      ...messages(60, 1500, 'pd-000', 6000),
      ...messages(60, 1500, 'pd-001', 6000),
      ...snapshots,
      ...Array.from({ length: 40 }, (_, i): TraceInput => ({
        atMs: FROM_MS + i * 2500,
        kind: 'motion',
        doorbell: i % 4,
      })),
      { atMs: FROM_MS + 20_000, kind: 'preference', change: { resident: 3, radiusDm: 5000, muted: true } },
      { atMs: FROM_MS + 30_000, kind: 'post', postId: 'post-1', resident: 4, text: 'a text' },
      { atMs: FROM_MS + 40_000, kind: 'review', ticket: 'late-1', decision: 'approve' },
      { atMs: FROM_MS + 50_000, kind: 'disconnect', resident: 7 },
      { atMs: FROM_MS + 70_000, kind: 'connect', resident: 7 },
      { atMs: FROM_MS + 70_000, kind: 'detach', doorbell: 4 },
    ]);
    const preamble: TraceInput[] = [...messages(5, 0, 'pd-000', -1), ...online(30), ...attached(5)];
    // Their keys must differ from those of the window.
    for (const input of preamble) if (input.kind === 'cad') input.messageId = `open-${input.messageId}`;
    const { summary, phases, sends, frames, deliveries, connections } = await run(
      {
        preamble,
        window,
        windowMs: 120_000,
        agencies: ['pd-000', 'pd-001', 'pd-002'],
        portals: { 'pd-002': { everyMs: 30_000, offsetMs: FROM_MS % 30_000 } },
        load: { connectRampMs: 200 },
      },
      target,
      { speed: 60, residentThreads: 2 },
    );
    expect(phases).toEqual([
      'starting',
      'onboarding',
      'preamble',
      'connecting',
      'running',
      'draining',
      'writing',
      'done',
    ]);
    expect(summary).toMatchObject({
      target: 'stand-in',
      platformClock: true,
      stopped: null,
      notes: [],
      connected: { residents: 30, doorbells: 5, refused: 0 },
      shed: { 'cad overloaded': 120 },
    });
    // The clock stood just before the window, then it ran.
    const [standing, running] = target.clocks;
    expect(standing).toMatchObject({ originMs: FROM_MS - 1, speed: 0 });
    expect(running).toEqual(summary.clock);
    expect(summary.clock).toMatchObject({ originMs: FROM_MS, speed: 60 });
    expect(summary.seconds).toHaveLength(2);
    // A line for each input, in order.
    const inputs = [...preamble, ...window];
    expect(sends.map(({ input }) => input)).toEqual(inputs.map((_, i) => i));
    // On a busy machine a poll may come too late for its snapshot.
    const answered = sends.filter(({ failure }) => failure !== 'never-polled');
    expect(answered.filter(({ failure }) => failure !== null)).toEqual([]);
    expect(
      answered.every(({ sentMs, answeredMs }) => sentMs !== null && answeredMs !== null && answeredMs >= sentMs),
    ).toBe(true);
    for (const [i, { intendedMs, sentMs }] of sends.entries()) {
      if (i < preamble.length) expect(intendedMs).toBeLessThan(summary.clock.originWallMs);
      else expect(intendedMs).toBeCloseTo(wallMsOf(summary.clock, inputs[i].atMs), 2);
      if (sentMs !== null) expect(sentMs).toBeGreaterThanOrEqual(intendedMs - 0.01);
    }
    expect(sends[0].rows).toEqual([{ row: 0, outcome: 'accepted', code: null }]);
    const kinds = (kind: string) => sends.filter((_, i) => inputs[i].kind === kind);
    const polled = kinds('snapshot').filter(({ status }) => status === 200);
    expect(polled.length).toBeGreaterThan(0);
    expect(kinds('review')).toMatchObject([{ status: 202, tries: expect.any(Number) }]);
    expect(kinds('review')[0].tries).toBeGreaterThan(1);
    expect(kinds('connect').every(({ status }) => status === 101)).toBe(true);
    // In order per agency, the preamble first.
    for (const agency of ['pd-000', 'pd-001']) {
      const arrived = target.cad.filter((one) => one.agency === agency).map(({ messageId }) => messageId);
      expect(arrived).toEqual(
        inputs.flatMap((one) => (one.kind === 'cad' && one.agency === agency ? [one.messageId] : [])),
      );
    }
    expect(target.others.map(({ method, path }) => `${method} ${path}`)).toEqual(
      expect.arrayContaining(['PATCH /v1/me/preferences', 'PUT /v1/me/mute', 'POST /v1/me/posts']),
    );
    expect(new Set(target.polls.filter(({ status }) => status === 200).map(({ messageId }) => messageId)).size).toBe(
      polled.length,
    );
    expect(target.devices).toHaveLength(40);
    // Residents received what was published to them, and each text stands once.
    expect(frames).toHaveLength(120);
    const own = deliveries.filter(([resident]) => resident === 7);
    expect(own.map(([, sequence, frame]) => [sequence, frames[frame].text])).toEqual(
      target.published.get(7)?.map((text, i) => [i + 1, text]),
    );
    expect(deliveries).toHaveLength(30 * 120);
    expect(connections.filter(({ resident }) => resident === 7).map(({ event }) => event)).toEqual([
      'open',
      'closed',
      'open',
      'closed',
    ]);
    const lags = sends.slice(preamble.length).filter((_, i) => window[i].kind !== 'snapshot');
    expect(summary.generatorLagMs.count).toBeGreaterThanOrEqual(lags.length);
    expect(summary.connectMs.count).toBe(36);
  });

  test('goes on sending while the target stalls, and gives up on it after the drain', async () => {
    const target = await standIn({ stall: new Promise(() => {}) });
    const { summary, sends } = await run({ window: messages(50, 20), windowMs: 1000 }, target, {
      limits: { drainMsMax: 500 },
    });
    expect(target.cad).toHaveLength(50);
    expect(sends).toHaveLength(50);
    expect(sends.every(({ failure, sentMs, tries }) => failure === 'timeout' && sentMs !== null && tries === 1)).toBe(
      true,
    );
    expect(summary.generatorLagMs.count).toBe(50);
    expect(summary.notes).toEqual([expect.stringContaining('still owed answers')]);
  });

  test('against a target without a platform clock runs in real time, at the real moment', async () => {
    const target = await standIn({ clockless: true });
    // How long connecting takes depends on the machine: the first try is always too late.
    for (const marginMs of [0, 5000, 20_000, 60_000]) {
      const fromMs = Date.now() + marginMs;
      const window = messages(5, 50).map((input) => ({ ...input, atMs: input.atMs - FROM_MS + fromMs }));
      const { summary, sends } = await run({ window, windowMs: 300, fromMs }, target);
      expect(summary.platformClock).toBe(false);
      expect(summary.clock).toMatchObject({ originMs: fromMs, speed: 1 });
      if (marginMs === 0) expect(summary.stopped).toContain('expected all to be connected before the window opens');
      if (summary.stopped !== null) continue;
      expect(summary.clock.originWallMs).toBe(fromMs);
      expect(sends.map(({ intendedMs }) => intendedMs)).toEqual(window.map(({ atMs }) => atMs));
      expect(target.cad[0].atMs).toBeGreaterThanOrEqual(fromMs - 1);
      return;
    }
    throw new Error('expected one of the tries to be in time');
  }, 180_000);

  test('does not wait for ever for a real moment', async () => {
    const trace = { window: [], windowMs: 300, fromMs: Date.now() + 3_600_000 };
    const { summary } = await run(trace, await standIn({ clockless: true }));
    expect(summary.stopped).toContain('expected a window that opens within 10 minutes');
  });

  test('faster than real time needs a platform clock', async () => {
    const { summary } = await run({ window: [], windowMs: 300 }, await standIn({ clockless: true }), { speed: 2 });
    expect(summary.stopped).toBe('speed: expected 1, since the target has no platform clock, found 2');
  });
});

describe('a target that fails', () => {
  const trace: HandTrace = { preamble: online(3), window: messages(100, 50), windowMs: 5000 };

  test('is down: the run ends at once', async () => {
    const server = createServer();
    const url = await listen(server);
    await new Promise((closed) => server.close(closed));
    const { summary, sends, deliveries } = await run(trace, null, { url });
    expect(summary.stopped).toBe(`${url}/healthz: expected an answer 200, found none, or nothing that is HTTP`);
    expect(sends).toHaveLength(103);
    expect(sends.every(({ failure, tries, sentMs }) => failure === 'stopped' && tries === 0 && sentMs === null)).toBe(
      true,
    );
    expect(deliveries).toEqual([]);
    expect(summary).toMatchObject({ shed: null, seconds: [], generatorLagMs: { count: 0 } });
  });

  test.each([
    ['never answers', () => {}],
    ['answers random bytes', (socket: Socket) => socket.write(Buffer.from([0, 1, 2, 200, 13, 10, 13, 10]))],
    ['answers without end', (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}`)],
  ])('%s: the run ends soon', async (_, act) => {
    const url = await listen(
      createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => act(socket));
        closers.push(() => socket.destroy());
      }),
    );
    const { summary } = await run(trace, null, { url, limits: { startMsMax: 300 } });
    expect(summary.stopped).toContain('/healthz: expected an answer 200');
  });

  test('refuses the harness key: the run says so', async () => {
    const target = await standIn();
    const { summary } = await run(trace, target, { harnessKey: 'another key' });
    expect(summary.stopped).toBe('/v1/harness/onboarding: expected 2xx, found 401');
  });

  test('dies half-way: the run keeps what it saw until then', async () => {
    const target = await createStandIn();
    const { summary, sends, deliveries } = await run(trace, target, {
      limits: { silenceMsMax: 1000 },
      onPhase: (phase) => {
        if (phase === 'running') setTimeout(() => void target.close(), 1500);
      },
    });
    expect(summary.stopped).toMatch(/^the target gave no answer for \d+ s while some were owed$/);
    const answered = sends.filter(({ failure }) => failure === null).length;
    expect(answered).toBeGreaterThan(10);
    expect(sends).toHaveLength(103);
    expect(sends.at(-1)).toMatchObject({ failure: 'stopped', sentMs: null, tries: 0 });
    expect(sends.at(-1)?.intendedMs).toBeCloseTo(wallMsOf(summary.clock, FROM_MS + 99 * 50), 2);
    expect(deliveries.length).toBeGreaterThan(30);
  });

  test('a run that is interrupted keeps what it saw', async () => {
    const target = await standIn();
    const { summary, sends } = await run(trace, target, {
      onPhase: (phase, stop) => {
        if (phase === 'running') setTimeout(() => stop.now('interrupted'), 1000);
      },
    });
    expect(summary.stopped).toBe('interrupted');
    expect(sends.filter(({ failure }) => failure === null).length).toBeGreaterThan(5);
    expect(sends.filter(({ failure }) => failure === 'stopped').length).toBeGreaterThan(5);
  });
});
