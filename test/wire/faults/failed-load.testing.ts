/** `hundredblock load` against a target that fails it: it ends by itself, with exit code 1, one line, and a record that says that it is partial. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Errors } from 'typebox/value';
import { expect } from 'vitest';
import { RunRecordSchema, type RunRecord } from '../../../contract/record/run-record.ts';
import { FAULT_KEY } from './fault-run.testing.ts';

const BIN = fileURLToPath(new URL('../../../bin/hundredblock.js', import.meta.url));

export interface FailedLoad {
  stderr: string;
  record: RunRecord;
}

/** Loads the target for so many seconds into the folder `out`, and demands what holds for all that fail. `onProgress`: what it says meanwhile. */
export async function failedLoad(
  out: string,
  url: string,
  o: { seconds: number; onProgress?: (line: string) => void } = { seconds: 2 },
): Promise<FailedLoad> {
  const sets = ['load.connectRampMs=200', 'load.connectedShareOfDoorbells=0'].flatMap((set) => ['--set', set]);
  const window = ['--duration', `${o.seconds}s`, '--from', '5m'];
  const target = ['--target', url, '--harness-key', FAULT_KEY];
  const quiet = o.onProgress === undefined ? ['--quiet'] : [];
  const child = spawn(process.execPath, [BIN, 'load', 'smoke', ...target, ...window, ...sets, '--out', out, ...quiet], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const orphan = (): void => void child.kill('SIGKILL');
  process.once('exit', orphan);
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => {
    stderr += part.toString();
    o.onProgress?.(part.toString());
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  process.off('exit', orphan);
  const coded = stderr.split('\n').filter((line) => line.startsWith('hundredblock: '));
  expect(coded).toEqual([expect.stringMatching(/^hundredblock: HB_TARGET: /)]);
  if (o.onProgress === undefined) expect(stderr).toBe(`${coded[0]}\n`);
  expect(exitCode).toBe(1);
  const record = JSON.parse(readFileSync(`${out}/run.json`, 'utf8')) as RunRecord;
  expect(Errors(RunRecordSchema, record)).toEqual([]);
  expect(record.partial).toBe(true);
  expect(JSON.stringify(record)).not.toContain(FAULT_KEY);
  return { stderr: coded[0], record };
}
