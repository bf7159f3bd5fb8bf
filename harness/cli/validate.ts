/** `hundredblock validate`: a queueing or hypercube case of the user's own, with intervals. */
import { EXIT } from '../../contract/errors.ts';
import { createProgress } from '../report/progress.ts';
import { MEASURE_WORDS } from '../studies/verification/case.ts';
import { readCaseFile } from '../studies/verification/case-file.ts';
import { solve, type Solved } from '../studies/verification/solve.ts';
import { decimal, wholeNumber, type Args } from './args.ts';
import { write } from './write.ts';

const SEED_DEFAULT = 1;
const REPLICATIONS = { least: 10, most: 1000, usual: 40 };
const CUSTOMERS_MAX = 1_000_000_000;
const CUSTOMERS_USUAL = 12_000_000;
const CONFIDENCE = 0.999;
const HALF_WIDTH_SHARE_MAX = 0.02;

/** Answers 1 where a measure lies outside its interval, or the interval is too wide to tell; errors are thrown as HundredblockError. */
export async function validate(args: Args): Promise<number> {
  const [path] = args.positionals;
  const seed = decimal(args, 'seed') ?? SEED_DEFAULT;
  const replications = wholeNumber(args, 'reps', REPLICATIONS.least, REPLICATIONS.most, REPLICATIONS.usual);
  const customersMax = wholeNumber(args, 'customers', 10_000, CUSTOMERS_MAX, CUSTOMERS_USUAL);
  const { posed, expected } = readCaseFile(path);
  const progress = createProgress({ stream: process.stderr, label: posed.name, quiet: args.switches.has('quiet') });
  let solved: Solved;
  try {
    solved = solve({
      posed,
      seed,
      replications,
      confidence: CONFIDENCE,
      halfWidthShareMax: HALF_WIDTH_SHARE_MAX,
      customersMax,
      wanted: Object.keys(expected),
      onRound: (customers, widest) =>
        progress.update(Math.min(0.99, customers / customersMax), roundText(customers, widest)),
    });
  } finally {
    progress.end();
  }
  const rows = solved.measures.map(({ measure, interval }) => {
    const value = expected[measure];
    const covered = value === undefined ? null : interval.low <= value && value <= interval.high;
    return { measure, ...interval, expected: value ?? null, covered };
  });
  const isCovered = rows.every(({ covered }) => covered !== false) && solved.wide.length === 0;
  const { size, wide } = solved;
  const record = { name: posed.name, seed, confidence: CONFIDENCE, ...size, measures: rows, wide, ok: isCovered };
  await write(process.stdout, args.switches.has('json') ? `${JSON.stringify(record)}\n` : table(record));
  return isCovered ? EXIT.done : EXIT.failed;
}

// --- internal ---

interface Row {
  measure: string;
  mean: number;
  halfWidth: number;
  expected: number | null;
  covered: boolean | null;
}

function roundText(customers: number, widest: { measure: string; share: number } | null): string {
  const width = widest === null ? '' : `, widest ${widest.measure} ± ${(100 * widest.share).toFixed(2)}%`;
  return `${customers.toLocaleString('en-US')} customers${width}`;
}

function table(record: {
  name: string;
  replications: number;
  customers: number;
  measures: Row[];
  wide: string[];
}): string {
  const { name, replications, customers, measures, wide } = record;
  const width = Math.max(...measures.map(({ measure }) => measure.length));
  const rows = measures.map(({ measure, mean, halfWidth, expected, covered }) => {
    const told = expected === null ? '' : `  expected ${expected}: ${covered === true ? 'inside' : 'OUTSIDE'}`;
    return `  ${measure.padEnd(width)}  ${mean.toFixed(6).padStart(12)} ± ${halfWidth.toFixed(6)}${told}`;
  });
  const used = new Set(measures.map(({ measure }) => measure.replace(/\d*$/, '').replace(/\..*$/, '')));
  const words = Object.entries(MEASURE_WORDS).filter(([word]) => used.has(word));
  return [
    `${name}: 99.9% intervals from ${replications} replications of ${customers.toLocaleString('en-US')} customers`,
    ...rows,
    '',
    ...words.map(([word, means]) => `  ${word}: ${means}`),
    ...(wide.length === 0
      ? []
      : ['', `wider than ${100 * HALF_WIDTH_SHARE_MAX}%: ${wide.join(', ')} (more --customers narrow them)`]),
    '',
  ].join('\n');
}
