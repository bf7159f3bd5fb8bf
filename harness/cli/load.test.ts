/** The command as a user runs it: a process of its own that starts the reference system, loads it and ends. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Errors } from 'typebox/value';
import { afterAll, describe, expect, it } from 'vitest';
import { HundredblockError } from '../../contract/errors.ts';
import { RunRecordSchema, type RunRecord } from '../../contract/runrecord.ts';
import { MINUTE_MS } from '../../contract/time.ts';
import { parseArgs } from './args.ts';
import { loadScenario, targetOf } from './load.ts';
import { COMMANDS } from './spec.ts';

const BIN = fileURLToPath(new URL('../../bin/hundredblock.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hundredblock-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two towns for some simulated minutes, with an alert or two. */
const SETS = ['policy.review=auto', 'intensity.incidents=150', 'intensity.staffing=150', 'load.connectRampMs=500'];
/** Two hamlets in which hardly anything happens: made in no time. */
const HAMLETS = ['agencies.0.personsPerAgency=500', 'agencies.1.personsPerAgency=500', 'load.connectRampMs=100'];
const HAMLET = ['smoke', '--from', '5m', '--speed', '60', ...HAMLETS.flatMap((set) => ['--set', set])];
const TOWN = ['smoke', '--from', '1h', '--speed', '60', ...SETS.flatMap((set) => ['--set', set])];

interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `hundredblock load`; `watch` is given the process and all of stderr so far whenever some comes. */
function load(
  args: string[],
  watch: (child: { kill(signal: NodeJS.Signals): boolean }, stderr: string) => void = () => {},
): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, 'load', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
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
