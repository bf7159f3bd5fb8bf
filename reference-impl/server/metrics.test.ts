import { describe, expect, it } from 'vitest';
import { METRICS } from '../../contract/metrics.ts';
import { SUPPRESSIONS } from '../../contract/policy.ts';
import { createMetrics, countRows } from './metrics.ts';

describe('metrics', () => {
  it('are those of the catalogue, with its types and help', async () => {
    const text = await createMetrics().registry.metrics();
    for (const [name, { type, help }] of Object.entries(METRICS)) {
      expect(text).toContain(`# TYPE ${name} ${type}\n`);
      expect(text).toContain(`# HELP ${name} ${help}`);
    }
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('count from zero where the labels are known, so that a first event shows in a rate', async () => {
    const metrics = createMetrics();
    const text = await metrics.registry.metrics();
    for (const reason of SUPPRESSIONS) expect(text).toContain(`hundredblock_suppressed_total{reason="${reason}"} 0\n`);
    expect(text).toContain('hundredblock_stream_closes_total{code="4000"} 0\n');
    expect(text).toContain('hundredblock_shed_total{door="cad",reason="overloaded"} 0\n');
    expect(text).toContain('hundredblock_frames_sent_total 0\n');
  });

  it('hold what is counted, set and observed', async () => {
    const metrics = createMetrics();
    countRows(metrics, [
      { row: 0, outcome: 'accepted', code: null },
      { row: 1, outcome: 'rejected', code: 'schema' },
      { row: 2, outcome: 'rejected', code: 'schema' },
    ]);
    metrics.count('hundredblock_frames_sent_total', {}, 5);
    metrics.set('hundredblock_database_bytes', { file: 'wal' }, 7);
    metrics.observe('hundredblock_stage_seconds', { stage: 'commit' }, 0.003);
    const text = await metrics.registry.metrics();
    expect(text).toContain('hundredblock_cad_rows_total{outcome="accepted",code=""} 1\n');
    expect(text).toContain('hundredblock_cad_rows_total{outcome="rejected",code="schema"} 2\n');
    expect(text).toContain('hundredblock_frames_sent_total 5\n');
    expect(text).toContain('hundredblock_database_bytes{file="wal"} 7\n');
    expect(text).toContain('hundredblock_stage_seconds_bucket{le="0.0025",stage="commit"} 0\n');
    expect(text).toContain('hundredblock_stage_seconds_bucket{le="0.005",stage="commit"} 1\n');
  });

  it('belong to one service: two in a process do not share them', async () => {
    createMetrics().count('hundredblock_frames_sent_total', {}, 5);
    expect(await createMetrics().registry.metrics()).toContain('hundredblock_frames_sent_total 0\n');
  });
});
