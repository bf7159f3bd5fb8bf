/** The command as a user runs it: a process of its own that starts the reference system, loads it and ends. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Errors } from 'typebox/value';
import { afterAll, describe, expect, it } from 'vitest';
import { HundredblockError } from '../../contract/errors.ts';
import { RunRecordSchema, type RunRecord } from '../../contract/record/run-record.ts';
import { MINUTE_MS } from '../../contract/time.ts';
import { prepare } from '../run/preparation.ts';
import { OBSERVED } from '../studies/compare/comparison.ts';
import { differencesIn, EXACT_FIELDS } from '../records/diff.ts';
import { parseArgs } from './args.ts';
import { driverOf, loadScenario, sourceOf, targetOf } from './load.ts';
import { COMMANDS } from './spec.ts';

const BIN = fileURLToPath(new URL('../../bin/hundredblock.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hundredblock-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two towns for some simulated minutes, with an alert or two. Both push: what comes of a portal hangs on which polls a crowded machine misses. */
const SETS = [
  'agencies.1.dialect=seattle',
  'policy.review=auto',
  'intensity.incidents=150',
  'intensity.staffing=150',
  'load.connectRampMs=500',
];
/** Two hamlets in which hardly anything happens: made in no time. */
const HAMLETS = ['agencies.0.personsPerAgency=500', 'agencies.1.personsPerAgency=500', 'load.connectRampMs=100'];
const HAMLET = ['smoke', '--from', '5m', '--speed', '60', ...HAMLETS.flatMap((set) => ['--set', set])];
const TOWN = ['smoke', '--from', '1h', '--speed', '60', ...SETS.flatMap((set) => ['--set', set])];

interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

type Watch = (child: { kill(signal: NodeJS.Signals): boolean }, stderr: string) => void;

function load(args: string[], watch?: Watch): Promise<Ended> {
  return hundredblock('load', args, watch);
}

/** Runs the command; `watch` is given the process and all of stderr so far whenever some comes. */
function hundredblock(command: string, args: string[], watch: Watch = () => {}): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    watch(child, stderr);
  });
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr })));
}

function recordIn(dir: string): RunRecord {
  const record: unknown = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
  expect(Errors(RunRecordSchema, record)).toEqual([]);
  return record as RunRecord;
}

/** What must be equal wherever the same trace is sent; how long a correction took is told in the stamps of the platform, which time decides. */
function exactOf(record: RunRecord) {
  const tags = Object.entries(RunRecordSchema.properties) as [keyof RunRecord, { 'x-tag'?: string }][];
  const exact = tags.filter(([, schema]) => schema['x-tag'] === 'exact').map(([name]) => [name, record[name]]);
  const { correctionMs, ...falseAlerts } = record.falseAlerts;
  expect(exact.length).toBeGreaterThan(20);
  return { ...Object.fromEntries(exact), falseAlerts, corrections: correctionMs.count };
}

function argsOf(...argv: string[]) {
  return parseArgs(COMMANDS.load, argv);
}

