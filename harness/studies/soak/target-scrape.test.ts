import { expect, it } from 'vitest';
import { createMetrics } from '../../../reference-impl/server/metrics.ts';
import { parseScrape } from './target-scrape.ts';

it("reads the reference service's own metrics", async () => {
  const metrics = createMetrics();
  metrics.set('hundredblock_database_bytes', { file: 'wal' }, 4096);
  metrics.set('hundredblock_pending_inputs', {}, 7);
  metrics.set('hundredblock_pipeline_items', { kind: 'records' }, 12);
  const scrape = parseScrape(await metrics.registry.metrics());
  expect(scrape).toMatchObject({ walBytes: 4096, pendingInputs: 7, records: 12 });
  for (const key of ['rssBytes', 'heapUsedBytes', 'externalBytes', 'fds', 'cpuSeconds'] as const)
    expect(scrape[key], key).toBeGreaterThan(0);
  expect(scrape.loopDelayMs).toBeGreaterThanOrEqual(0);
  // There may not have been a collection yet.
  expect(scrape.heapAfterGcBytes).not.toBe(0);
});

it('gives NaN for a target without these metrics', () => {
  expect(parseScrape(null).rssBytes).toBeNaN();
  expect(parseScrape('# HELP x y\nother_metric 5\n').loopDelayMs).toBeNaN();
});
