/** Whole experiments: run in shards, killed and continued, or run by hand, they have the same outcome. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { mergeExperiment, runExperiment } from './experiment.ts';
import { MEASURES } from './measures.ts';
import { experimentOf } from './resolve.ts';
import type { ExperimentFile } from './result.ts';
import { readExperiment } from './store.ts';
import { tiny } from './tiny.testing.ts';

const CLI = fileURLToPath(new URL('../../../bin/hundredblock.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hundredblock-sweep-'));
const path = join(folder, 'tiny.json');
const whole = join(folder, 'whole');
const options = {
  resolved: experimentOf(tiny()),
  extent: { kind: 'reps', count: 3 },
  shard: { index: 1, of: 1 },
  workers: 1,
  command: '',
} as const;

function command(...words: string[]) {
  return spawnSync(process.execPath, [CLI, ...words], { encoding: 'utf8', cwd: folder });
}

/** All that must be equal however it ran, by name: tables as bytes, plots, and the result without its provenance. */
function outcome(dir: string): Record<string, string> {
  const tables = readdirSync(dir).filter((name) => /\.(csv|parquet)$|^codebook/.test(name));
  const figures = readdirSync(join(dir, 'figures'));
  return {
    ...Object.fromEntries(tables.map((name) => [name, readFileSync(join(dir, name)).toString('base64')])),
    ...Object.fromEntries(figures.map((name) => [name, readFileSync(join(dir, 'figures', name), 'utf8')])),
    result: JSON.stringify(readExperiment(dir).result),
  };
}

let file: ExperimentFile;
beforeAll(() => {
  writeFileSync(path, JSON.stringify(tiny()));
  const done = command('sweep', path, '--out', whole, '--json', '--quiet', '--workers', '1');
  if (done.status !== 0 || done.stderr !== '') throw new Error(`sweep: ${done.status} ${done.stderr}`);
  file = JSON.parse(done.stdout) as ExperimentFile;
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an experiment', () => {
  it('has every replication of every point, with the same seeds at each', () => {
    const { runs, points } = file.result;
    expect(points.map(({ replications }) => replications)).toEqual([3, 3, 3, 3]);
    const seeds = points.map(({ index }) => runs.filter(({ point }) => point === index).map(({ seed }) => seed));
    expect(new Set(seeds[0]).size).toBe(3);
    for (const own of seeds) expect(own).toEqual(seeds[0]);
  });

  it('gives tables that an independent reader opens, and plots that need no page', async () => {
    const { buffer } = new Uint8Array(readFileSync(join(whole, 'replications.parquet')));
    const rows = await parquetReadObjects({ file: buffer });
    expect(rows).toHaveLength(4 * 3 * 3);
    expect(rows[0]).toMatchObject({
      point: 0n,
      point_name: 'off/few',
      factor_users: 'few',
      measure: 'alertsPer1000Day',
      value: 0,
    });
    const lines = readFileSync(join(whole, 'replications.csv'), 'utf8').trim().split('\r\n');
    expect(lines).toHaveLength(1 + 4 * 3 * 3);
    const figures = readdirSync(join(whole, 'figures'));
    expect(figures).toEqual(expect.arrayContaining(['unit-utilisation.svg', 'difference-unit-utilisation.svg']));
    for (const name of figures) {
      const svg = readFileSync(join(whole, 'figures', name), 'utf8');
      expect(svg, name).toMatch(/<title>.+<\/title>/);
      expect(svg, name).not.toMatch(/var\(|NaN|undefined/);
    }
    const page = readFileSync(join(whole, 'report.html'), 'utf8');
    expect(page).toContain('hundredblock simulate smoke --seed');
    expect(page).not.toMatch(/NaN|undefined/);
  });

  it('can be repeated run by run: the command of a run gives the same values', () => {
    const run = file.result.runs.at(-1)!;
    const [, ...words] = run.command.split(' ');
    const done = command(...words, '--json', '--quiet', '--out', join(folder, 'alone'));
    const record = JSON.parse(done.stdout) as RunRecord;
    expect(record.historyHash).toBe(run.historyHash);
    const { values } = file.result.values.at(-1)!;
    const measured = { ...record, warmUpHours: run.warmUpHours };
    expect(file.result.experiment.measures.map((name) => MEASURES[name].of(measured))).toEqual(values);
    expect(values[0]).toBeGreaterThan(0);
  }, 180_000);

  it('in shards, merged, is the same to the last bit', async () => {
    const shards: string[] = [];
    for (const index of [1, 2]) {
      const outDir = join(folder, `shard-${index}`);
      await runExperiment({ ...options, shard: { index, of: 2 }, outDir });
      shards.push(outDir);
    }
    const merged = join(folder, 'merged');
    expect(() => mergeExperiment([shards[0]], merged, '')).toThrow('found 6 missing: off/many 0, on/many 0, off/few 1');
    mergeExperiment(shards, merged, '');
    expect(outcome(merged)).toEqual(outcome(whole));
    expect(() => mergeExperiment(shards, merged, '')).toThrow('expected a new or empty folder');
  }, 180_000);

  it('killed at any moment and started again is the same to the last bit, and repeats no run', async () => {
    const outDir = join(folder, 'killed');
    const journal = join(outDir, 'journal.jsonl');
    const lines = (): number => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0);
    const first = spawn(process.execPath, [CLI, 'sweep', path, '--out', outDir, '--quiet', '--workers', '2']);
    const ended = new Promise((resolve) => first.once('exit', (_code, signal) => resolve(signal)));
    while (lines() < 3) await sleep(5);
    first.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    const before = lines() - 1;
    expect(before).toBeLessThan(12);
    expect(existsSync(join(outDir, 'experiment.json'))).toBe(false);
    const known = new Set<number>();
    await runExperiment({ ...options, outDir, onProgress: (counts) => known.add(counts.known) });
    expect([[...known], lines()]).toEqual([[before], 13]);
    expect(outcome(outDir)).toEqual(outcome(whole));
  }, 180_000);

  it('is refused in a folder of another one, or of other files', async () => {
    const other = { ...options, resolved: experimentOf(tiny({ seed: 2 })) };
    await expect(runExperiment({ ...other, outDir: whole })).rejects.toThrow('one that was written differently');
    await expect(runExperiment({ ...other, outDir: folder })).rejects.toThrow(
      'expected a new or empty folder or a sweep',
    );
  });
});
