/**
 * A real Prometheus scrapes a real `serve` and a real `load` run, with a run in virtual time backfilled beside them: every panel's, every
 * rule's and every variable's query of every dashboard returns data. Skipped where Prometheus is not installed, unless CI=true says that it must be.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HARNESS_METRICS, METRICS, seriesMax, type HarnessMetricName } from '../../contract/metrics.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { BOARDS } from '../../dashboards/generated.ts';
import { RULES } from '../../dashboards/rules.ts';
import { OPEN_METRICS_FILE, runLabel } from '../../harness/report/metrics/open-metrics.ts';
import { prometheusMissing, servePrometheus, type Prometheus } from '../../harness/report/metrics/prometheus.ts';
import { runScenario } from '../../harness/run/run.ts';
import { resolveScenario } from '../../harness/options/resolve.ts';

const BIN = fileURLToPath(new URL('../../bin/hundredblock.js', import.meta.url));
const RULES_FILE = fileURLToPath(new URL('../../dashboards/prometheus/rules.yml', import.meta.url));
const KEY = 'synthetic-key-of-a-test';
const missing = prometheusMissing();
const skipped = missing.length > 0 && process.env.CI !== 'true';

const LOAD = [
  'load',
  'rush',
  '--duration',
  '8s',
  '--json',
  '--quiet',
  '--metrics-port',
  '0',
  '--metrics-linger',
  '600',
  ...[0, 1, 2].flatMap((i) => ['--set', `agencies.${i}.personsPerAgency=8000`]),
  '--set',
  'intensity.incidents=300',
  '--set',
  'intensity.staffing=300',
];

interface Query {
  where: string;
  expr: string;
}

/** Queries that need not find anything, each with its reason. */
const MAY_FIND_NOTHING: Readonly<Record<string, string>> = {
  "live privacy: Reviewers' texts blanked: {{run}}": 'rush publishes without review: no text was shown to anyone',
};

const clocks: Readonly<Record<string, string>> = Object.fromEntries([
  ...Object.keys(METRICS).map((name) => [name, 'service'] as const),
  ...Object.entries(HARNESS_METRICS).map(([name, { clock }]) => [name, clock] as const),
]);

/** Metrics that a query names, without the endings of histograms. */
function namesIn(expr: string): string[] {
  const names = expr.match(/\bhundredblock_[a-z0-9_]+/g) ?? [];
  return names.map((name) => (name in clocks ? name : name.replace(/_(bucket|sum|count)$/, '')));
}

