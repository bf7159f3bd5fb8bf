/**
 * Loads two runs into one real Prometheus, which must answer every number of their records. Skipped if Prometheus is not installed, unless CI=true says that it
 * must be.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HARNESS_METRICS, METRICS, seriesMax } from '../../../contract/metrics.ts';
import type { CreatePipeline } from '../../../contract/pipeline.ts';
import type { AlertLine } from '../../../contract/record/lines.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { HOUR_MS, SECOND_MS } from '../../../contract/time.ts';
import { createPipeline } from '../../../reference-impl/pipeline/pipeline.ts';
import { SABOTAGES } from '../../../oracle/sabotage.testing.ts';
import { runScenario } from '../../run/run.ts';
import { resolveScenario } from '../../options/resolve.ts';
import { compareWithRecord } from './comparison.ts';
import { OPEN_METRICS_FILE, runLabel } from './open-metrics.ts';
import { prometheusMissing, servePrometheus, type Prometheus } from './prometheus.ts';

const missing = prometheusMissing();
const skipped = missing.length > 0 && process.env.CI !== 'true';

/** Sabotages whose effects a good run does not have. */
const HARM = ['drops whole alerts', 'withholds alerts', 'doubles a delivery', 'leaks a canary', 'leaks in a log line'];
const HARM_RATE = 0.25;
const FAULTS = ['delay', 'duplicate', 'reorder', 'gap', 'malformed'].map((kind) => `faults.${kind}Share=0.1`);

interface Run {
  record: RunRecord;
  outDir: string;
}

describe.skipIf(skipped)(
  `runs in Prometheus${skipped ? ` (skipped: no ${missing.join(', ')}; apt-get install prometheus)` : ''}`,
  () => {
    let folder: string;
    let good: Run;
    let bad: Run;
    let prometheus: Prometheus;

    beforeAll(async () => {
      if (missing.length > 0) throw new Error(`no ${missing.join(', ')}: apt-get install prometheus`);
      folder = mkdtempSync(join(tmpdir(), 'hundredblock-prometheus-'));
      good = await run('good', [], createPipeline);
      bad = await run(
        'bad',
        [...FAULTS, 'faults.delayMsMean=300000', 'intensity.incidents=60', 'durationDays=0.5'],
        harmful(),
      );
      const data = join(folder, 'prometheus');
      mkdirSync(data);
      prometheus = await servePrometheus(
        [good, bad].map((r) => join(r.outDir, OPEN_METRICS_FILE)),
        data,
      );
    }, 180_000);
    afterAll(async () => {
      await prometheus?.stop();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    });

    async function run(name: string, sets: string[], create: CreatePipeline): Promise<Run> {
      const scenario = resolveScenario('smoke', sets, {});
      return runScenario({ scenario, seed: 7, workers: 1, command: 'test', outDir: join(folder, name), create });
    }

    it('answers every number of a good run', async () => {
      const compared = await compareWithRecord(good.record, prometheus);
      expect(compared.filter((c) => !c.agrees)).toEqual([]);
      expect(compared.length).toBeGreaterThan(200);
      expect(good.record.falseAlertRate.value).toBeGreaterThan(0);
    });

    it('answers losses, leaks and faults of a bad run beside it', async () => {
      const { record } = bad;
      expect(Object.keys(record.withheld).length).toBeGreaterThan(0);
      expect(record.privacy.leaks.length).toBeGreaterThan(1);
      for (const verdict of ['lost', 'shed', 'leaked', 'duplicate'] as const)
        expect(record.verdicts[verdict], verdict).toBeGreaterThan(0);
      for (const kind of ['delay', 'duplicate', 'gap', 'malformed'])
        expect(record.faults[kind].injected).toBeGreaterThan(0);
      const compared = await compareWithRecord(record, prometheus);
      expect(compared.filter((c) => !c.agrees)).toEqual([]);
    });

    it('finds a record that says something else', async () => {
      const { record } = good;
      const wrong: RunRecord = {
        ...record,
        counts: { ...record.counts, alerts: record.counts.alerts + 1 },
        delayMs: { ...record.delayMs, total: { ...record.delayMs['total'], p90: record.delayMs['total'].p90 * 10 } },
        privacy: { ...record.privacy, leaks: [{ egress: 'log', kind: 'name', count: 1 }] },
      };
      const names = (await compareWithRecord(wrong, prometheus)).filter((c) => !c.agrees).map((c) => c.name);
      expect(names).toEqual([
        expect.stringMatching(/^sum by \(type\) \(increase\(hundredblock_run_alerts_total.* Alert$/),
        expect.stringMatching(/^sum by \(egress, kind\).* log name$/),
        expect.stringMatching(/^histogram_quantile\(0\.9, .* total$/),
      ]);
    });

    it('counts the same alerts in any hour of a run as alerts.jsonl', async () => {
      const { record, outDir } = good;
      const lines = readFileSync(join(outDir, 'alerts.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as AlertLine);
      const { startMs, endMs } = record.simulated;
      const until = (ms: number): string =>
        `sum(last_over_time(hundredblock_run_alerts_total{run="${runLabel(record)}"}[30d] @ ${ms / SECOND_MS}))`;
      for (let fromMs = startMs; fromMs < endMs; fromMs += HOUR_MS) {
        const toMs = fromMs + HOUR_MS;
        const [grown] = await prometheus.query(`${until(toMs)} - ${until(fromMs)}`, endMs);
        expect(grown.value).toBe(lines.filter((l) => l.sentMs > fromMs && l.sentMs <= toMs).length);
      }
    });

    it('holds no more series than the catalogue says', async () => {
      for (const { record } of [good, bad]) {
        const selector = `{run="${runLabel(record)}"}`;
        const [{ value }] = await prometheus.query(`count(last_over_time(${selector}[30d]))`, record.simulated.endMs);
        expect(value).toBeGreaterThan(300);
        expect(value).toBeLessThanOrEqual(seriesMax(2));
      }
    });

    it('says what is wrong with a query', async () => {
      await expect(prometheus.query('sum(', 0)).rejects.toThrow('sum(: expected a vector, found');
    });

    it('has nothing to say against the names of the catalogue', () => {
      const exposition = [...Object.entries(METRICS), ...Object.entries(HARNESS_METRICS)].map(
        ([name, { type, help }]) => {
          const samples =
            type === 'histogram' ? `${name}_bucket{le="+Inf"} 0\n${name}_sum 0\n${name}_count 0` : `${name} 0`;
          return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples}\n`;
        },
      );
      const lint = spawnSync('promtool', ['check', 'metrics'], { input: exposition.join(''), encoding: 'utf8' });
      expect(lint.stderr + lint.stdout).toBe('');
      expect(lint.status).toBe(0);
    });
  },
);

/** A pipeline that does each harm a quarter of the time. */
function harmful(): CreatePipeline {
  return HARM.reduce<CreatePipeline>((inner, name) => {
    const sabotage = SABOTAGES.find((s) => s.name === name)!;
    return sabotage.wrap(inner, HARM_RATE, 3).create;
  }, createPipeline);
}
