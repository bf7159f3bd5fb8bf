/** Short soaks with real processes: everything is sampled, and nothing is judged by a slope. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Errors } from 'typebox/value';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { RunRecordSchema, type RunRecord } from '../../contract/record/run-record.ts';
import { readSamples, type Samples } from '../../harness/studies/soak/samples.ts';
import { startLeaky, type LeakyProcess } from '../soak/leaky-process.testing.ts';

const BIN = fileURLToPath(new URL('../../bin/hundredblock.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hundredblock-soak-'));
/** Two towns in which a second is 20 minutes, and a lot happens. */
const TOWNS = [
  'smoke',
  '--speed',
  '1200',
  ...[
    'agencies.0.personsPerAgency=3000',
    'agencies.1.personsPerAgency=3000',
    'intensity.incidents=100',
    'intensity.staffing=100',
    'policy.review=auto',
    'load.connectRampMs=500',
  ].flatMap((set) => ['--set', set]),
];
const running: ChildProcess[] = [];
let leaky: LeakyProcess | null = null;

afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  await leaky?.stop();
  leaky = null;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  exitCode: number | null;
  record: RunRecord;
  stderr: string;
}

function soak(args: string[], watch: (child: ChildProcess, stderr: string) => void = () => {}): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, 'soak', ...TOWNS, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    watch(child, stderr);
  });
  return new Promise((resolve, reject) =>
    child.on('close', (exitCode) => {
      if (stdout === '') reject(new Error(`expected a record, found none: ${stderr}`));
      else resolve({ exitCode, record: JSON.parse(stdout) as RunRecord, stderr });
    }),
  );
}

function known(values: Float64Array): number[] {
  return [...values].filter((value) => !Number.isNaN(value));
}

function medianOf(values: Float64Array): number {
  const sorted = known(values).sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function expectSampled(samples: Samples): void {
  for (const column of [
    'target.rssBytes',
    'target.heapUsedBytes',
    'target.fds',
    'driver.rssBytes',
    'driver.fds',
  ] as const)
    expect(known(samples[column]).length, column).toBeGreaterThan(1);
  expect(Math.min(...known(samples['target.rssBytes']))).toBeGreaterThan(30 * 2 ** 20);
  expect(Math.min(...known(samples['target.fds']))).toBeGreaterThan(medianOf(samples['driver.connected']));
}

describe('soak', { timeout: 300_000 }, () => {
  it('samples both processes, judges deliveries, and calls slopes too short to tell', async () => {
    const out = join(folder, 'short');
    const { exitCode, record, stderr } = await soak(['--duration', '12s', '--out', out]);
    expect(stderr).toContain('too short to tell');
    expect(Errors(RunRecordSchema, record)).toEqual([]);
    expect(record.gates.filter(({ ok }) => !ok)).toEqual([]);
    expect(exitCode).toBe(0);
    expect(record.soak?.verdict).toBe('too short');
    expect(record.load?.windowMs).toBe(12_000);
    expect(record.verdicts.delivered).toBeGreaterThan(0);
    const { samples } = readSamples(join(out, 'soak.jsonl'));
    expectSampled(samples);
    expect(known(samples['driver.heapUsedBytes']).length).toBeGreaterThan(1);
    expect(known(samples['latency.deviceP50Ms']).length).toBeGreaterThan(1);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('id="soak"');
  });

  it('leaves what was seen where it is interrupted', async () => {
    const out = join(folder, 'interrupted');
    let isSent = false;
    const { exitCode, record } = await soak(['--duration', '90s', '--out', out], (child, stderr) => {
      if (isSent || !/second ([4-9]|\d\d) of/.test(stderr)) return;
      isSent = true;
      child.kill('SIGINT');
    });
    expect(exitCode).toBe(130);
    expect(record.partial).toBe(true);
    expect(record.soak?.samples).toBeGreaterThan(1);
    expect(record.soak?.verdict).toBe('too short');
    expect(existsSync(join(out, 'report.html'))).toBe(true);
  });

  it('samples a target that it did not start, and sees what it holds back', async () => {
    leaky = await startLeaky('latency');
    const { url, mqttUrl, harnessKey } = leaky.target;
    const out = join(folder, 'foreign');
    const target = ['--target', url, '--mqtt', String(mqttUrl), '--harness-key', String(harnessKey)];
    const window = ['--duration', '8s', '--out', out, '--target-pid', String(leaky.pid)];
    const { exitCode, record } = await soak([...window, ...target]);
    expect(exitCode).toBe(0);
    expect(record.command).not.toContain(harnessKey);
    const { samples } = readSamples(join(out, 'soak.jsonl'));
    expectSampled(samples);
    expect(medianOf(samples['latency.deviceP50Ms'])).toBeGreaterThan(250);
  });
});
