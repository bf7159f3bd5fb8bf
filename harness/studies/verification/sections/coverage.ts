/** The section on how often intervals hold the truth. */
import { CASES } from '../cases.ts';
import { erlangC, hypercube } from '../../../../stats/queues.ts';
import { REPEATED, repeat } from '../coverage.ts';
import type { Section } from './section.ts';

const SEED = 20_260_602;
const SIZE = { replications: 20, customers: 4000, warmup: 600 };

/** Repeats two cases with known values many times. */
export function coverageSection(): Section {
  const { repetitions, low, high } = REPEATED;
  const lines = [
    '## How often intervals hold the truth',
    '',
    `Each case runs ${repetitions} times with ${SIZE.replications} replications of ${SIZE.customers} customers, and gets a 95% interval each time.`,
    `Of ${repetitions} honest intervals ${low * 100} to ${high * 100}% hold the true value (two standard errors).`,
    '',
    '| Case | Measure | True | Plain intervals | With control variates |',
    '|---|---|---|---|---|',
  ];
  let failed = 0;
  for (const { name, truth } of knownCases()) {
    const each = CASES.find(({ posed }) => posed.name === name)!;
    for (const { measure, plain, controlled } of repeat(each, truth, SEED, SIZE, repetitions)) {
      const shares = [plain, controlled].map((n) => n / repetitions);
      failed += shares.filter((share) => share < low || share > high).length;
      const [first, second] = shares.map((share) => `${(100 * share).toFixed(1)}%`);
      lines.push(`| ${name} | ${measure} | ${truth[measure].toFixed(6)} | ${first} | ${second} |`);
    }
  }
  return { lines, failed };
}

// --- internal ---

/** True values from closed forms or balance equations, with more digits than tables print, because the intervals here are narrower. */
function knownCases(): { name: string; truth: Record<string, number> }[] {
  const erlang = erlangC(10, 8, 1);
  const cars = CASES.find(({ posed }) => posed.name === 'Hypercube, three cars')!.posed;
  const cube = hypercube(
    cars.arrivals.map(({ rate, prefers }) => ({ rate, prefers: prefers.map((n) => n - 1) })),
    cars.servers,
    1,
  );
  return [
    { name: 'Erlang-C (10, 8)', truth: { pWait: erlang.wait, meanWait: erlang.meanWait } },
    {
      name: 'Hypercube, three cars',
      truth: { workload1: cube.workloads[0], pWait: cube.allBusy, meanWait: cube.meanWait },
    },
  ];
}