describe('hundredblock load', () => {
  it(
    'starts the reference system, loads it, judges it, and leaves a record with both clocks',
    { timeout: 180_000 },
    async () => {
      const out = join(folder, 'whole');
      const { exitCode, stdout, stderr } = await load([...TOWN, '--duration', '6s', '--out', out, '--json']);
      const record = recordIn(out);
      expect(JSON.parse(stdout)).toEqual(record);
      expect(record.partial).toBe(false);
      expect(record.counts.alerts).toBeGreaterThan(0);
      expect(record.load!.deliveries.received).toBeGreaterThan(100);
      expect(record.load!.connected.residents).toBeGreaterThan(500);
      const { misdelivered, leaked, duplicate, shed } = record.verdicts;
      expect({ misdelivered, leaked, duplicate, shed }).toEqual({ misdelivered: 0, leaked: 0, duplicate: 0, shed: 0 });
      expect(record.load!.inputs.cad.acknowledged).toBe(record.load!.inputs.cad.meant);
      expect(record.gates.find((gate) => gate.name === 'wrongReceipts')?.found).toBe(0);
      // A machine that stands still for seconds makes deliveries late, and the run says so.
      expect(exitCode).toBe(record.gates.every((gate) => gate.ok) ? 0 : 1);
      expect(stderr).toContain('same outcome');
      for (const file of ['report.html', 'alerts.jsonl', 'trace/trace.json', 'wire/driver.json'])
        expect(existsSync(join(out, file))).toBe(true);
      expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('Both clocks');
    },
  );

  it(
    'sends the trace that it kept again, at another speed, with the same world in every exact field',
    { timeout: 180_000 },
    async () => {
      const out = join(folder, 'again');
      rmSync(out, { recursive: true, force: true });
      const trace = join(folder, 'whole/trace');
      const { exitCode } = await load(['--trace', trace, '--speed', '120', '--out', out, '--quiet']);
      const [before, record] = [recordIn(join(folder, 'whole')), recordIn(out)];
      expect(record.load).toMatchObject({ speed: 120, traceSha256: before.load!.traceSha256 });
      expect(record.command).toBe(`hundredblock load --trace ${trace} --speed 120`);
      // What residents received may differ within the rules' tolerance, on a machine that stands still for seconds more than on others.
      const world = EXACT_FIELDS.filter((field) => !OBSERVED.has(field));
      expect(world.flatMap((field) => differencesIn(field, before, record))).toEqual([]);
      expect(world).toContain('police');
      const { alerts, updates, cancels, deliveries, ...counts } = record.counts;
      expect(before.counts).toMatchObject(counts);
      expect(alerts + updates + cancels + deliveries).toBeGreaterThan(100);
      expect(exitCode).toBe(record.gates.every((gate) => gate.ok) ? 0 : 1);
      expect(existsSync(join(out, 'trace'))).toBe(false);
    },
  );

  it('is judged again from what its driver saw, with the same verdicts, latencies and exit code', async () => {
    const [run, out] = [join(folder, 'whole'), join(folder, 'judged')];
    const { exitCode } = await hundredblock('judge', [join(run, 'wire'), '--out', out, '--quiet']);
    const [before, record] = [recordIn(run), recordIn(out)];
    expect(exactOf(record)).toEqual(exactOf(before));
    const { generatorLagMs, latencyMs, sameOutcome } = before;
    expect(record).toMatchObject({ generatorLagMs, latencyMs, sameOutcome, load: before.load });
    expect(exitCode).toBe(before.gates.every((gate) => gate.ok) ? 0 : 1);
    expect(existsSync(join(out, 'metrics.om'))).toBe(true);
    const alone = join(folder, 'again/wire');
    const lost = await hundredblock('judge', [alone, '--quiet']);
    expect([lost.exitCode, lost.stderr]).toEqual([
      2,
      expect.stringMatching(/^hundredblock: HB_USAGE: judge: expected --trace DIR.*\n$/),
    ]);
  });

  it('refuses a trace in which a byte was changed', async () => {
    const copy = join(folder, 'changed');
    cpSync(join(folder, 'whole/trace'), copy, { recursive: true });
    const path = join(copy, 'inputs.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"kind":"motion"', '"kind":"Motion"'));
    const { exitCode, stdout, stderr } = await load(['--trace', copy, '--out', join(folder, 'none')]);
    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^hundredblock: HB_TRACE: trace: inputs.jsonl: expected SHA-256 .*, found .*\n$/);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('refuses to move a kept trace to the moment of a run in real time', async () => {
    const server = createServer((request, response) =>
      response.writeHead(request.url === '/healthz' ? 200 : 404).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const target = ['--target', url, '--harness-key', 'a-key-of-its-own'];
      const args = parseArgs(COMMANDS.load, ['--trace', join(folder, 'whole/trace'), ...target, '--quiet']);
      await expect(
        prepare({ ...(await sourceOf(args)), traceDir: '', target: await targetOf(args, undefined) }),
      ).rejects.toMatchObject({
        code: 'HB_OPTION_VALUE',
        message: expect.stringContaining('--trace: expected a target with a platform clock'),
      });
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('leaves a partial record of a target that is down, and exits 1', { timeout: 120_000 }, async () => {
    const out = join(folder, 'down');
    const target = ['--target', 'http://127.0.0.1:9', '--harness-key', 'a-key-of-its-own'];
    const { exitCode, stderr } = await load([...HAMLET, '--duration', '2s', ...target, '--out', out, '--quiet']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^hundredblock: HB_TARGET: .*expected .*found.*\n$/);
    const record = recordIn(out);
    expect(record.partial).toBe(true);
    expect(record.command).not.toContain('a-key-of-its-own');
  });

  it('leaves a partial record where it is interrupted, and exits 130', { timeout: 180_000 }, async () => {
    const out = join(folder, 'cut');
    let signalled = false;
    const { exitCode } = await load([...HAMLET, '--duration', '60s', '--out', out], (child, stderr) => {
      if (signalled || !/second \d+ of/.test(stderr)) return;
      signalled = true;
      child.kill('SIGINT');
    });
    expect([signalled, exitCode]).toEqual([true, 130]);
    const record = recordIn(out);
    expect(record.partial).toBe(true);
    expect(record.verdicts.lost).toBe(0);
  });
});

describe('options', () => {
  it('open the window where they say, in either form', () => {
    const offset = loadScenario('smoke', argsOf('smoke', '--from', '90m'), 1);
    expect(offset.load.fromMs).toBe(90 * MINUTE_MS);
    const moment = loadScenario('smoke', argsOf('smoke', '--from', '2026-06-01T01:30:00Z'), 1);
    expect(moment.load.fromMs).toBe(90 * MINUTE_MS);
    const late = loadScenario('smoke', argsOf('smoke', '--duration', '5s', '--speed', '600'), 1);
    expect(late.load).toMatchObject({ durationMs: 5000, speed: 600 });
  });

  it('multiply what the scenario has, all streams or some', () => {
    expect(loadScenario('smoke', argsOf('smoke', '--intensity', '3'), 1).intensity).toEqual({
      incidents: 60,
      encounters: 3,
      motions: 3,
      staffing: 60,
    });
    const some = argsOf('smoke', '--set', 'intensity.motions=4', '--intensity', 'incidents=0.5,motions=2');
    expect(loadScenario('smoke', some, 1).intensity).toEqual({
      incidents: 10,
      encounters: 1,
      motions: 8,
      staffing: 20,
    });
  });

  it.each([
    [['--from', '2026-06-01'], 'HB_OPTION_VALUE', '--from'],
    [['--from', '2020-06-01T00:00:00Z'], 'HB_OPTION_VALUE', 'load.fromMs'],
    [['--from', 'soon'], 'HB_OPTION_VALUE', '--from: expected a time of at most 31 days'],
    [['--duration', '10ms'], 'HB_OPTION_VALUE', 'load.durationMs'],
    [['--speed', '0'], 'HB_OPTION_VALUE', 'load.speed'],
    [['--speed', 'fast'], 'HB_OPTION_VALUE', '--speed: expected a number'],
    [['--closed-loop', '--speed', '600'], 'HB_OPTION_VALUE', 'load.speed: expected at most 300 '],
    [['--intensity', 'much'], 'HB_OPTION_VALUE', '--intensity: expected a factor such as 4, or incidents=4,'],
    [['--intensity', 'incident=2'], 'HB_OPTION_UNKNOWN', 'did you mean intensity.incidents?'],
  ])('%j are refused', (argv, code, text) => {
    const refused = (): unknown => loadScenario('smoke', argsOf('smoke', ...argv), 1);
    expect(refused).toThrow(HundredblockError);
    expect(refused).toThrow(text);
    expect(refused).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    [['--target', 'http://example.com:8080', '--onboarded'], 'HB_TARGET', 'expected a target on this machine'],
    [['--target', 'ftp://127.0.0.1', '--onboarded'], 'HB_TARGET', 'expected a URL such as'],
    [['--target', 'http://127.0.0.1:1'], 'HB_USAGE', '--target: expected --harness-key'],
    [['--mqtt', 'mqtt://127.0.0.1:1'], 'HB_USAGE', '--mqtt: expected --target'],
    [['--onboarded'], 'HB_USAGE', '--onboarded: expected --target'],
  ])('%j are refused', async (argv, code, text) => {
    const error: unknown = await targetOf(argsOf('smoke', ...argv), undefined).catch((e: unknown) => e);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(text);
  });

  it.each([
    [[], 'HB_USAGE', 'load: expected either a scenario or --trace DIR, found neither'],
    [['smoke', '--trace', 'x'], 'HB_USAGE', 'found both'],
    [['--trace', 'x', '--seed=2'], 'HB_USAGE', '--seed: expected a scenario to change, found --trace'],
    [['--trace', 'x', '--set=policy.alerts=off'], 'HB_USAGE', '--set: expected a scenario'],
    [['--trace', 'x', '--from=1h'], 'HB_USAGE', '--from: expected a scenario'],
    [['--trace', 'x', '--duration=5s'], 'HB_USAGE', '--duration: expected a scenario'],
    [['--trace', 'x', '--intensity=2'], 'HB_USAGE', '--intensity: expected a scenario'],
    [['--trace', 'x', '--closed-loop'], 'HB_USAGE', '--closed-loop: expected a scenario to change, found --trace'],
    [['--trace', join(tmpdir(), 'no-such-trace')], 'HB_TRACE', 'trace.json: expected a file that can be read'],
  ])('%j name nothing that can be sent', async (argv, code, text) => {
    const error: unknown = await sourceOf(argsOf(...argv)).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
  });

  it('name a driver, and one that can do what is asked', () => {
    expect(driverOf(argsOf('smoke'))).toBe('node');
    expect(driverOf(argsOf('smoke', '--driver', 'k6'))).toBe('k6');
    expect(() => driverOf(argsOf('smoke', '--driver', 'curl'))).toThrow('--driver: expected node or k6, found "curl"');
    expect(() => driverOf(argsOf('smoke', '--driver', 'k6', '--closed-loop'))).toThrow(
      '--closed-loop: expected --driver node',
    );
  });

  it('name a target', async () => {
    expect(await targetOf(argsOf('smoke'), 'unused')).toBeNull();
    const given = argsOf('smoke', '--target', 'http://127.0.0.1:8080/', '--mqtt', 'mqtt://127.0.0.1:1883');
    expect(await targetOf(given, 'of the environment')).toEqual({
      kind: 'url',
      url: 'http://127.0.0.1:8080',
      mqttUrl: 'mqtt://127.0.0.1:1883',
      harnessKey: 'of the environment',
      onboarded: false,
    });
  });
});
