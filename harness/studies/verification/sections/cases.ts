/** The section on published results for queues and dispatch. */
import { CASES } from '../cases.ts';
import { CONFIDENCE, coverageOf, covers, HALF_WIDTH_SHARE_MAX } from '../coverage.ts';
import type { Section } from './section.ts';

const SEED = 20_260_601;

/** Runs all published cases at full size. */
export function casesSection(): Section {
  const lines = [
    '## Published queues',
    '',
    'Each case runs through the components that the world uses, on the event kernel:',
    '`simulator/calls/call-centre.ts` and `simulator/police/dispatch.ts` (units arrive at once).',
    '',
    `A value is covered if it lies inside the ${CONFIDENCE * 100}% t interval over independent replications, and the`,
    `interval's half-width is below ${HALF_WIDTH_SHARE_MAX * 100}% of the value. Each replication starts empty, leaves out its first`,
    `customers, and has its own streams of seed ${SEED}, fixed beforehand. Times are in mean service times.`,
    '',
    '| Case | Through | Measure | Published | Simulated | Half-width | Covered | With control variates |',
    '|---|---|---|---|---|---|---|---|',
  ];
  let failed = 0;
  for (const each of CASES) {
    const { posed, plainSize } = each;
    const startUs = process.cpuUsage().user;
    const { rows, events } = coverageOf(each, SEED, plainSize);
    const seconds = (process.cpuUsage().user - startUs) / 1e6;
    for (const { measure, published, plain, controlled } of rows) {
      const ok = covers(plain, published);
      if (!ok) failed += 1;
      const width = `${((100 * plain.halfWidth) / published).toFixed(2)}%`;
      const sharper = `${controlled.mean.toFixed(5)} ± ${((100 * controlled.halfWidth) / published).toFixed(2)}%`;
      lines.push(
        `| ${posed.name} | ${posed.component} | ${measure} | ${Number(published.toFixed(6))} | ${plain.mean.toFixed(5)} | ${width} | ${ok ? 'yes' : '**no**'} | ${sharper} |`,
      );
    }
    process.stderr.write(
      `${posed.name}: ${plainSize.replications} x ${plainSize.customers} customers, ${(events / 1e6).toFixed(1)} million events in ${seconds.toFixed(1)} s\n`,
    );
  }
  lines.push('', 'Sources:', '');
  for (const { posed, source, plainSize } of CASES) {
    const { replications, customers, warmup } = plainSize;
    lines.push(`- ${posed.name}: ${source}. ${replications} replications of ${customers} customers after ${warmup}.`);
  }
  return { lines, failed };
}
