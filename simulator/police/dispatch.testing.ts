/** For tests: runs dispatch with jobs, cancels and changes of priority at given moments, and records what its host hears. */
import { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import type { DispatchOptions } from './dispatch-api.ts';
import { Dispatch } from './dispatch.ts';
import type { JobRequest } from './job.ts';
import type { JobPriority } from './parameters.ts';

/** Two beats side by side: units 1A11 at (2500, 2500) and 1A12 at (7500, 2500), dm. */
export const box = { x0: 0, y0: 0, x1: 10_000, y1: 5000 };
/** Ids of self-initiated jobs count from here. */
export const SELF_JOB = 1_000_000;

/** The jobs of a run and its options. Times in ms. */
export interface Setting {
  units?: number;
  jobs?: readonly (Partial<JobRequest> & { id: number; atMs: number })[];
  cancels?: readonly { id: number; atMs: number }[];
  /** Changes of priority. */
  urges?: readonly { id: number; atMs: number; priority: JobPriority }[];
  options?: Partial<DispatchOptions>;
  selfServiceMs?: number;
  heard?: (text: string, dispatch: Dispatch) => void;
  untilMs?: number;
}

/** Runs a setting. Returns everything that the host heard as texts, each with its moment. */
export function run({
  units = 2,
  jobs = [],
  cancels = [],
  urges = [],
  options = {},
  selfServiceMs = 60_000,
  heard = () => {},
  untilMs = 1e9,
}: Setting) {
  const kernel = new Kernel(0);
  const told: string[] = [];
  function tell(text: string): void {
    told.push(`${kernel.nowMs} ${text}`);
    heard(text, dispatch);
  }
  const dispatch: Dispatch = new Dispatch({
    kernel,
    seeds: { seed: 2, replication: 0 },
    agency: 'pd-000',
    units,
    city: { box },
    travelMetresPerSecond: Infinity,
    startMs: 0,
    selfInitiated: null,
    host: {
      dispatched: (id, names) => tell(`dispatched ${id} ${names.join('+')}`),
      onScene: (id, name, first) => tell(`onScene ${id} ${name}${first ? ' first' : ''}`),
      cleared: (id) => tell(`cleared ${id}`),
      selfInitiated: (name, _atMs, x, y, opportunity) => {
        tell(`self ${opportunity} ${name} ${x},${y}`);
        return { jobId: SELF_JOB + opportunity, serviceMs: selfServiceMs };
      },
    },
    ...options,
  });
  kernel.on(KIND.callArrival, (_id, payload) => dispatch.request(payload as JobRequest));
  kernel.on(KIND.recordChange, (id) => {
    // This text stands before those of events that the cancel leads to.
    const at = told.push(`${kernel.nowMs} cancel ${id}`) - 1;
    told[at] += ` ${dispatch.cancel(id)}`;
  });
  const tags = { cause: 'call', unfounded: false, induced: false } as const;
  for (const { atMs, ...job } of jobs) {
    const request = { priority: 3, x: 2500, y: 2500, unitsWanted: 1, serviceMs: 1000, tags, ...job };
    kernel.schedule(atMs, KIND.callArrival, job.id, 0, request);
  }
  for (const { id, atMs } of cancels) kernel.schedule(atMs, KIND.recordChange, id, 0);
  kernel.on(KIND.callTaken, (id, payload) => dispatch.reprioritise(id, payload as JobPriority));
  for (const { id, atMs, priority } of urges) kernel.schedule(atMs, KIND.callTaken, id, 0, priority);
  kernel.runUntil(untilMs);
  return { told, measures: dispatch.measures(), kernel };
}
