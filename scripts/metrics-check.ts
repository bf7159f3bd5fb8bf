/**
 * Loads a run's metrics into a real Prometheus and compares every figure of the record with what that answers: `npm run metrics-check -- city`
 * runs the scenario for it, `npm run metrics-check -- results/runs/ID` takes a run that was made, with the one on the wire within it. Needs
 * Debian's package `prometheus`.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ON_THE_WIRE, readRunRecord } from '../harness/records/run-folder.ts';
import { runScenario } from '../harness/run/run.ts';
import { resolveScenario } from '../harness/options/resolve.ts';
import { compareWithRecord } from '../harness/report/metrics/comparison.ts';
import { OPEN_METRICS_FILE } from '../harness/report/metrics/open-metrics.ts';
import { prometheusMissing, servePrometheus } from '../harness/report/metrics/prometheus.ts';

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

async function check(what: string, folder: string): Promise<boolean> {
  const made = existsSync(join(what, 'run.json'));
  const runDir = made ? what : await runOf(what, join(folder, 'run'));
  const runs = [runDir, join(runDir, ON_THE_WIRE)].filter((dir) => existsSync(join(dir, 'run.json')));
  const prometheusDir = join(folder, 'prometheus');
  mkdirSync(prometheusDir);
  const files = runs.map((dir) => join(dir, OPEN_METRICS_FILE));
  const prometheus = await servePrometheus(files, prometheusDir);
  let agree = true;
  try {
    for (const [i, dir] of runs.entries()) {
      const record = readRunRecord(dir);
      const compared = await compareWithRecord(record, prometheus);
      const differing = compared.filter((c) => !c.agrees);
      for (const c of differing) say(`differs: ${c.name}: record ${c.record}, Prometheus ${c.prometheus}`);
      const kib = Math.round(statSync(files[i]).size / 1024);
      say(
        `${record.scenario.name}, seed ${record.seed}: ${compared.length} figures compared, ${differing.length} differ; ${kib} KiB of metrics`,
      );
      agree &&= differing.length === 0;
    }
    return agree;
  } finally {
    await prometheus.stop();
  }
}

async function runOf(name: string, outDir: string): Promise<string> {
  const scenario = resolveScenario(name, [], {});
  await runScenario({ scenario, seed: SEED, workers: 1, command: 'metrics-check', outDir });
  return outDir;
}
