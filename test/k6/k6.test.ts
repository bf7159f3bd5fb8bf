/**
 * k6's scripts against the real service: each gives the same verdicts as our own driver on the same trace. Needs `npm run k6`. Skipped without
 * it, unless CI=true says that it must be there.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SendLine } from '../../contract/trace.ts';
import { K6_BOARD } from '../../dashboards/generated.ts';
import { findK6 } from '../../harness/drivers/k6/binary.ts';
import { driveWithK6 } from '../../harness/drivers/k6/drive.ts';
import { observationsOf } from '../../harness/drivers/k6/observations.ts';
import { judgeRun, openYardstick, type JudgedRun, type Yardstick } from '../../harness/judge/judge.ts';
import { startTarget, type StartedTarget } from '../../harness/drivers/target/target-process.ts';
import { prometheusMissing, servePrometheus } from '../../harness/report/metrics/prometheus.ts';
import { runTrial } from '../../harness/run/trial.ts';
import { resolveScenario } from '../../harness/options/resolve.ts';
import { recordTrace } from '../../harness/trace/record.ts';
import type { LogLine } from '../../harness/drivers/k6/scripts/log-lines.ts';

const SCRIPTS = {
  agencies: fileURLToPath(new URL('../../harness/drivers/k6/scripts/agencies.ts', import.meta.url)),
  residents: fileURLToPath(new URL('../../harness/drivers/k6/scripts/residents.ts', import.meta.url)),
  devices: fileURLToPath(new URL('../../harness/drivers/k6/scripts/devices.ts', import.meta.url)),
  city: fileURLToPath(new URL('../../harness/drivers/k6/scripts/city.ts', import.meta.url)),
  spike: fileURLToPath(new URL('../../harness/drivers/k6/scripts/spike.ts', import.meta.url)),
  soak: fileURLToPath(new URL('../../harness/drivers/k6/scripts/soak.ts', import.meta.url)),
} as const;
type ScriptName = keyof typeof SCRIPTS;

const SPEED = 10;
const WINDOW_MS = 6000;
/** On a busy machine it takes longer until everybody is connected. */
const PATIENCE = ['-e', 'HUNDREDBLOCK_PATIENCE=2'];
const missing = existsSync(
  fileURLToPath(new URL('../../harness/drivers/k6/scripts/build/mqtt-packet.js', import.meta.url)),
)
  ? k6Path()
  : null;
const skipped = missing === null && process.env.CI !== 'true';

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-k6-'));
let target: StartedTarget;
let yardstick: Yardstick;
let own: JudgedRun;

function k6Path(): string | null {
  try {
    return findK6().path;
  } catch {
    return null;
  }
}

/** Records a trace: slow enough that a machine under load changes no verdict, and with enough incidents that a minute of the world holds some alerts. */
async function record(name: string, dialects: readonly string[]): Promise<string> {
  const path = join(folder, `${name}.json`);
  const agencies = dialects.map((dialect) => ({
    count: 1,
    dialect,
    personsPerAgency: 8000,
    withdrawAfterDays: null,
    thenDialect: null,
  }));
  appendFileSync(
    path,
    JSON.stringify({
      name,
      startMs: 1_780_794_000_000,
      durationDays: 0.03,
      agencies,
      policy: { review: 'auto' },
      incidents: { callsForServicePer1000PersonsYear: 1600, officerInitiatedShare: 0.5 },
      intensity: { incidents: 1200, staffing: 1200 },
      load: {
        fromMs: 900_000,
        connectRampMs: 500,
        connectedShareOfDoorbells: 0.1,
        speed: SPEED,
        durationMs: WINDOW_MS,
      },
    }),
  );
  const scenario = resolveScenario(path, [], { seed: 1 });
  const dir = join(folder, name);
  await recordTrace({ scenario, seed: 1, fromMs: scenario.startMs + 900_000, windowMs: WINDOW_MS * SPEED, dir });
  return dir;
}

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
  dir: string;
}

async function k6(
  script: ScriptName,
  name: string,
  given: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  const dir = join(folder, name);
  mkdirSync(dir, { recursive: true });
  const out = join(dir, `k6-${readdirSync(dir).length}.out`);
  const options = {
    HUNDREDBLOCK_TRACE: yardstick.trace.dir,
    HUNDREDBLOCK_TARGET: target.url,
    HUNDREDBLOCK_HARNESS_KEY: target.harnessKey,
    HUNDREDBLOCK_OUT: dir,
  };
  const set = Object.entries(options).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  const args = [
    'run',
    '--quiet',
    '--address',
    '',
    '--console-output',
    out,
    '--log-format',
    'raw',
    ...PATIENCE,
    ...set,
    ...given,
  ];
  const child = spawn(missing ?? 'k6', [...args, SCRIPTS[script]], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, K6_NO_USAGE_REPORT: 'true', K6_AUTO_EXTENSION_RESOLUTION: 'false', ...env },
  });
  const orphan = (): void => void child.kill('SIGKILL');
  process.once('exit', orphan);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('exit', orphan);
  return { code, stdout, stderr, dir };
}

