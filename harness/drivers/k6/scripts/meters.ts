/** The scripts' own metrics, and the objectives that stand on them. k6 shows them in its summary and gives them to its outputs. */
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
export const deliveries = new Counter('deliveries');
/** Holes in a resident's numbering. */
export const sequenceGaps = new Counter('sequence_gaps');
/** Messages that a resident had already had, by their number. */
export const duplicates = new Counter('duplicates');
export const inputsSent = new Counter('inputs_sent');
/** Inputs that were not acknowledged in the end. */
export const inputsFailed = new Counter('inputs_failed');
/** What was seen beyond the bound of the log: the judge does not know it. */
export const observationsDropped = new Counter('observations_dropped');
/** Copies that a spike sends beside the trace. */
export const spikeCopies = new Counter('spike_copies');

/** By metric, as k6's option `thresholds`. */
export function thresholdsOf(o: {
  deliveryP99Ms: number;
  subscribers: boolean;
  arrivals: boolean;
}): Record<string, string[]> {
  return {
    generator_lag: ['p(99)<100'],
    inputs_failed: ['count==0'],
    observations_dropped: ['count==0'],
    ...(o.arrivals ? { dropped_iterations: ['count==0'] } : {}),
    ...(o.subscribers
      ? { delivery_latency: [`p(99)<${o.deliveryP99Ms}`], sequence_gaps: ['count==0'], duplicates: ['count==0'] }
      : {}),
  };
}
