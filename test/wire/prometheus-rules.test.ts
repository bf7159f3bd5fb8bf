/**
 * Each alerting rule against real figures: it fires in a run that has what it is about, and stays silent in `smoke`. Skipped where
 * Prometheus is not installed, unless CI=true says that it must be.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriesMax } from '../../contract/metrics.ts';
import type { CreatePipeline } from '../../contract/pipeline.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { ALERTING } from '../../dashboards/rules.ts';
import { OPEN_METRICS_FILE, runLabel } from '../../harness/report/metrics/open-metrics.ts';
import { prometheusMissing, servePrometheus, type Prometheus } from '../../harness/report/metrics/prometheus.ts';
import { SABOTAGES } from '../../oracle/sabotage.testing.ts';
import { runScenario } from '../../harness/run/run.ts';
import { resolveScenario } from '../../harness/options/resolve.ts';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';

const RULES = fileURLToPath(new URL('../../dashboards/prometheus/', import.meta.url));
const missing = prometheusMissing();
const skipped = missing.length > 0 && process.env.CI !== 'true';

const SMALL = ['agencies.0.personsPerAgency=5000', 'agencies.1.personsPerAgency=5000', 'intensity.motions=0'];
/** What each run has that `smoke` has not, beside a world that is smaller. */
const RUNS = {
  smoke: [],
  'feed-silent': [...SMALL, 'durationDays=2.5', 'agencies.0.withdrawAfterDays=0.9'],
  'false-alerts': [...SMALL, 'incidents.hoaxShare=0.95', 'intensity.incidents=60', 'intensity.staffing=60'],
  'review-queue': [
    ...SMALL,
    'durationDays=0.75',
    'newsroom.reviewMsMean=28800000',
    'newsroom.reviewersPerAgency=1',
    'intensity.incidents=160',
    'intensity.staffing=160',
  ],
  'police-waiting': [...SMALL, 'durationDays=0.75', 'intensity.staffing=6'],
  harm: [...SMALL, 'durationDays=0.5', 'intensity.incidents=60', 'intensity.staffing=60'],
} as const satisfies Record<string, readonly string[]>;
type RunName = keyof typeof RUNS;

/** Where each rule about a run must fire. */
const FIRES_IN: Readonly<Record<string, RunName>> = {
  HundredblockRunFeedSilent: 'feed-silent',
  HundredblockRunLeak: 'harm',
  HundredblockRunLoss: 'harm',
  HundredblockRunLate: 'harm',
  HundredblockRunFalseAlerts: 'false-alerts',
  HundredblockRunReviewQueue: 'review-queue',
  HundredblockRunPoliceCallsWaiting: 'police-waiting',
};
const HARM = ['drops whole alerts', 'delays', 'leaks a canary'];

describe('the rules', () => {
  it('say for each alert about a run where it is provoked', () => {
    const names = ALERTING.filter(({ about }) => about === 'run').map(({ alert }) => alert);
    expect(Object.keys(FIRES_IN).sort()).toEqual(names.sort());
  });
});

describe.skipIf(skipped)(
  `rules in Prometheus${skipped ? ` (skipped: no ${missing.join(', ')}; apt-get install prometheus)` : ''}`,
  () => {
    let folder: string;
    let prometheus: Prometheus;
    const records = new Map<string, RunRecord>();

    beforeAll(async () => {
      if (missing.length > 0) throw new Error(`no ${missing.join(', ')}: apt-get install prometheus`);
      folder = mkdtempSync(join(tmpdir(), 'hundredblock-rules-'));
      for (const [name, sets] of Object.entries(RUNS))
        await run(name, sets, name === 'harm' ? harmful() : createPipeline);
      // Tenfold people, and so tenfold incidents.
      for (const persons of [1000, 10_000])
        await run(
          `people-${persons}`,
          [...[0, 1].map((i) => `agencies.${i}.personsPerAgency=${persons}`), 'durationDays=0.5'],
          createPipeline,
        );
      const data = join(folder, 'prometheus');
      mkdirSync(data);
      const files = [...records.keys()].map((name) => join(folder, name, OPEN_METRICS_FILE));
      prometheus = await servePrometheus(files, data);
    }, 300_000);
    afterAll(async () => {
      await prometheus?.stop();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    });

    async function run(name: string, sets: readonly string[], create: CreatePipeline): Promise<void> {
      const scenario = resolveScenario('smoke', [`name=${name}`, ...sets], {});
      const outDir = join(folder, name);
      const { record } = await runScenario({ scenario, seed: 7, workers: 1, command: 'test', outDir, create });
      records.set(name, record);
    }

    /** Quarters of an hour of the run in which the rule would have fired for it. */
    async function firings(expr: string, name: string): Promise<number> {
      const record = records.get(name)!;
      const { startMs, endMs } = record.simulated;
      const range = `${Math.ceil((endMs - startMs) / 1000)}s`;
      const found = await prometheus.query(`count_over_time((${expr})[${range}:15m])`, endMs);
      const label = runLabel(record);
      return found.filter(({ labels }) => labels.run === label).reduce((sum, { value }) => sum + value, 0);
    }

    it.each(ALERTING.filter(({ about }) => about === 'run'))(
      '$alert fires, and stays silent in smoke',
      async (rule) => {
        expect(await firings(rule.expr, FIRES_IN[rule.alert])).toBeGreaterThan(0);
        expect(await firings(rule.expr, 'smoke')).toBe(0);
      },
    );

    it.each(['check rules rules.yml', 'test rules rules.test.yml'])('promtool %s', (command) => {
      const done = spawnSync('promtool', command.split(' '), { cwd: RULES, encoding: 'utf8' });
      expect(done.status, done.stdout + done.stderr).toBe(0);
    });

    it('has no more series with tenfold people and incidents than the catalogue allows', async () => {
      const counts: number[] = [];
      for (const name of ['people-1000', 'people-10000']) {
        const record = records.get(name)!;
        const selector = `{run="${runLabel(record)}"}`;
        const [{ value }] = await prometheus.query(`count(last_over_time(${selector}[30d]))`, record.simulated.endMs);
        expect(value).toBeLessThanOrEqual(seriesMax(2));
        counts.push(value);
      }
      const [small, large] = ['people-1000', 'people-10000'].map((name) => records.get(name)!.counts);
      expect(large.population).toBe(10 * small.population);
      expect(large.incidents).toBeGreaterThan(5 * small.incidents);
      // What is new are pairs of agency and category that something happened in.
      expect(counts[1] - counts[0]).toBeLessThan(60);
    });
  },
);

/** A pipeline that does each harm a quarter of the time. */
function harmful(): CreatePipeline {
  return HARM.reduce<CreatePipeline>((inner, name) => {
    const sabotage = SABOTAGES.find((s) => s.name === name)!;
    return sabotage.wrap(inner, 0.25, 3).create;
  }, createPipeline);
}
