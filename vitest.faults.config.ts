import { defineConfig } from 'vitest/config';

/** All faults of docs/model/faults.md, the heavy ones too: a quarter of an hour on two processors, one after the other. */
export default defineConfig({
  test: {
    include: ['test/wire/faults/**/*.test.ts'],
    globalSetup: ['scripts/build-for-tests.ts'],
    pool: 'forks',
    maxWorkers: 1,
    hookTimeout: 180_000,
  },
});
