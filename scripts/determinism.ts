/**
 * The determinism guard: one scenario, run with one and with two workers and under another zone and locale, must give the same
 * history hash and the same exact fields each time, and the hash must be the golden one. `--update` makes the present hash golden.
 * A golden hash counts only where a line of CHANGELOG.md says 'changes seeded output' and names its first twelve digits.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunRecordSchema, type RunRecord } from '../contract/record/run-record.ts';
import { announced, type Golden } from './golden.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GOLDEN = join(ROOT, 'results/baselines/golden.json');
const [SCENARIO, SEED] = ['smoke', 7] as const;
const VARIANTS: readonly { label: string; workers: number; env: Record<string, string> }[] = [
  { label: 'one worker', workers: 1, env: {} },
  { label: 'two workers', workers: 2, env: {} },
  { label: 'Apia, Turkish', workers: 2, env: { TZ: 'Pacific/Apia', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' } },
];

const out = mkdtempSync(join(tmpdir(), 'hundredblock-determinism-'));
try {
  process.exitCode = guard(process.argv.includes('--update')) ? 0 : 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}

function guard(update: boolean): boolean {
  const records = VARIANTS.map((variant, i) => {
    const record = simulate(variant, join(out, String(i)));
    console.log(`${variant.label.padEnd(14)} ${record.historyHash}`);
    return record;
  });
  const differences = VARIANTS.slice(1).flatMap(({ label }, i) =>
    differing(records[0], records[i + 1]).map((name) => `${label}: ${name} differs`),
  );
  for (const line of differences) console.error(`determinism: ${line}`);
  if (differences.length > 0) return false;

  const { historyHash } = records[0];
  if (update) {
    const golden: Golden = { scenario: SCENARIO, seed: SEED, historyHash };
    writeFileSync(GOLDEN, `${JSON.stringify(golden, null, 2)}\n`);
  }
  const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Golden;
  if (golden.historyHash !== historyHash) {
    console.error(`determinism: expected the golden hash ${golden.historyHash}, found ${historyHash}`);
    console.error('determinism: if that is meant, run it with --update and tell of it in CHANGELOG.md');
    return false;
  }
  const missing = announced(golden, readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'));
  if (missing !== null) {
    console.error(`determinism: ${missing}`);
    return false;
  }
  console.log('determinism: the same run each time, and the golden one');
  return true;
}

function simulate({ workers, env }: (typeof VARIANTS)[number], outDir: string): RunRecord {
  const args = [
    join(ROOT, 'bin/hundredblock.js'),
    'simulate',
    SCENARIO,
    '--seed',
    String(SEED),
    '--json',
    '--quiet',
    '--workers',
    String(workers),
    '--out',
    outDir,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });
  // A breached gate (exit 1) still leaves a record to compare; whether gates hold is for tests to say.
  if (stdout === '') throw new Error(`simulate ${SCENARIO} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as RunRecord;
}

/** Names of the exact fields in which two records differ. */
function differing(a: RunRecord, b: RunRecord): string[] {
  const fields = Object.entries(RunRecordSchema.properties) as [keyof RunRecord, { 'x-tag'?: string }][];
  return fields
    .filter(([name, schema]) => schema['x-tag'] === 'exact' && JSON.stringify(a[name]) !== JSON.stringify(b[name]))
    .map(([name]) => name);
}
