import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunRecordSchema, type RunRecord } from '../../../contract/record/run-record.ts';

const BIN = fileURLToPath(new URL('../../../bin/hundredblock.js', import.meta.url));
const FILES = ['alerts.jsonl', 'faults.jsonl', 'report.html', 'run.json'];
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-simulate-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function simulate(...args: string[]) {
  return spawnSync(process.execPath, [BIN, 'simulate', 'smoke', '--workers', '1', ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
}

describe('simulate smoke', () => {
  it('--json --quiet prints the record alone, the one that it stored', () => {
    const { status, stdout, stderr } = simulate(
      '--seed',
      '7',
      '--set',
      'intensity.motions=0.1',
      '--json',
      '--quiet',
      '--out',
      'quiet',
    );
    expect([status, stderr]).toEqual([0, '']);
    const record = JSON.parse(stdout) as RunRecord;
    expect([...Value.Errors(RunRecordSchema, record)]).toEqual([]);
    expect(record.command).toBe('hundredblock simulate smoke --seed 7 --set intensity.motions=0.1');
    expect(JSON.parse(readFileSync(join(folder, 'quiet/run.json'), 'utf8'))).toEqual(record);
    expect(readdirSync(join(folder, 'quiet'))).toEqual(expect.arrayContaining(FILES));
  });

  it('without them it prints a summary and where the report is, in results/runs', () => {
    const { status, stdout, stderr } = simulate('--days', '0.1');
    expect(status).toBe(0);
    const [, path] = /^Report: (.+)$/m.exec(stdout) ?? [];
    expect(existsSync(path)).toBe(true);
    expect(path.startsWith(join(folder, 'results/runs/smoke-1-'))).toBe(true);
    expect(readdirSync(join(folder, 'results/runs'))).toHaveLength(1);
    expect(stderr).not.toBe('');
  });

  it('interrupted, it ends 130 with a record that says so', async () => {
    const child = spawn(
      process.execPath,
      [BIN, 'simulate', 'metro', '--workers', '1', '--json', '--quiet', '--out', 'cut'],
      { cwd: folder },
    );
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    const begun = () => readdirSync(folder).some((name) => name.startsWith('.cut.partial'));
    const poll = setInterval(() => {
      if (!begun()) return;
      clearInterval(poll);
      child.kill('SIGINT');
    }, 50);
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(status).toBe(130);
    expect((JSON.parse(stdout) as RunRecord).partial).toBe(true);
    expect(readdirSync(join(folder, 'cut'))).toEqual(expect.arrayContaining(FILES));
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
