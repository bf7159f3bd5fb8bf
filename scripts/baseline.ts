/**
 * `npm run baseline -- --reason "..."`: runs each scenario of the committed baselines anew and writes its record to results/baselines/, with the
 * reason why its figures are what they should be now. `--only NAME` renews one. Without a reason nothing is renewed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RunRecord } from '../contract/record/run-record.ts';
import { baselineOf } from '../harness/studies/compare/baseline.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REASON_LENGTH_MIN = 10;

/** File name to the command that makes it. */
const BASELINES: Readonly<Record<string, readonly string[]>> = {
  smoke: ['simulate', 'smoke', '--seed', '7', '--workers', '1'],
  'smoke-load': ['load', 'smoke', '--seed', '7', '--from', '12h', '--speed', '600', '--duration', '10s'],
};

const { values } = parseArgs({ options: { reason: { type: 'string' }, only: { type: 'string' } } });
process.exitCode = renew(values.reason?.trim() ?? '', values.only);

function renew(reason: string, only: string | undefined): number {
  if (reason.length < REASON_LENGTH_MIN) {
    console.error('baseline: expected --reason "why the figures are what they should be now", found none');
    return 2;
  }
  const names = Object.keys(BASELINES).filter((name) => only === undefined || name === only);
  if (names.length === 0) {
    console.error(`baseline: expected --only ${Object.keys(BASELINES).join(' or ')}, found ${only}`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'hundredblock-baseline-'));
  try {
    for (const name of names) {
      const record = run(BASELINES[name], join(folder, name));
      const path = join(ROOT, 'results/baselines', `${name}.json`);
      writeFileSync(path, `${JSON.stringify(baselineOf(record, reason), null, 1)}\n`);
      console.log(`${name}: ${record.historyHash.slice(0, 12)}, ${readFileSync(path).length} bytes`);
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[], outDir: string): RunRecord {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'bin/hundredblock.js'), ...args, '--json', '--quiet', '--out', outDir],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as RunRecord;
}
