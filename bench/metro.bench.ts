/**
 * The scenario `metro` as a whole, in processes of its own: wall time and peak memory against their aims, and how wall time grows from
 * 10,000 to 1,000,000 people at constant density (agencies of at most 100,000 people each, dialects in metro's order).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '../contract/record/run-record.ts';
import type { Scenario } from '../contract/scenario.ts';
import { metro } from '../scenarios/metro.ts';
import type { BenchRow } from './table.ts';

const BIN = fileURLToPath(new URL('../bin/hundredblock.js', import.meta.url));
const WALL_AIM_S = 60;
const MEMORY_AIM_MIB = 2048;
const EXPONENT_AIM = 1.05;
const ROUNDS = 3;

export function run(): BenchRow[] {
  const folder = mkdtempSync(join(tmpdir(), 'hundredblock-bench-'));
  try {
    const smallMs = wallOf(folder, sized(10_000), ROUNDS, 1).wallMs;
    const largeMs = wallOf(folder, metro, 1, 1).wallMs;
    const two = wallOf(folder, metro, 1, 2);
    const exponent = Math.log(largeMs / smallMs) / Math.log(100);
    return [
      {
        name: 'metro, one worker',
        unit: 's',
        value: largeMs / 1000,
        base: WALL_AIM_S,
        baseName: 'aim, at most',
        ratio: largeMs / 1000 / WALL_AIM_S,
      },
      {
        name: 'metro, two workers',
        unit: 's',
        value: two.wallMs / 1000,
        base: WALL_AIM_S,
        baseName: 'aim, at most',
        ratio: two.wallMs / 1000 / WALL_AIM_S,
      },
      {
        name: 'metro, peak memory of two workers',
        unit: 'MiB',
        value: two.maxRssMiB,
        base: MEMORY_AIM_MIB,
        baseName: 'aim, at most',
        ratio: two.maxRssMiB / MEMORY_AIM_MIB,
      },
      {
        name: 'metro, growth of wall time 10,000 to 1,000,000',
        unit: 'exponent',
        value: exponent,
        base: EXPONENT_AIM,
        baseName: 'aim, at most',
        ratio: exponent / EXPONENT_AIM,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// --- internal ---

function sized(persons: number): Scenario {
  return {
    ...metro,
    name: `metro-${persons}`,
    agencies: [{ ...metro.agencies[0], count: 1, personsPerAgency: persons }],
  };
}

/** The least wall time of some rounds, and that run's peak memory. */
function wallOf(
  folder: string,
  scenario: Scenario,
  rounds: number,
  workers: number,
): { wallMs: number; maxRssMiB: number } {
  const file = join(folder, `${scenario.name}.json`);
  writeFileSync(file, JSON.stringify(scenario));
  let best = { wallMs: Infinity, maxRssMiB: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const args = [
      BIN,
      'simulate',
      file,
      '--json',
      '--quiet',
      '--workers',
      String(workers),
      '--out',
      join(folder, `${scenario.name}-${workers}-${round}`),
    ];
    const record = JSON.parse(
      execFileSync(process.execPath, args, {
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    ) as RunRecord;
    if (record.wallMs < best.wallMs) best = { wallMs: record.wallMs, maxRssMiB: record.maxRssMiB };
  }
  return best;
}
