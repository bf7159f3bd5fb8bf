/** Reads the OpenMetrics file of a run line by line: it must keep to the format, make queries exact, and stay within its size. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HARNESS_METRICS, seriesMax, type HarnessMetricName } from '../../../contract/metrics.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../contract/time.ts';
import { fixtureSamples } from './samples.testing.ts';
import { runLabel, writeOpenMetrics } from './open-metrics.ts';
import type { RunSamples } from './run-families.ts';
import { makeTimeline } from './timeline.ts';

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-open-metrics-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface OpenMetrics {
  text: string;
  /** Families in order. */
  families: { name: string; type: string }[];
  /** Samples by series, in order. */
  series: Map<string, { value: number; atMs: number }[]>;
}

let files = 0;
async function write(figures: RunSamples): Promise<OpenMetrics> {
  files += 1;
  const path = join(folder, `${files}.om`);
  await writeOpenMetrics(figures, path);
  return read(readFileSync(path, 'utf8'));
}

/** Throws an Error if a line breaks the format or is outside its family. */
function read(text: string): OpenMetrics {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.pop() !== '# EOF') throw new Error('expected # EOF and a line feed at the end');
  const written: OpenMetrics = { text, families: [], series: new Map() };
  for (const line of lines) {
    const about = /^# (TYPE|UNIT|HELP) (\S+) (.+)$/.exec(line);
    if (about?.[1] === 'TYPE') written.families.push({ name: about[2], type: about[3] });
    if (about !== null) {
      if (about[2] !== written.families.at(-1)?.name) throw new Error(`outside its family: ${line}`);
      continue;
    }
    const sample = /^(([a-z_0-9]+)\{[a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*\}) (\d+(?:\.\d+)?) (\d+)$/.exec(line);
    const { name = '', type } = written.families.at(-1) ?? {};
    const suffixes = type === 'counter' ? ['_total'] : type === 'histogram' ? ['_bucket', '_count', '_sum'] : [''];
    if (sample === null || !suffixes.some((suffix) => `${name}${suffix}` === sample[2]))
      throw new Error(`unreadable, or outside its family: ${line}`);
    const points = written.series.get(sample[1]) ?? [];
    points.push({ value: Number(sample[3]), atMs: Number(sample[4]) * 1000 });
    written.series.set(sample[1], points);
  }
  return written;
}

function valuesOf({ series }: OpenMetrics, start: string): { value: number; atMs: number }[][] {
  return [...series].filter(([name]) => name.startsWith(start)).map(([, points]) => points);
}