async function judged(ran: Ran): Promise<JudgedRun> {
  const wire = join(ran.dir, 'wire');
  await observationsOf(ran.dir, yardstick.trace, wire);
  return judgeRun(yardstick, { observationsDir: wire, delayMs: {} });
}

/** The verdicts without their lateness: it depends on the machine, and what came and was owed does not. */
function outcome({ judgement: { verdicts, owed }, sameOutcome }: JudgedRun) {
  const { delivered, late, ...others } = verdicts;
  return { ...others, came: delivered + late, owed, unexplained: sameOutcome.unexplained };
}

function countOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

function logOf(dir: string): LogLine[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.out'))
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as LogLine);
}

function sendsOf(dir: string): SendLine[] {
  return readFileSync(join(dir, 'sends.jsonl'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as SendLine);
}

describe.skipIf(skipped)('k6', { timeout: 240_000 }, () => {
  beforeAll(async () => {
    yardstick = await openYardstick(await record('direct', ['eido', 'eido']));
    ({ judged: own } = await runTrial({ yardstick, outDir: join(folder, 'own'), target: null, speed: SPEED }));
    mkdirSync(join(folder, 'data'));
    target = await startTarget({
      dataDir: join(folder, 'data'),
      args: [],
      logPath: join(folder, 'target.log'),
      timeoutMs: 120_000,
    });
  }, 240_000);
  afterAll(async () => {
    await target?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has something to compare: alerts, and residents who have them', () => {
    expect(own.judgement.verdicts.delivered).toBeGreaterThan(100);
    expect(own.sameOutcome.unexplained).toBe(0);
  });

  it.each(['city', 'residents', 'spike'] as const)('%s.ts gives the verdicts of our own driver', async (script) => {
    const ran = await k6(script, script);
    expect(ran.stderr).not.toMatch(/Error|exception/);
    const found = await judged(ran);
    expect(outcome(found)).toEqual(outcome(own));
    expect(found.receipts).toEqual(own.receipts);
    expect(found.load.inputs['cad']).toEqual(own.load.inputs['cad']);
    expect(JSON.parse(readFileSync(join(ran.dir, 'run.json'), 'utf8'))).toMatchObject({
      schema: 'hundredblock.run/1.3',
      seed: 1,
      load: { traceSha256: yardstick.trace.sha256, inputs: { failed: 0 } },
    });
  });

  it('soak.ts stretches the trace over the time that it is given', async () => {
    const ran = await k6('soak', 'soak', ['-e', 'HUNDREDBLOCK_DURATION=12s']);
    const found = await judged(ran);
    expect(found.load.speed).toBe((SPEED * WINDOW_MS) / 12_000);
    expect(outcome(found)).toEqual(outcome(own));
  });

  it.each(['ordered', 'constant', 'ramping'])('agencies.ts sends every CAD message, %s', async (arrivals) => {
    const ran = await k6('agencies', `agencies-${arrivals}`, ['-e', `HUNDREDBLOCK_ARRIVALS=${arrivals}`]);
    const found = await judged(ran);
    expect(found.load.inputs['cad']).toEqual(own.load.inputs['cad']);
    // At k6's own rates an iteration knows nothing of the one before: two messages of one record may overtake each other.
    if (arrivals === 'ordered') expect(found.receipts).toEqual(own.receipts);
    expect(countOf(found.receipts)).toBe(countOf(own.receipts));
    expect(found.judgement.verdicts).toMatchObject({ lost: 0, misdelivered: 0, delivered: 0 });
  });

  it("devices.ts sends every doorbell's messages, each acknowledged", async () => {
    const found = await judged(await k6('devices', 'devices'));
    for (const kind of ['motion', 'clip', 'heartbeat']) expect(found.load.inputs[kind]).toEqual(own.load.inputs[kind]);
    expect(found.load.connected.doorbells).toBeGreaterThan(0);
  });

  it('sends the trace exactly once from four instances, each with a segment', async () => {
    const bounds = ['0', '1/4', '1/2', '3/4', '1'];
    const runs = await Promise.all(
      [0, 1, 2, 3].map((i) =>
        k6('city', `segments/${i}`, [
          '-e',
          'HUNDREDBLOCK_PATIENCE=3',
          '--execution-segment',
          `${bounds[i]}:${bounds[i + 1]}`,
          '--execution-segment-sequence',
          bounds.join(','),
        ]),
      ),
    );
    const senders = new Map<number, number[]>();
    for (const [i, { dir }] of runs.entries())
      for (const line of logOf(dir))
        if (line.line === 'sends')
          for (const [input] of line.sends) senders.set(input, [...(senders.get(input) ?? []), i]);
    const inputs = own.load.inputs;
    const lines = Object.values(inputs).reduce((sum, { meant }) => sum + meant, yardstick.trace.header.preamble);
    expect(senders.size).toBe(lines);
    expect([...senders.values()].filter((by) => by.length !== 1)).toEqual([]);
    // A preamble's messages are all sent by the first; connections are shared.
    expect(new Set([...senders.values()].flat())).toEqual(new Set([0, 1, 2, 3]));
    const all = join(folder, 'segments', 'all');
    mkdirSync(all);
    for (const [i, { dir }] of runs.entries()) cpSync(join(dir, 'k6-0.out'), join(all, `k6-${i}.out`));
    expect(outcome(await judged({ ...runs[0], dir: all }))).toEqual(outcome(own));
  });

  it('refuses a trace that was altered, in one line, before anything is sent', async () => {
    const altered = join(folder, 'altered');
    cpSync(yardstick.trace.dir, altered, { recursive: true });
    appendFileSync(join(altered, 'inputs.jsonl'), '\n');
    const ran = await k6('city', 'refused', ['-e', `HUNDREDBLOCK_TRACE=${altered}`]);
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toMatch(/trace: inputs\.jsonl: expected SHA-256 [0-9a-f]{12}\.\.\., found [0-9a-f]{12}\.\.\./);
    const drive = driveWithK6({ traceDir: altered, outDir: join(folder, 'no'), target: URL_TARGET(), speed: SPEED });
    await expect(drive).rejects.toThrow(expect.objectContaining({ code: 'HB_TRACE' }));
  });

  it.skipIf(prometheusMissing().length > 0 && process.env.CI !== 'true')(
    'writes to Prometheus what its dashboard asks for, and a report of its own',
    async () => {
      const data = join(folder, 'prometheus');
      mkdirSync(data);
      const prometheus = await servePrometheus([], data, undefined, ['--web.enable-remote-write-receiver']);
      try {
        const report = join(folder, 'report.html');
        await k6('city', 'remote', ['-o', 'experimental-prometheus-rw'], {
          K6_PROMETHEUS_RW_SERVER_URL: `${prometheus.url}/api/v1/write`,
          K6_PROMETHEUS_RW_TREND_STATS: 'p(50),p(99),max',
          K6_PROMETHEUS_RW_PUSH_INTERVAL: '1s',
          K6_WEB_DASHBOARD: 'true',
          K6_WEB_DASHBOARD_PORT: '-1',
          K6_WEB_DASHBOARD_PERIOD: '1s',
          K6_WEB_DASHBOARD_EXPORT: report,
        });
        const nowMs = Date.now();
        for (const { panels } of K6_BOARD.rows)
          for (const { title, queries } of panels)
            for (const { expr } of queries) {
              const query = expr.replaceAll('$__rate_interval', '10m').replaceAll('$__range', '10m');
              const found = await prometheus.query(`last_over_time((${query})[10m:1s])`, nowMs);
              expect(found.length, `${title}: ${query}`).toBeGreaterThan(0);
            }
        const [sent] = await prometheus.query('sum(max_over_time(k6_inputs_sent_total[10m]))', nowMs);
        const meant = Object.values(own.load.inputs).reduce((sum, { sent: count }) => sum + count, 0);
        expect(sent.value).toBe(meant);
        expect(readFileSync(report, 'utf8')).toMatch(/<html/);
      } finally {
        await prometheus.stop();
      }
    },
  );

  it('drives as our own driver does, portals included', async () => {
    const portal = await openYardstick(await record('portal', ['eido', 'dallas']));
    const options = { yardstick: portal, target: null, speed: SPEED };
    const by = await runTrial({ ...options, outDir: join(folder, 'by-node') });
    const phases = new Set<string>();
    const outDir = join(folder, 'by-k6');
    const found = await runTrial({
      ...options,
      outDir,
      drive: driveWithK6,
      onProgress: ({ phase }) => phases.add(phase),
    });
    expect(found.driver).toMatchObject({ target: 'self', platformClock: true, stopped: null, notes: [] });
    expect(found.judged.load.inputs['snapshot']).toEqual(by.judged.load.inputs['snapshot']);
    expect(outcome(found.judged)).toEqual(outcome(by.judged));
    expect(found.driver.generator.cpuShare).toBeGreaterThan(0);
    expect(found.driver.seconds).toHaveLength(WINDOW_MS / 1000);
    expect([...phases]).toEqual(expect.arrayContaining(['onboarding', 'connecting', 'running', 'draining', 'done']));
  });

  it('is partial if the run is interrupted, and tells what was seen until then', async () => {
    const stop = new AbortController();
    const outDir = join(folder, 'interrupted');
    const found = await driveWithK6({
      traceDir: yardstick.trace.dir,
      outDir,
      target: URL_TARGET(),
      speed: SPEED,
      signal: stop.signal,
      onProgress: ({ phase }) => {
        if (phase === 'running') stop.abort();
      },
    });
    expect(found.stopped).toBe('interrupted');
    // The residents had connected by then.
    expect(sendsOf(outDir).some(({ status }) => status === 101)).toBe(true);
  });
});

const URL_TARGET = () =>
  ({ kind: 'url', url: target.url, mqttUrl: target.mqttUrl, harnessKey: target.harnessKey, onboarded: false }) as const;
