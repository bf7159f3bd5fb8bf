import { describe, expect, test } from 'vitest';
import { readTargetMetrics } from './target-metrics.ts';

const TEXT = `# HELP hundredblock_shed_total work refused
# TYPE hundredblock_shed_total counter
hundredblock_shed_total{door="cad",reason="overloaded"} 12
hundredblock_shed_total{reason="rate-limited",door="stream"} 3
process_cpu_seconds_total 1.25
nodejs_eventloop_lag_p50_seconds 0.001
nodejs_eventloop_lag_p90_seconds 0.0025
nodejs_eventloop_lag_p99_seconds 0.02
nodejs_eventloop_lag_max_seconds 0.5
other{a="}"} nonsense
nan_metric NaN
`;

describe("the target's metrics", () => {
  test('are read if they are told', () => {
    expect(readTargetMetrics(TEXT)).toEqual({
      shed: new Map([
        ['cad overloaded', 12],
        ['stream rate-limited', 3],
      ]),
      cpuSeconds: 1.25,
      eventLoopDelayMs: { p50: 1, p90: 2.5, p99: 20, p999: 500, max: 500 },
    });
  });

  test.each([[null], [''], ['<html>no metrics</html>'], ['\u0000\u0001']])('%j tells nothing', (text) => {
    expect(readTargetMetrics(text)).toEqual({ shed: null, cpuSeconds: null, eventLoopDelayMs: null });
  });

  test('a known metric without samples counts nothing', () => {
    expect(readTargetMetrics('# TYPE hundredblock_shed_total counter\n').shed).toEqual(new Map());
  });
});
