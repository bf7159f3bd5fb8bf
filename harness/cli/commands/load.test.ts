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
import { RunRecordSchema, type RunRecord } from '../../../contract/record/run-record.ts';
import { prepare } from '../../run/preparation.ts';
import { OBSERVED } from '../../studies/compare/comparison.ts';
import { differencesIn, EXACT_FIELDS } from '../../records/diff.ts';
import { parseArgs } from '../args.ts';
import { readTarget } from '../target-flags.ts';
import { load as command, loadScenario, readDriver, readSource } from './load.ts';

const BIN = fileURLToPath(new URL('../../../bin/hundredblock.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hundredblock-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two towns for some simulated minutes, with an alert or two. Both push: the alerts from a portal depend on which polls a crowded machine misses. */
const SETS = [
  'agencies.1.dialect=seattle',
  'policy.review=auto',
  'intensity.incidents=150',
  'intensity.staffing=150',
  'load.connectRampMs=500',
];
/** Two hamlets in which hardly anything happens, so that their world is quick to make. */
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
function hundredblock(name: string, args: string[], watch: Watch = () => {}): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, name, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
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

/** The fields that are equal wherever the same trace is sent. The length of a correction is left out: it follows from the target's own time stamps. */
function exactOf(record: RunRecord) {
  const tags = Object.entries(RunRecordSchema.properties) as [keyof RunRecord, { 'x-tag'?: string }][];
  const exact = tags.filter(([, schema]) => schema['x-tag'] === 'exact').map(([name]) => [name, record[name]]);
  const { correctionMs, ...falseAlerts } = record.falseAlerts;
  expect(exact.length).toBeGreaterThan(20);
  return { ...Object.fromEntries(exact), falseAlerts, corrections: correctionMs.count };
}

function argsOf(...argv: string[]) {
  return parseArgs(command, argv);
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
      // A machine that stands still for seconds makes deliveries late, which is a failed gate.
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
      // Receptions may differ within the rules' tolerance, most on a machine that stands still for seconds.
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
      const args = argsOf('--trace', join(folder, 'whole/trace'), ...target, '--quiet');
      await expect(
        prepare({ ...(await readSource(args)), traceDir: '', target: await readTarget(args, {}) }),
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

  it('leaves a partial record if it is interrupted, and exits 130', { timeout: 180_000 }, async () => {
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
  it('refuse a closed loop that the speed leaves no time for', async () => {
    const args = argsOf('smoke', '--closed-loop', '--speed', '600');
    await expect(loadScenario('smoke', args)).rejects.toMatchObject({
      code: 'HB_OPTION_VALUE',
      message: expect.stringContaining('load.speed: expected at most 300 '),
    });
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
    const error: unknown = await (async () => readSource(argsOf(...argv)))().catch((e: unknown) => e);
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
  });

  it('name a driver, and one that can do what is asked', () => {
    expect(readDriver(argsOf('smoke'))).toBe('node');
    expect(readDriver(argsOf('smoke', '--driver', 'k6'))).toBe('k6');
    expect(() => readDriver(argsOf('smoke', '--driver', 'curl'))).toThrow(
      '--driver: expected node or k6, found "curl"',
    );
    expect(() => readDriver(argsOf('smoke', '--driver', 'k6', '--closed-loop'))).toThrow(
      '--closed-loop: expected --driver node',
    );
  });
});
