import { defineConfig } from 'vitest/config';

/** Tests that open sockets or start processes: one file after the other, when all others are done. */
const WIRE = [
  'reference-impl/server/**/*.test.ts',
  'harness/drivers/node/**/*.test.ts',
  'harness/drivers/target/**/*.test.ts',
  'harness/conform/**/*.test.ts',
  'harness/report/metrics/prometheus*.test.ts',
  'harness/cli/commands/{serve,load,conform}*.test.ts',
];
/** Whole runs of the service, the driver and what stands beside them: `npm run test:system`. */
const SYSTEM = ['test/wire/**/*.test.ts'];
/** k6 against the real service: `npm run test:k6`, after `npm run k6`. */
const K6 = ['test/k6/**/*.test.ts'];
/** `npm run faults` runs the heavy ones (vitest.faults.config.ts). */
const NEVER = ['node_modules/**', 'results/**', '**/*.heavy.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['scripts/build-for-tests.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['**/*.test.ts'],
          exclude: [...NEVER, ...WIRE, ...SYSTEM, ...K6],
          // One file a processor; the default leaves one idle.
          maxWorkers: '100%',
          // The files of a processor load the house's modules once: no test changes what another one sees. It halves what they cost together.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'wire', include: WIRE, exclude: NEVER, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: SYSTEM,
          exclude: NEVER,
          maxWorkers: 1,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'k6',
          include: K6,
          exclude: NEVER,
          maxWorkers: 1,
          hookTimeout: 180_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
