/** The catalogue of metrics keeps to Prometheus's rules for names and labels, its number of series is bounded, and its document is current. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HARNESS_METRICS, METRICS, RUN_LABEL, seriesMax, type HarnessMetricSpec } from '../../../contract/metrics.ts';
import { wrapMarkdown } from '../../../scripts/wrap-markdown.ts';
import { metricsDoc } from './doc.ts';

const run = Object.entries(HARNESS_METRICS) as [string, HarnessMetricSpec][];
const all = [
  ...run.map(([name, { type, help, labels, buckets }]) => ({ name, type, help, labels: Object.keys(labels), buckets })),
  ...Object.entries(METRICS).map(([name, spec]) => ({ name, buckets: undefined, ...spec })),
];

describe('the catalogue of metrics', () => {
  it.each(all)('$name says its type and unit in its name', ({ name, type, help, labels, buckets }) => {
    expect(name).toMatch(/^hundredblock(_[a-z0-9]+)+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(ms|minutes|hours|kib|percent|share|bucket|sum|count|created)(_total)?$/);
    expect(help).toMatch(/^[^\\"\n]{5,}[^.\\"\n]$/);
    for (const label of labels) expect(label).toMatch(/^[a-z]+$/);
    expect(labels).not.toContain(RUN_LABEL);
    if (type === 'histogram') expect(buckets).toEqual([...buckets!].sort((a, b) => a - b));
    else expect(buckets).toBeUndefined();
  });

  it('keeps the metrics of a run apart from those of the service by name', () => {
    for (const name of Object.keys(HARNESS_METRICS)) expect(name.startsWith('hundredblock_run_')).toBe(true);
    for (const name of Object.keys(METRICS)) expect(name.startsWith('hundredblock_run_')).toBe(false);
  });

  it('has no label for a person, a place or an incident', () => {
    const secret =
      /resident|person|user|name|phone|address|place|street|block|incident|record|ticket|token|text|identifier|id$/;
    expect(all.flatMap(({ labels }) => labels).filter((label) => secret.test(label))).toEqual([]);
  });

  it('lists the values of every label of a run, each once', () => {
    const lists = run.flatMap(([, { labels }]) => Object.values(labels).filter((values) => typeof values !== 'string'));
    expect(lists.filter((values) => new Set(values).size !== values.length)).toEqual([]);
  });

  it('bounds the series of a run by its agencies alone', () => {
    expect(seriesMax(1, 'hundredblock_run_calls_total')).toBe(1);
    expect(seriesMax(225, 'hundredblock_run_calls_total')).toBe(225);
    // Seven stages, each with 16 buckets, one above all bounds, a sum and a count.
    expect(seriesMax(225, 'hundredblock_run_delay_seconds')).toBe(7 * 19);
    const fixed = seriesMax(0);
    const each = seriesMax(1) - fixed;
    expect(seriesMax(225)).toBe(fixed + 225 * each);
    expect(fixed).toBeLessThan(1000);
    expect(each).toBeLessThan(500);
  });

  it('is shown by docs/reference/metrics.md as it is (npm run metrics-doc writes it)', () => {
    expect(readFileSync(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8')).toBe(
      wrapMarkdown(metricsDoc()),
    );
  });
});
