/**
 * Shows that a soak finds what grows, and only that (docs/guides/soak.md):
 *
 *   npm run soak-proof -- --clean [MINUTES]     a soak of the reference system as it is, kept in results/soak/clean.jsonl
 *   npm run soak-proof -- --planted PLANT       ten minutes of it with something planted: memory, descriptors or latency
 *   npm run soak-proof -- --resample            no alarm in ten minutes made of blocks of the clean soak, nor in any ten minutes of it
 *
 * and without arguments the three planted soaks and the resampling. Exits 1 where something was not found, or was found that is not there.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Soak } from '../contract/record/soak.ts';
import type { UrlTarget } from '../harness/drivers/driver-api.ts';
import { resolveScenario } from '../harness/options/resolve.ts';
import { parseBudgets } from '../harness/studies/soak/budget.ts';
import { daysFor } from '../harness/studies/soak/soak-length.ts';
import { readSamples, SOAK_FILE, writeSamples } from '../harness/studies/soak/samples.ts';
import { slopesOf } from '../harness/studies/soak/slopes.ts';
import { runSoak, type Soaked } from '../harness/studies/soak/soak.ts';
import { slopeText } from '../harness/report/study-text.ts';
import { PLANTS, startLeaky, type Plant } from '../test/soak/leaky-process.testing.ts';
import { resampled, thinned, windowOf } from '../test/soak/resample.testing.ts';

const CLEAN_FILE = fileURLToPath(new URL('../results/soak/clean.jsonl', import.meta.url));
/** Six simulated minutes a second: enough collections in ten minutes to tell a leak by. */
const SPEED = 360;
const PLANTED_MIN = 10;
const CLEAN_MIN = 60;
/** Each row of the kept series is the median of this many seconds. */
const THINNED = 3;
const RESAMPLED = 20;
const BLOCK_S = 120;
/** Seconds left out at the start of the clean soak before blocks are drawn. */
const SETTLING_S = 180;

/** The series that must be found, one of them at least; no other may. */
const GROWS: Readonly<Record<(typeof PLANTS)[number], readonly string[]>> = {
  memory: ['target.heap', 'target.rss'],
  descriptors: ['target.fds'],
  latency: ['latency.accept', 'latency.device', 'latency.delivery'],
};

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function soak(
  minutes: number,
  outDir: string,
  target: UrlTarget | null,
  targetPid: number | null,
): Promise<Soaked> {
  const sets = [`load.durationMs=${60_000 * minutes}`, `load.speed=${SPEED}`];
  const plain = resolveScenario('smoke', sets);
  const scenario = resolveScenario('smoke', [...sets, `durationDays=${daysFor(plain)}`]);
  return runSoak({
    scenario,
    seed: 1,
    command: 'npm run soak-proof',
    outDir,
    target,
    targetPid,
    budgets: parseBudgets(undefined),
  });
}

async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'hundredblock-soak-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function beyond({ series }: Pick<Soak, 'series'>): string[] {
  return series.filter(({ verdict }) => verdict === 'beyond').map(({ name }) => name);
}

/** True if nothing grew and nothing else failed. The samples are kept in either case. */
async function clean(minutes: number): Promise<boolean> {
  return inFolder(async (dir) => {
    const { record, stopped } = await soak(minutes, dir, null, null).finally(() => keep(join(dir, SOAK_FILE)));
    const failed = record.gates.filter(({ ok }) => !ok).map(({ name }) => name);
    for (const series of record.soak?.series ?? [])
      say(`clean: ${series.name} ${slopeText(series)}: ${series.verdict}`);
    say(
      `clean, ${minutes} min: ${stopped ?? 'went to its end'}; ${failed.length === 0 ? 'all gates kept' : failed.join(', ')}`,
    );
    return stopped === null && failed.length === 0;
  });
}

function keep(path: string): void {
  const { header, samples } = readSamples(path);
  mkdirSync(dirname(CLEAN_FILE), { recursive: true });
  writeSamples(CLEAN_FILE, { ...header, everyMs: THINNED * header.everyMs }, thinned(samples, THINNED));
}

/** True where what was planted was found, and nothing else. */
async function planted(plant: (typeof PLANTS)[number]): Promise<boolean> {
  return inFolder(async (dir) => {
    const leaky = await startLeaky(plant);
    try {
      const { record, stopped } = await soak(PLANTED_MIN, dir, leaky.target, leaky.pid);
      if (stopped !== null || record.soak === undefined) {
        say(`${plant}: ended early: ${stopped}`);
        return false;
      }
      const found = beyond(record.soak);
      for (const series of record.soak.series)
        if (GROWS[plant].includes(series.name)) say(`${plant}: ${series.name} ${slopeText(series)}: ${series.verdict}`);
      const others = found.filter((name) => !GROWS[plant].includes(name));
      if (others.length > 0) say(`${plant}: found, and not planted: ${others.join(', ')}`);
      return found.length > others.length && others.length === 0;
    } finally {
      await leaky.stop();
    }
  });
}

/** True where no series made of the clean soak raises an alarm. */
function resample(): boolean {
  const { header, samples } = readSamples(CLEAN_FILE);
  const rowsOf = (seconds: number): number => Math.round((1000 * seconds) / header.everyMs);
  const o = { budgets: parseBudgets(undefined), retentionMin: null };
  const rows = rowsOf(60 * PLANTED_MIN);
  const blocks = { from: rowsOf(SETTLING_S), rows, block: rowsOf(BLOCK_S) };
  const drawn = Array.from({ length: RESAMPLED }, (_, i) =>
    beyond(slopesOf(resampled(samples, { ...blocks, seed: i + 1 }), o)),
  );
  const windows: string[][] = [];
  for (let from = 0; from + rows <= samples.second.length; from += rowsOf(60))
    windows.push(beyond(slopesOf(windowOf(samples, from, rows), o)));
  const alarms = (which: string[][]): string[][] => which.filter((names) => names.length > 0);
  say(
    `resampled: ${alarms(drawn).length} alarms in ${RESAMPLED} series of ${PLANTED_MIN} min in blocks of ${BLOCK_S} s ${alarms(drawn).join(' ')}`,
  );
  say(
    `windows: ${alarms(windows).length} alarms in the ${windows.length} stretches of ${PLANTED_MIN} min that begin a minute apart ${alarms(windows).join(' ')}`,
  );
  return alarms(drawn).length === 0 && alarms(windows).length === 0;
}

async function main([what, value]: readonly string[]): Promise<boolean> {
  switch (what) {
    case '--clean':
      return clean(Number(value ?? CLEAN_MIN));
    case '--planted': {
      const plant = PLANTS.find((name) => name === (value as Plant));
      if (plant === undefined) throw new RangeError(`--planted: expected ${PLANTS.join(', ')}, found ${value}`);
      return planted(plant);
    }
    case '--resample':
      return resample();
    case undefined: {
      let ok = resample();
      for (const plant of PLANTS) ok = (await planted(plant)) && ok;
      return ok;
    }
    default:
      throw new RangeError(`expected --clean, --planted, --resample or nothing, found ${what}`);
  }
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
