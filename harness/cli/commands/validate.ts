/** `hundredblock validate`. */
import { EXIT } from '../../../contract/errors.ts';
import { defineCommand } from '../command.ts';
import { seedFlag } from '../common-flags.ts';
import { flag, integer } from '../flags.ts';
import { withProgress } from '../with-progress.ts';
import { write } from '../write.ts';

const CONFIDENCE = 0.999;
const HALF_WIDTH_SHARE_MAX = 0.02;

export const validate = defineCommand({
  name: 'validate',
  summary: 'run a queueing or hypercube case of your own through the simulated call-takers or dispatch, with intervals',
  usage: '<case.json>',
  positionals: { min: 1, max: 1 },
  flags: {
    seed: seedFlag('measures'),
    reps: integer('N', 'independent replications', { min: 10, max: 1000, default: 40 }),
    customers: integer('N', 'most customers of all replications together; fewer if intervals are narrow before', {
      min: 10_000,
      max: 1_000_000_000,
      default: 12_000_000,
    }),
    json: flag('print the measures as JSON'),
    quiet: flag('no progress'),
  },
  examples: [
    'hundredblock validate scenarios/cases/three-cars.json',
    'hundredblock validate my-case.json --reps 60 --json',
  ],

  /** Answers 1 if a measure lies outside its interval, or if an interval is too wide to tell. */
  async run({ positionals: [path], flags }): Promise<number> {
    const { seed, reps, customers: customersMax, json, quiet } = flags;
    const [{ readCaseFile }, { solve }] = await Promise.all([
      import('../../studies/verification/case-file.ts'),
      import('../../studies/verification/solve.ts'),
    ]);
    const { posed, expected } = readCaseFile(path);
    const { measures, wide, size } = await withProgress(posed.name, quiet, (onProgress) =>
      solve({
        posed,
        seed,
        replications: reps,
        confidence: CONFIDENCE,
        halfWidthShareMax: HALF_WIDTH_SHARE_MAX,
        customersMax,
        wanted: Object.keys(expected),
        onRound: (customers, widest) =>
          onProgress(Math.min(0.99, customers / customersMax), roundText(customers, widest)),
      }),
    );
    const rows = measures.map(({ measure, interval }) => {
      const sought = expected[measure] ?? null;
      const covered = sought === null ? null : interval.low <= sought && sought <= interval.high;
      return { measure, ...interval, expected: sought, covered };
    });
    const isCovered = rows.every(({ covered }) => covered !== false) && wide.length === 0;
    const record = { name: posed.name, seed, confidence: CONFIDENCE, ...size, measures: rows, wide, ok: isCovered };
    await write(process.stdout, json ? `${JSON.stringify(record)}\n` : await table(record));
    return isCovered ? EXIT.done : EXIT.failed;
  },
});

// --- internal ---

interface Row {
  measure: string;
  mean: number;
  halfWidth: number;
  expected: number | null;
  covered: boolean | null;
}

interface Validation {
  name: string;
  replications: number;
  customers: number;
  measures: Row[];
  /** Measures whose intervals are wider than HALF_WIDTH_SHARE_MAX. */
  wide: string[];
}

function roundText(customers: number, widest: { measure: string; share: number } | null): string {
  const width = widest === null ? '' : `, widest ${widest.measure} ± ${(100 * widest.share).toFixed(2)}%`;
  return `${customers.toLocaleString('en-US')} customers${width}`;
}

async function table({ name, replications, customers, measures, wide }: Validation): Promise<string> {
  const { MEASURE_WORDS } = await import('../../studies/verification/case.ts');
  const width = Math.max(...measures.map(({ measure }) => measure.length));
  const rows = measures.map(({ measure, mean, halfWidth, expected, covered }) => {
    const check = expected === null ? '' : `  expected ${expected}: ${covered === true ? 'inside' : 'OUTSIDE'}`;
    return `  ${measure.padEnd(width)}  ${mean.toFixed(6).padStart(12)} ± ${halfWidth.toFixed(6)}${check}`;
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