function panelQueries(): Query[] {
  return BOARDS.flatMap(({ slug, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap(({ title, queries }) =>
        queries.map(({ expr, legend }) => ({ where: `${slug}: ${title}: ${legend}`, expr })),
      ),
    ),
  );
}

function filledIn(expr: string, range: string, step: string): string {
  const text = expr
    .replaceAll('$__rate_interval', '10m')
    .replaceAll('$__range', range)
    .replaceAll('$step', step)
    .replaceAll('"$run"', '".*"')
    .replaceAll('"$agency"', '".*"');
  expect(text).not.toContain('$');
  return text;
}

describe.skipIf(skipped)(
  `a load run in Prometheus${skipped ? ` (skipped: no ${missing.join(', ')}; apt-get install prometheus)` : ''}`,
  () => {
    let folder: string;
    let prometheus: Prometheus;
    let virtual: RunRecord;
    let loaded: RunRecord;
    const children: ChildProcess[] = [];

    /** Starts the command; resolves with what it says once `pattern` is in it. */
    async function start(args: readonly string[], stream: 'stdout' | 'stderr', pattern: RegExp) {
      const child = spawn(process.execPath, [BIN, ...args], {
        cwd: folder,
        env: { ...process.env, HUNDREDBLOCK_HARNESS_KEY: KEY },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.push(child);
      const said = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
      await until(`${args[0]} to say ${pattern.source}`, async () => {
        if (child.exitCode !== null) throw new Error(said.stderr);
        return pattern.test(said[stream]);
      });
      return { child, said, found: pattern.exec(said[stream])! };
    }

    async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
      for (const endMs = Date.now() + 150_000; !(await holds());) {
        if (Date.now() > endMs) throw new Error(`expected ${what} in time`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }

    beforeAll(async () => {
      if (missing.length > 0) throw new Error(`no ${missing.join(', ')}: apt-get install prometheus`);
      folder = mkdtempSync(join(tmpdir(), 'hundredblock-live-'));
      const outDir = join(folder, 'virtual');
      const scenario = resolveScenario('smoke', ['faults.gapShare=0.02', 'faults.delayShare=0.02'], {});
      ({ record: virtual } = await runScenario({ scenario, seed: 7, workers: 1, command: 'test', outDir }));

      const serving = ['serve', '--port', '0', '--mqtt-port', '0', '--log-level', 'error'];
      const serve = await start(serving, 'stdout', /^\{.*\}\n/);
      const { http, mqtt } = (JSON.parse(serve.found[0]) as { listening: { http: string; mqtt: string } }).listening;
      const load = await start(
        [...LOAD, '--target', http, '--mqtt', mqtt],
        'stderr',
        /metrics: http:\/\/(\S+)\/metrics/,
      );

      const data = join(folder, 'prometheus');
      mkdirSync(data);
      const scrape = (job: string, target: string): string =>
        `  - { job_name: ${job}, static_configs: [{ targets: ['${target}'] }] }\n`;
      prometheus = await servePrometheus(
        [join(outDir, OPEN_METRICS_FILE)],
        data,
        `global: { scrape_interval: 1s, evaluation_interval: 1s }\nrule_files: ['${RULES_FILE}']\nscrape_configs:\n` +
          scrape('hundredblock-serve', new URL(http).host) +
          scrape('hundredblock-load', load.found[1]),
      );
      await until('the run to be judged', async () => {
        if (load.child.exitCode !== null) throw new Error(load.said.stderr);
        return load.said.stdout.endsWith('\n');
      });
      loaded = JSON.parse(load.said.stdout) as RunRecord;
      const judged = `hundredblock_run_owed_alerts_total{run="${loaded.id}"}`;
      await until('a scrape of the final figures', async () => (await prometheus.query(judged, Date.now())).length > 0);
      // Two more, and an evaluation of the rules.
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }, 300_000);
    afterAll(async () => {
      await prometheus?.stop();
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        const hard = setTimeout(() => child.kill('SIGKILL'), 15_000);
        await gone;
        clearTimeout(hard);
      }
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    async function findsData(expr: string, atMs: number): Promise<boolean> {
      return (await prometheus.query(expr, atMs)).some(({ value }) => Number.isFinite(value));
    }

    it('answers every query of every panel, by each clock that has what it asks for', async () => {
      const empty: string[] = [];
      const queries = panelQueries();
      for (const { where, expr } of queries) {
        const asked = namesIn(expr).map((name) => clocks[name]);
        const isOf = (clock: string): boolean => asked.every((one) => one === clock || one === 'both');
        // Figures of processes are in no catalogue.
        if (
          isOf('virtual') &&
          asked.length > 0 &&
          !(await findsData(filledIn(expr, '2d', '1h'), virtual.simulated.endMs))
        )
          empty.push(`virtual ${where}`);
        if ((isOf('wall') || isOf('service')) && !(await findsData(filledIn(expr, '1h', '10s'), Date.now())))
          empty.push(`live ${where}`);
      }
      expect(empty.filter((where) => !(where in MAY_FIND_NOTHING))).toEqual([]);
      expect(queries.length).toBeGreaterThan(80);
    });

    it('evaluates every rule, and records what rules record', async () => {
      const answer = await fetch(`${prometheus.url}/api/v1/rules`);
      const { data } = (await answer.json()) as {
        data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
      };
      const rules = data.groups.flatMap((group) => group.rules);
      const expected = RULES.flatMap((group) => group.rules);
      const names = expected.map((rule) => ('alert' in rule ? rule.alert : rule.record));
      expect(rules.map(({ name }) => name).sort()).toEqual(names.sort());
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      for (const rule of expected)
        if ('record' in rule) expect(await findsData(rule.record, Date.now()), rule.record).toBe(true);
    });

    it('fills the variables', async () => {
      const values = async (label: string, matcher: string): Promise<string[]> => {
        const url = `${prometheus.url}/api/v1/label/${label}/values?match[]=${encodeURIComponent(matcher)}`;
        return ((await (await fetch(url)).json()) as { data: string[] }).data;
      };
      expect((await values('run', 'hundredblock_run_info')).sort()).toEqual([loaded.id, runLabel(virtual)].sort());
      const agencies = await values(
        'agency',
        '{__name__=~"hundredblock_run_alerts_total|hundredblock_cad_messages_total"}',
      );
      expect(agencies).toEqual(expect.arrayContaining(loaded.agencies.map(({ id }) => id)));
    });

    it('shows of a load run what its record says', async () => {
      const of = async (
        name: HarnessMetricName | 'hundredblock_run_latency_seconds_count',
        matchers = '',
      ): Promise<number> => {
        const found = await prometheus.query(`sum(${name}{run="${loaded.id}"${matchers}})`, Date.now());
        return found[0]?.value ?? 0;
      };
      expect(loaded.counts.alerts).toBeGreaterThan(0);
      expect(await of('hundredblock_run_alerts_total', ',type="Alert"')).toBe(loaded.counts.alerts);
      expect(await of('hundredblock_run_frames_total')).toBe(loaded.counts.deliveries);
      for (const [verdict, n] of Object.entries(loaded.verdicts))
        expect(await of('hundredblock_run_deliveries_total', `,verdict="${verdict}"`), verdict).toBe(n);
      for (const [truth, n] of Object.entries(loaded.truth))
        expect(await of('hundredblock_run_alert_truths_total', `,truth="${truth}"`), truth).toBe(n);
      for (const [kind, { meant, sent, acknowledged }] of Object.entries(loaded.load!.inputs)) {
        expect(await of('hundredblock_run_inputs_meant_total', `,kind="${kind}"`), kind).toBe(meant);
        expect(await of('hundredblock_run_inputs_sent_total', `,kind="${kind}"`), kind).toBe(sent);
        expect(await of('hundredblock_run_inputs_acknowledged_total', `,kind="${kind}"`), kind).toBe(acknowledged);
      }
      const { accept, delivery, completion } = loaded.latencyMs!;
      const latency = 'hundredblock_run_latency_seconds_count';
      expect(await of(latency, ',stage="accept"')).toBe(accept.count);
      expect(await of(latency, ',stage="delivery"')).toBe(delivery.count);
      expect(await of(latency, ',stage="completion"')).toBe(completion.count);
    });

    it('holds no more series of a load run than the catalogue says', async () => {
      const [{ value }] = await prometheus.query(`count({run="${loaded.id}",__name__=~"hundredblock_.*"})`, Date.now());
      expect(value).toBeLessThanOrEqual(seriesMax(3));
    });
  },
);
