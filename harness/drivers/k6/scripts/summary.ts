/** The end of a run: lines for the terminal, and run.json in the shape of a run record as far as k6 knows it. */
import type { Tail } from '../../../../contract/record/measures.ts';
import type { RunRecord } from '../../../../contract/record/run-record.ts';
import type { Settings } from './settings.ts';
import type { K6Trace } from './trace.ts';

/** The part of k6's end-of-test data that is read. */
export interface SummaryData {
  metrics: Record<string, { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> } | undefined>;
  state: { testRunDurationMs: number };
}

/** A run record without the parts that only the judge can know: alerts owed, truth, verdicts, privacy. */
type KnownRecord = Pick<
  RunRecord,
  'schema' | 'partial' | 'seed' | 'scenario' | 'command' | 'simulated' | 'gates' | 'wallMs'
> & {
  counts: Pick<RunRecord['counts'], 'deliveries'>;
  generatorLagMs: Tail;
  latencyMs: Record<'accept' | 'device' | 'connect', Tail>;
  load: {
    target: string;
    driver: string;
    traceSha256: string;
    fromMs: number;
    untilMs: number;
    windowMs: number;
    speed: number;
    deliveries: { received: number; repeated: number; gaps: number };
    inputs: { sent: number; failed: number };
  };
};

/** Texts by file name, as k6 expects them from `handleSummary`. */
export function summaryOf(
  script: string,
  settings: Settings,
  trace: K6Trace,
  data: SummaryData,
): Record<string, string> {
  return {
    [`${settings.outDir}/run.json`]: `${JSON.stringify(recordOf(script, settings, trace, data))}\n`,
    stdout: textOf(script, trace, data),
  };
}

// --- internal ---

const SCHEMA = 'hundredblock.run/1.3';

function recordOf(script: string, settings: Settings, trace: K6Trace, data: SummaryData): KnownRecord {
  const { header } = trace;
  const count = (metric: string): number => data.metrics[metric]?.values['count'] ?? 0;
  const scenario = header.scenario as { name: string; startMs: number };
  return {
    schema: SCHEMA,
    partial: false,
    seed: header.seed,
    scenario: { name: scenario.name, options: scenario },
    command: `k6 run harness/drivers/k6/scripts/${script}.ts`,
    simulated: { startMs: scenario.startMs, endMs: header.untilMs },
    gates: gatesOf(data),
    wallMs: Math.round(data.state.testRunDurationMs),
    counts: { deliveries: count('deliveries') },
    generatorLagMs: tailOf(data, 'generator_lag'),
    latencyMs: {
      accept: tailOf(data, 'accept_latency'),
      device: tailOf(data, 'device_latency'),
      connect: tailOf(data, 'connect_time'),
    },
    load: {
      target: settings.target,
      driver: `k6, ${script}.ts`,
      traceSha256: trace.sha256,
      fromMs: header.fromMs,
      untilMs: header.untilMs,
      windowMs: trace.windowMs,
      speed: trace.speed,
      deliveries: { received: count('deliveries'), repeated: count('duplicates'), gaps: count('sequence_gaps') },
      inputs: { sent: count('inputs_sent'), failed: count('inputs_failed') },
    },
  };
}

/** Thresholds that count something, as budgets: `count==0` is a limit of none. */
function gatesOf({ metrics }: SummaryData): RunRecord['gates'] {
  return Object.entries(metrics).flatMap(([name, metric]) =>
    Object.entries(metric?.thresholds ?? {}).map(([threshold, { ok }]) => {
      const [, stat, limit] = /^(\w+(?:\([\d.]+\))?)\D+([\d.]+)$/.exec(threshold) ?? [];
      return { name: `${name} ${threshold}`, limit: Number(limit ?? 0), found: metric?.values[stat ?? ''] ?? 0, ok };
    }),
  );
}

function tailOf({ metrics }: SummaryData, name: string): Tail {
  const values = metrics[name]?.values ?? {};
  const at = (stat: string): number => Math.round((values[stat] ?? 0) * 1000) / 1000;
  return {
    count: values['count'] ?? 0,
    p50: at('med'),
    p90: at('p(90)'),
    p99: at('p(99)'),
    p999: at('p(99.9)'),
    max: at('max'),
  };
}

function textOf(script: string, trace: K6Trace, data: SummaryData): string {
  const count = (metric: string): number => data.metrics[metric]?.values['count'] ?? 0;
  const lines = [
    [
      'ran',
      `${script}.ts, trace ${trace.sha256.slice(0, 12)}..., ${Math.round(trace.windowMs / 1000)} s at speed ${trace.speed}`,
    ],
    [
      'sent',
      `${count('inputs_sent')} inputs, ${count('inputs_failed')} of them not acknowledged; ${count('dropped_iterations')} iterations dropped`,
    ],
    [
      'received',
      `${count('deliveries')} deliveries; ${count('sequence_gaps')} gaps, ${count('duplicates')} duplicates`,
    ],
    ...['generator_lag', 'accept_latency', 'device_latency', 'connect_time', 'delivery_latency'].flatMap((name) => {
      const { count: n, p50, p99, max } = tailOf(data, name);
      return n === 0 ? [] : [[name, `median ${p50} ms, 99% ${p99} ms, max ${max} ms, n = ${n}`]];
    }),
    ...gatesOf(data).map(({ name, ok, found }) => [ok ? 'ok' : 'FAILED', ok ? name : `${name}, found ${found}`]),
  ];
  return `${lines.map(([left, right]) => `  ${left.padEnd(18)} ${right}`).join('\n')}\n`;
}
