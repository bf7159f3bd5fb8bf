/**
 * Runs a scenario, loads its metrics into a real Prometheus and compares every figure of the record with what that answers:
 * `npm run metrics-check -- city`. Needs Debian's package `prometheus`.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScenario } from '../run/run.ts';
import { resolveScenario } from '../scenario/resolve.ts';
import { compareWithRecord } from './comparison.ts';
import { OPEN_METRICS_FILE } from './open-metrics.ts';
import { prometheusMissing, servePrometheus } from './prometheus.ts';

const SEED = 1;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const missing = prometheusMissing();
if (missing.length > 0) {
  say(`not found: ${missing.join(', ')} (apt-get install prometheus)`);
  process.exitCode = 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'hundredblock-metrics-'));
  try {
    process.exitCode = (await check(process.argv[2] ?? 'city', folder)) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// --- internal ---

async function check(name: string, folder: string): Promise<boolean> {
  const scenario = resolveScenario(name, [], {});
  const runDir = join(folder, 'run');
  const { record } = await runScenario({ scenario, seed: SEED, workers: 1, command: 'metrics-check', outDir: runDir });
  const file = join(runDir, OPEN_METRICS_FILE);
  const prometheusDir = join(folder, 'prometheus');
  mkdirSync(prometheusDir);
  const prometheus = await servePrometheus([file], prometheusDir);
  try {
    const compared = await compareWithRecord(record, prometheus);
    const differing = compared.filter((c) => !c.agrees);
    for (const c of differing) say(`differs: ${c.figure}: record ${c.record}, Prometheus ${c.prometheus}`);
    const kib = Math.round(statSync(file).size / 1024);
    say(
      `${name}, seed ${SEED}: ${compared.length} figures compared, ${differing.length} differ; ${kib} KiB of metrics`,
    );
    return differing.length === 0;
  } finally {
    await prometheus.stop();
  }
}
