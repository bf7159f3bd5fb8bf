/** The scripts' own metrics, and the thresholds on them. k6 shows them in its summary and hands them to its outputs. */
import { Counter, Trend } from 'k6/metrics';

/** From the moment that an alert says it was sent, by the platform's clock, to the phone. */
export const deliveryLatency = new Trend('delivery_latency', true);
/** From the intended moment of a CAD message to its 202. */
export const acceptLatency = new Trend('accept_latency', true);
/** From the intended moment of a doorbell's message to its PUBACK. */
export const deviceLatency = new Trend('device_latency', true);
/** Taking an input up, after its intended moment. */
export const generatorLag = new Trend('generator_lag', true);
/** From asking for a connection to its first message. */
export const connectTime = new Trend('connect_time', true);
/** Messages that residents received. */
export const deliveries = new Counter('deliveries');
/** Holes in a resident's numbering. */
export const sequenceGaps = new Counter('sequence_gaps');
/** Messages that a resident had already had, by their number. */
export const duplicates = new Counter('duplicates');
/** Inputs that were sent, whether or not they were acknowledged. */
export const inputsSent = new Counter('inputs_sent');
/** Inputs that were not acknowledged in the end. */
export const inputsFailed = new Counter('inputs_failed');
/** Observations beyond the bound of the log: the judge does not know of them. */
export const observationsDropped = new Counter('observations_dropped');
/** Copies that a spike sends beside the trace. */
export const spikeCopies = new Counter('spike_copies');

/** Thresholds by metric, for k6's option `thresholds`. `options`: the largest 99th percentile of `delivery_latency`, and which parts the script has. */
export function thresholdsOf(options: {
  deliveryP99Ms: number;
  subscribers: boolean;
  arrivals: boolean;
}): Record<string, string[]> {
  return {
    generator_lag: ['p(99)<100'],
    inputs_failed: ['count==0'],
    observations_dropped: ['count==0'],
    ...(options.arrivals ? { dropped_iterations: ['count==0'] } : {}),
    ...(options.subscribers
      ? { delivery_latency: [`p(99)<${options.deliveryP99Ms}`], sequence_gaps: ['count==0'], duplicates: ['count==0'] }
      : {}),
  };
}
