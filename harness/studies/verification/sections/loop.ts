/** The section on the feedback loop as a branching process. */
import { estimateBranching } from '../../../engine/branching.ts';
import { branch } from '../branching.ts';
import { CONFIDENCE, covers, HALF_WIDTH_SHARE_MAX } from '../coverage.ts';
import { meanInterval } from '../../../../stats/interval.ts';
import type { Section } from './section.ts';

const SEED = 20_260_603;
const REPLICATIONS = 60;
const WINDOWS = 3000;
const CASE = { perHour: 8, ratio: 0.2 };

/** Runs the branching process and estimates its ratio. */
export function loopSection(): Section {
  const { perHour, ratio } = CASE;
  const runs = Array.from({ length: REPLICATIONS }, (_, i) => branch(CASE, SEED, i, WINDOWS));
  const known = { rate: perHour / (1 - ratio), dispersion: 1 / (1 - ratio) ** 2 };
  const lines = [
    '## The feedback loop',
    '',
    `Each event causes Poisson(${ratio}) further ones: the rate is ${known.rate} an hour for ${perHour} an hour that no event causes,`,
    `and counts over long windows vary ${Number(known.dispersion.toFixed(6))} times as much as Poisson counts. The branching process runs on`,
    "the simulator's kernel with its random numbers; the ratio is estimated by the code that estimates it in every",
    'run (`harness/engine/branching.ts`).',
    '',
    '| Measure | Known | Simulated | Half-width | Covered |',
    '|---|---|---|---|---|',
  ];
  let failed = 0;
  for (const [measure, value] of Object.entries(known)) {
    const interval = meanInterval(
      runs.map((run) => run[measure as keyof typeof known]),
      CONFIDENCE,
    );
    const ok = covers(interval, value);
    if (!ok) failed += 1;
    const width = `${((100 * interval.halfWidth) / value).toFixed(2)}%`;
    lines.push(
      `| ${measure} | ${Number(value.toFixed(6))} | ${interval.mean.toFixed(5)} | ${width} | ${ok ? 'yes' : '**no**'} |`,
    );
  }
  const estimate = estimateBranching(
    runs.map(({ block }) => block),
    [],
  );
  for (const [name, found] of [
    ['ratio', estimate],
    ['ratio of caused events', estimate.ofCaused],
  ] as const) {
    const [low, high] = [found.low ?? NaN, found.high ?? NaN];
    const ok = low <= ratio && ratio <= high && (high - low) / 2 < HALF_WIDTH_SHARE_MAX * ratio;
    if (!ok) failed += 1;
    const width = `${((50 * (high - low)) / ratio).toFixed(2)}% (95%)`;
    lines.push(`| ${name} | ${ratio} | ${(found.ratio ?? NaN).toFixed(5)} | ${width} | ${ok ? 'yes' : '**no**'} |`);
  }
  lines.push('', `${REPLICATIONS} replications of ${WINDOWS} windows of five hours.`);
  return { lines, failed };
}