describe('the OpenMetrics file of a run', async () => {
  const figures = fixtureSamples();
  const { startMs, endMs } = figures.record.simulated;
  const written = await write(figures);
  const isCounted = (name: string): boolean => /_(total|bucket|count|sum)\{/.test(name);

  it('holds every family of virtual time once, and no other', () => {
    const expected = (Object.keys(HARNESS_METRICS) as HarnessMetricName[]).filter(
      (name) => HARNESS_METRICS[name].clock !== 'wall',
    );
    const names = written.families.map(({ name, type }) => (type === 'counter' ? `${name}_total` : name));
    expect([...names].sort()).toEqual([...expected].sort());
  });

  it('goes forward in time within each series, between start and end', () => {
    for (const [name, points] of written.series) {
      const times = points.map((p) => p.atMs);
      expect(times, name).toEqual([...new Set(times)].sort((a, b) => a - b));
      expect(times[0], name).toBeGreaterThanOrEqual(startMs);
      expect(times.at(-1), name).toBe(endMs);
    }
  });

  it('counts from 0 at the start to the total at the end, never downwards', () => {
    const counted = [...written.series].filter(([name]) => isCounted(name));
    expect(counted.length).toBeGreaterThan(300);
    for (const [name, points] of counted) {
      expect(points[0], name).toEqual({ value: 0, atMs: startMs });
      for (const [i, { value }] of points.entries())
        if (i > 0) expect(value, name).toBeGreaterThanOrEqual(points[i - 1].value);
    }
    const alerts = valuesOf(written, 'hundredblock_run_alerts_total{').map((points) => points.at(-1)!.value);
    expect(alerts.reduce((a, b) => a + b)).toBe(figures.lines.length);
  });

  it('counts an alert at the step that follows it', () => {
    const line = figures.lines[0];
    const series = `hundredblock_run_alerts_total{run="${runLabel(figures.record)}",agency="${line.agency}",category="${line.category}",feed="${line.feedKind}",type="Alert"}`;
    const upTo = (atMs: number): number =>
      figures.lines.filter(
        (l) => l.agency === line.agency && l.category === line.category && l.sentMs <= atMs && l.msgType === 'Alert',
      ).length;
    for (const { value, atMs } of written.series.get(series)!) expect(value).toBe(upTo(atMs));
    const step = startMs + Math.ceil((line.sentMs - startMs) / (5 * MINUTE_MS)) * 5 * MINUTE_MS;
    expect(written.series.get(series)!.map((p) => p.atMs)).toContain(step);
  });

  it('counts the calls of the fourth hour at its end', () => {
    const [points] = valuesOf(written, 'hundredblock_run_calls_total{');
    expect(points).toEqual([
      { value: 0, atMs: startMs },
      { value: 40, atMs: startMs + 4 * HOUR_MS },
      { value: 40, atMs: endMs },
    ]);
  });

  it('adds up a histogram: buckets within buckets, count and sum', () => {
    const waits = figures.shards.flatMap(({ centre }) => [...centre.answerMs]);
    const last = (start: string): number => valuesOf(written, start)[0].at(-1)!.value;
    const run = runLabel(figures.record);
    const name = 'hundredblock_run_call_answer_seconds';
    for (const bound of [0, 1, 15, 20, 300])
      expect(last(`${name}_bucket{run="${run}",le="${bound}.0"}`)).toBe(waits.filter((w) => w <= bound * 1000).length);
    expect(last(`${name}_bucket{run="${run}",le="+Inf"}`)).toBe(waits.length);
    expect(last(`${name}_count{`)).toBe(waits.length);
    expect(last(`${name}_sum{`)).toBe(waits.reduce((a, b) => a + b) / 1000);
  });

  it('has no more series and moments than stated, however much happens', async () => {
    const big = await write(fixtureSamples({ alertsPerAgency: 2000, calls: 2000 }));
    expect(big.series.size).toBeGreaterThan(written.series.size);
    expect(big.series.size).toBeLessThanOrEqual(seriesMax(3));
    const longest = Math.max(...[...big.series.values()].map((points) => points.length));
    expect(longest).toBe(DAY_MS / (5 * MINUTE_MS) + 1);
    for (const name of Object.keys(HARNESS_METRICS) as HarnessMetricName[]) {
      const pattern = new RegExp(`^${name}(_bucket|_count|_sum)?\\{`);
      expect([...big.series.keys()].filter((key) => pattern.test(key)).length, name).toBeLessThanOrEqual(
        seriesMax(3, name),
      );
    }
  });

  it('is the same for the same run', async () => {
    expect((await write(fixtureSamples())).text).toBe(written.text);
  });

  it('counts a fault without an accounted outcome as injected only', async () => {
    const faults = figures.faults.map((fault, i) => ({ ...fault, accounted: i > 0 }));
    const some = await write({ ...figures, faults });
    const end = (which: string): number =>
      valuesOf(some, `hundredblock_run_faults_${which}_total{`).reduce((n, points) => n + points.at(-1)!.value, 0);
    expect(end('injected')).toBe(faults.length);
    expect(end('accounted')).toBe(faults.length - 1);
  });

  it('counts names that a foreign target made up as other', async () => {
    const record = { ...figures.record, receipts: { accepted: 2, shrugged: 3 }, withheld: { 'too-tired': 4 } };
    const foreign = await write({ ...figures, record });
    const end = (start: string): number[] => valuesOf(foreign, start).map((points) => points.at(-1)!.value);
    expect(end('hundredblock_run_cad_rows_total{').sort()).toEqual([0, 0, 0, 2, 3]);
    expect(end('hundredblock_run_withheld_total{').sort()).toEqual([0, 0, 4]);
    expect(foreign.text).not.toMatch(/shrugged|too-tired/);
  });

  it('can be written for a run that was interrupted at once', async () => {
    const record = { ...figures.record, simulated: { startMs: startMs + 1, endMs: startMs + 1 } };
    const none = await write({ record, lines: [], faults: [], shards: [] });
    expect(valuesOf(none, 'hundredblock_run_info{')).toEqual([
      [
        { value: 1, atMs: startMs },
        { value: 1, atMs: startMs + 1000 },
      ],
    ]);
  });
});

describe('the moments of a run', () => {
  it.each([
    { days: 1, stepMs: 5 * MINUTE_MS },
    { days: 2, stepMs: 5 * MINUTE_MS },
    { days: 7, stepMs: HOUR_MS },
    { days: 366, stepMs: 6 * HOUR_MS },
  ])('in $days days are $stepMs ms apart, fewer than 2,000', ({ days, stepMs }) => {
    const t = makeTimeline({ startMs: 0, endMs: days * DAY_MS });
    expect(t.momentOf(0)).toBe(stepMs);
    expect(t.momentOf(stepMs)).toBe(stepMs);
    expect(t.momentOf(stepMs + 1)).toBe(2 * stepMs);
    expect(t.coarseMomentOf(1)).toBe(12 * stepMs);
    expect(t.momentOf(t.endMs - 1)).toBe(t.endMs);
    expect(t.momentOf(t.endMs + DAY_MS)).toBe(t.endMs);
    expect((t.endMs - t.startMs) / stepMs).toBeLessThan(2000);
  });
});
