/** `hundredblock start`, as `npm start` calls it: both clocks, one report, and figures that a real Prometheus gives back. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { compareWithRecord } from '../../harness/report/metrics/comparison.ts';
import { OPEN_METRICS_FILE } from '../../harness/report/metrics/open-metrics.ts';
import { prometheusMissing, servePrometheus } from '../../harness/report/metrics/prometheus.ts';
import { ON_THE_WIRE } from '../../harness/records/run-folder.ts';

const BIN = fileURLToPath(new URL('../../bin/hundredblock.js', import.meta.url));
const missing = prometheusMissing();
const skipped = missing.length > 0 && process.env.CI !== 'true';

describe('hundredblock start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hundredblock-start-'));
  const outDir = join(folder, 'run');
  let printed: { partial: boolean; virtual: RunRecord; wall: RunRecord };

  beforeAll(() => {
    const done = spawnSync(process.execPath, [BIN, 'start', '--json', '--quiet', '--out', outDir], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    if (done.status !== 0) throw new Error(`exit code ${done.status}: ${done.stderr}`);
    printed = JSON.parse(done.stdout) as typeof printed;
  }, 400_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs a week of city, then rush on the wire, as their own commands would', () => {
    const { partial, virtual, wall } = printed;
    expect(partial).toBe(false);
    expect([virtual.scenario.name, wall.scenario.name]).toEqual(['city', 'rush']);
    expect(virtual.simulated.endMs - virtual.simulated.startMs).toBe(7 * 86_400_000);
    expect(wall.load!.windowMs).toBe(20_000);
    expect(wall.load!.connected.residents).toBeGreaterThan(3000);
    expect(wall.load!.connected.doorbells).toBeGreaterThan(2000);
    expect(wall.verdicts.delivered).toBeGreaterThan(10_000);
    expect(wall.sameOutcome!.unexplained).toBe(0);
    for (const [record, dir] of [
      [virtual, outDir],
      [wall, join(outDir, ON_THE_WIRE)],
    ] as const)
      expect(JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'))).toEqual(record);
  });

  it('shows both in one report', () => {
    const { document } = parseHTML(readFileSync(join(outDir, 'report.html'), 'utf8'));
    const shown = (path: string) => document.querySelector(`[data-figure="${path}"]`)?.textContent;
    const whole = (n: number) => n.toLocaleString('en-US');
    expect(shown('counts.deliveries')).toBe(whole(printed.virtual.counts.deliveries));
    expect(shown(`${ON_THE_WIRE}/load.connected.residents`)).toBe(whole(printed.wall.load!.connected.residents));
    expect(document.querySelector('#clocks')!.textContent).toContain(whole(printed.wall.sameOutcome!.wall));
  });

  it.skipIf(skipped)(
    `has the figures that Prometheus shows${skipped ? ` (skipped: no ${missing.join(', ')}; apt-get install prometheus)` : ''}`,
    async () => {
      const files = [outDir, join(outDir, ON_THE_WIRE)].map((dir) => join(dir, OPEN_METRICS_FILE));
      const data = join(folder, 'prometheus');
      mkdirSync(data);
      const prometheus = await servePrometheus(files, data);
      try {
        for (const record of [printed.virtual, printed.wall]) {
          const compared = await compareWithRecord(record, prometheus);
          expect(compared.filter((c) => !c.agrees)).toEqual([]);
          expect(compared.length).toBeGreaterThan(200);
        }
      } finally {
        await prometheus.stop();
      }
    },
    120_000,
  );
});
