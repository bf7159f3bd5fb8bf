/** `npm run compare-proof`: false alarms and power of `hundredblock compare`, from the committed pools of real trials, as docs/guides/ci.md tells them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shareText } from '../harness/records/number-text.ts';
import { median } from '../stats/median.ts';
import { resample } from '../harness/studies/compare/resample.ts';
import { readTrials, type Trials } from '../harness/studies/compare/trials.ts';
import { DEFAULT_LIMITS } from '../harness/studies/compare/verdict.ts';

const POOLS = fileURLToPath(new URL('../results/pool', import.meta.url));
const COMPARISONS = 1000;
const FACTORS = [1, 1.05, 1.1, 1.2, 1.5] as const;
const LOOKS: readonly (readonly number[])[] = [[12], [24], [12, 24, 36]];

const given = process.argv.slice(2);
const files =
  given.length > 0
    ? given
    : readdirSync(POOLS)
        .sort()
        .map((name) => join(POOLS, name));
for (const file of files) {
  const pool = readTrials(file);
  console.log(`${file.split('/').at(-1)}: ${describe(pool)}`);
  for (const looks of LOOKS.filter((all) => 2 * Math.max(...all) <= pool.trials.length)) {
    for (const factor of FACTORS) {
      const o = { comparisons: COMPARISONS, looks, factor, limits: DEFAULT_LIMITS, seed: 1 };
      const { worse, answers } = resample(pool, o);
      const what = factor === 1 ? 'A/A' : `+${Math.round(100 * (factor - 1))}%`;
      const shares = (['worse', 'better', 'same', 'unclear'] as const).map(
        (answer) => `${answer} ${shareText(answers[answer] / COMPARISONS).padStart(6)}`,
      );
      const interval = `95% interval of worse ${shareText(worse.low ?? 0)} to ${shareText(worse.high ?? 1)}`;
      console.log(`  ${looks.join(', ').padEnd(10)} a side  ${what.padEnd(5)} ${shares.join('  ')}  ${interval}`);
    }
  }
}

function describe({ head, trials }: Trials): string {
  const loads = trials.map(({ load1 }) => load1);
  const { host } = head;
  return `${trials.length} trials, ${host.cpus} processors, Node ${host.node}, load average ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} (median ${median(loads).toFixed(1)}), ${COMPARISONS} comparisons a line`;
}
