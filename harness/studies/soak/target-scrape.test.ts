import { expect, it } from 'vitest';
import { createMetrics } from '../../../reference-impl/server/metrics.ts';
import { scrapeOf } from './target-scrape.ts';

it('reads what the reference system tells of itself', async () => {
  const metrics = createMetrics();
  metrics.set('hundredblock_database_bytes', { file: 'wal' }, 4096);
  metrics.set('hundredblock_pending_inputs', {}, 7);
  metrics.set('hundredblock_pipeline_items', { kind: 'records' }, 12);
  const scrape = scrapeOf(await metrics.registry.metrics());
  expect(scrape).toMatchObject({ walBytes: 4096, pendingInputs: 7, records: 12 });
  for (const key of ['rssBytes', 'heapUsedBytes', 'externalBytes', 'fds', 'cpuSeconds'] as const)
    expect(scrape[key], key).toBeGreaterThan(0);
  expect(scrape.loopDelayMs).toBeGreaterThanOrEqual(0);
  // No collection may have been seen yet.
  expect(scrape.heapAfterGcBytes).not.toBe(0);
});

it('knows nothing of a target that tells nothing', () => {
  expect(scrapeOf(null).rssBytes).toBeNaN();
  expect(scrapeOf('# HELP x y\nother_metric 5\n').loopDelayMs).toBeNaN();
});
