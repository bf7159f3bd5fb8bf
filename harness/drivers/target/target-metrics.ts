/** Figures that the target tells of itself on /metrics. A foreign system may tell none of them. */
import type { Tail } from '../../../contract/record/measures.ts';
import type { MetricName } from '../../../contract/metrics.ts';

/** Figures are null if the target does not tell them. */
export interface TargetMetrics {
  /** Counts of refused work by `door reason`; null if there is no such metric. */
  shed: Map<string, number> | null;
  /** Processor time since it started, seconds. */
  cpuSeconds: number | null;
  /** Delay of its event loop since its metrics were last read, ms. */
  eventLoopDelayMs: Omit<Tail, 'count'> | null;
}

/** Reads the Prometheus text format, and passes over lines that are not of it. `text`: null if there are no metrics. */
export function readTargetMetrics(text: string | null): TargetMetrics {
  const samples = text === null ? [] : samplesOf(text);
  const one = (name: string): number | null => samples.find((sample) => sample.name === name)?.value ?? null;
  const lag = (part: string): number | null => one(`nodejs_eventloop_lag_${part}_seconds`);
  const [p50, p90, p99, max] = ['p50', 'p90', 'p99', 'max'].map(lag);
  const refusals = samples.filter(({ name }) => name === SHED);
  return {
    shed:
      text === null || !text.includes(SHED)
        ? null
        : new Map(refusals.map(({ labels, value }) => [`${labels['door']} ${labels['reason']}`, value])),
    cpuSeconds: one('process_cpu_seconds_total'),
    eventLoopDelayMs:
      p50 === null || p90 === null || p99 === null || max === null
        ? null
        : { p50: ms(p50), p90: ms(p90), p99: ms(p99), p999: ms(max), max: ms(max) },
  };
}

// --- internal ---

const SHED: MetricName = 'hundredblock_shed_total';

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{([^}]*)\})? ([0-9.eE+-]+)(?: [0-9]+)?$/.exec(line.trim());
    if (match === null || !Number.isFinite(Number(match[3]))) return [];
    const labels = Object.fromEntries(
      [...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]),
    );
    return [{ name: match[1], labels, value: Number(match[3]) }];
  });
}

function ms(seconds: number): number {
  return Math.round(seconds * 1e6) / 1000;
}
