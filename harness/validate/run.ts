/**
 * The long proof: `npx tsx harness/validate/run.ts` poses every case at several times the size that the tests take, asks the same of the plain
 * intervals (no control variates), writes docs/validation.md and ends with 1 where a case is not covered.
 */
import { writeFileSync } from 'node:fs';
import { CASES } from './cases.ts';
import { CONFIDENCE, coverageOf, covers, HALF_WIDTH_SHARE_MAX } from './coverage.ts';

const SEED = 20_260_601;
const LONGER = 3;

const lines = [
  '# Validation of the queues',
  '',
  'Written by `npx tsx harness/validate/run.ts`. Published results for queues, reproduced through the components that the world uses:',
  '`simulator/calls/call-centre.ts` and `simulator/police/dispatch.ts` (units at the scene at once), on the event kernel.',
  '',
  `A value is covered where it lies inside the ${CONFIDENCE * 100}% t interval over independent replications, whose half-width is below ${HALF_WIDTH_SHARE_MAX * 100}% of it. Each replication`,
  `starts empty, leaves out its first customers, and has its own streams of seed ${SEED}, fixed beforehand. Times are in mean service times.`,
  'The tests ask the same of smaller runs, with intervals sharpened by control variates.',
  '',
  '| Case | Through | Measure | Published | Simulated | Half-width | Covered | With control variates |',
  '|---|---|---|---|---|---|---|---|',
];
let failed = 0;
for (const each of CASES) {
  const { posed } = each;
  const size = { ...each.size, customers: each.size.customers * LONGER };
  const startMs = performance.now();
  const { rows, events } = coverageOf(each, SEED, size);
  const seconds = (performance.now() - startMs) / 1000;
  for (const { measure, published, plain, controlled } of rows) {
    const ok = covers(plain, published);
    if (!ok) failed += 1;
    const width = `${((100 * plain.halfWidth) / published).toFixed(2)}%`;
    const sharper = `${controlled.mean.toFixed(5)} ± ${((100 * controlled.halfWidth) / published).toFixed(2)}%`;
    lines.push(
      `| ${posed.name} | ${posed.component} | ${measure} | ${round(published)} | ${plain.mean.toFixed(5)} | ${width} | ${ok ? 'yes' : '**no**'} | ${sharper} |`,
    );
  }
  process.stdout.write(
    `${posed.name}: ${size.replications} x ${size.customers} customers, ${(events / 1e6).toFixed(1)} million events in ${seconds.toFixed(1)} s\n`,
  );
}
lines.push('', 'Sources:', '');
for (const { posed, source, size } of CASES) {
  const { replications, customers, warmup } = size;
  lines.push(
    `- ${posed.name}: ${source}. ${replications} replications of ${customers * LONGER} customers after ${warmup}.`,
  );
}
writeFileSync(new URL('../../docs/validation.md', import.meta.url), `${lines.join('\n')}\n`);
process.stdout.write(
  `${failed === 0 ? 'every published value is covered' : `${failed} published values are not covered`}; see docs/validation.md\n`,
);
process.exitCode = failed === 0 ? 0 : 1;

function round(value: number): string {
  return String(Number(value.toFixed(6)));
}
