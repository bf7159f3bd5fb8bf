/**
 * Serves the metrics of a load run to Prometheus on loopback, while the run goes on and after it: the families of HARNESS_METRICS that runs on the wall clock have.
 * A metric that is known only once the run is judged appears then; it is not 0 before.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry, type Metric } from 'prom-client';
import { HundredblockError } from '../../../contract/errors.ts';
import {
  HARNESS_METRICS,
  RUN_LABEL,
  type HarnessMetricName,
  type HarnessMetricSpec,
} from '../../../contract/metrics.ts';
import type { DriveProgress } from '../../drivers/driver-api.ts';
import type { Final } from './family.ts';
import { makeFamilies, type RunSamples } from './run-families.ts';

export interface Exposition {
  /** Such as http://127.0.0.1:9464/metrics. */
  url: string;
  /** Gives the run its name. Until then only metrics of the process are served. */
  begin(run: string, scenario: string, seed: number): void;
  progress(progress: DriveProgress): void;
  /** The final metrics replace all others. */
  judged(figures: RunSamples): void;
  close(): Promise<void>;
}

/** Serves on a loopback port; 0 takes a free one. Throws HB_OPTION_VALUE if the port is not free. */
export async function serveExposition(port: number): Promise<Exposition> {
  const figures = new RunRegistry();
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== PATH) {
      response.writeHead(404).end();
      return;
    }
    void figures.registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': figures.registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`,
    begin: (run, scenario, seed) => {
      figures.run = run;
      figures.set('hundredblock_run_info', [{ labels: { scenario, seed: String(seed), clock: 'wall' }, value: 1 }]);
    },
    progress: (progress) => figures.takeProgress(progress),
    judged: (run) => {
      for (const family of makeFamilies(run)) figures.set(family.name, [...family.finals()]);
      figures.set('hundredblock_run_connections', []);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

// --- internal ---

const PATH = '/metrics';

/** prom-client counts single events. Here every metric is set as a whole, so this registry gives prom-client its samples itself. */
class RunRegistry {
  readonly registry = new Registry();
  run = '';
  readonly #finals = new Map<HarnessMetricName, Final[]>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const [name, spec] of Object.entries(HARNESS_METRICS) as [HarnessMetricName, HarnessMetricSpec][]) {
      if (spec.clock === 'virtual') continue;
      const { type, help } = spec;
      const get = async () => ({ name, help, type, aggregator: 'sum', values: this.#samplesOf(name, spec) });
      // A registry needs no other method of its metrics.
      this.registry.registerMetric({ name, help, get } as unknown as Metric);
    }
  }

  set(name: HarnessMetricName, finals: Final[]): void {
    this.#finals.set(name, finals);
  }

  takeProgress({ inputs, connected, deliveries, lags, connects }: DriveProgress): void {
    const of = (which: 'meant' | 'sent' | 'acknowledged'): Final[] =>
      Object.entries(inputs).map(([kind, counts]) => ({ labels: { kind }, value: counts[which] }));
    this.set('hundredblock_run_inputs_meant_total', of('meant'));
    this.set('hundredblock_run_inputs_sent_total', of('sent'));
    this.set('hundredblock_run_inputs_acknowledged_total', of('acknowledged'));
    this.set('hundredblock_run_messages_received_total', [{ labels: {}, value: deliveries }]);
    this.set('hundredblock_run_connections', [
      { labels: { of: 'residents' }, value: connected.residents },
      { labels: { of: 'doorbells' }, value: connected.doorbells },
    ]);
    if (lags !== null)
      this.set('hundredblock_run_generator_lag_seconds', [
        { labels: {}, value: lags.sumMs / 1000, counts: lags.counts },
      ]);
    if (connects !== null)
      this.set('hundredblock_run_latency_seconds', [
        { labels: { stage: 'connect' }, value: connects.sumMs / 1000, counts: connects.counts },
      ]);
  }

  #samplesOf(name: HarnessMetricName, { buckets }: HarnessMetricSpec) {
    return (this.#finals.get(name) ?? []).flatMap(({ labels: own, value, counts }) => {
      const labels = { [RUN_LABEL]: this.run, ...own };
      if (counts === undefined) return [{ metricName: name, labels, value }];
      let count = 0;
      const cumulative = counts.map((n, i) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le: i < buckets!.length ? String(buckets![i]) : '+Inf' },
        value: (count += n),
      }));
      return [
        ...cumulative,
        { metricName: `${name}_sum`, labels, value },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code ?? 'an error';
    throw new HundredblockError('HB_OPTION_VALUE', `--metrics-port: expected a free port, found ${port} (${found})`);
  }
}
