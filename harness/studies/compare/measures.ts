/** Measures by which trials are compared, whose values vary from run to run, and violations, of which a build may never bring more. */
import type { Verdict } from '../../../contract/record/kinds.ts';
import type { Load } from '../../../contract/record/load.ts';
import type { Tail } from '../../../contract/record/measures.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';

/** A number that each trial gives; less is better for all of them. */
export interface Measure {
  name: string;
  label: string;
  unit: 'ms' | 'MiB';
}

/** Measures of a trial on the wire. They are few, because the correction for several looks counts them. */
export const WIRE_MEASURES: readonly Measure[] = [
  { name: 'acceptP50Ms', label: 'accept latency, median', unit: 'ms' },
  { name: 'deliveryP50Ms', label: 'delivery latency, median', unit: 'ms' },
  { name: 'deliveryP90Ms', label: 'delivery latency, 90%', unit: 'ms' },
  { name: 'cpuMs', label: 'processor time of the target', unit: 'ms' },
  { name: 'rssPeakMiB', label: 'memory of the target at its peak', unit: 'MiB' },
];

/** Measures of a run in virtual time. */
export const VIRTUAL_MEASURES: readonly Measure[] = [
  { name: 'wallMs', label: 'wall time of the run', unit: 'ms' },
  { name: 'maxRssMiB', label: 'memory at its peak', unit: 'MiB' },
];

/** Values by name of the measure; a measure that a trial does not have is left out. */
export type MeasuredValues = Readonly<Record<string, number>>;

/** Counts of what must not happen, by name: every name is there, most counts are 0. */
export type Violations = Record<string, number>;

/** The parts that a trial and a record of `load` have in common. */
export interface WireResult {
  latencyMs: NonNullable<RunRecord['latencyMs']>;
  load: Load;
}

/** Use of the machine by the target's process over the whole of a trial; null if unknown. */
export interface TargetCost {
  cpuMs: number | null;
  rssPeakMiB: number | null;
}

/** Values of a trial on the wire. If `cost` lacks the processor time, that of the window alone stands in, if the target reported it. */
export function wireValues({ latencyMs, load }: WireResult, cost: TargetCost): MeasuredValues {
  const { accept, delivery, completion, device } = latencyMs;
  return {
    ...tailValues('accept', accept),
    ...tailValues('delivery', delivery),
    ...tailValues('completion', completion),
    ...tailValues('device', device),
    ...(cost.cpuMs === null ? windowCpu(load) : { cpuMs: cost.cpuMs }),
    ...(cost.rssPeakMiB === null ? {} : { rssPeakMiB: cost.rssPeakMiB }),
  };
}

/** Values of a run in virtual time. */
export function virtualValues({ wallMs, maxRssMiB }: RunRecord): MeasuredValues {
  return { wallMs, maxRssMiB };
}

/**
 * Violations of a trial on the wire. If the generator held the run back, the machine was overrun: a good target then sheds work too, and
 * that is not held against it.
 */
export function wireViolations(
  { verdicts, duty, sameOutcome }: Pick<RunRecord, 'verdicts' | 'duty'> & Pick<Required<RunRecord>, 'sameOutcome'>,
  { deliveries, bottleneck }: Load,
): Violations {
  const isTargetAtFault = bottleneck.verdict !== 'generator';
  return {
    ...Object.fromEntries(FORBIDDEN.map((verdict) => [verdict, verdicts[verdict]])),
    streamGaps: deliveries.gaps,
    shed: isTargetAtFault ? verdicts.shed : 0,
    alertsNeverSent: isTargetAtFault ? duty.alertsNeverSent : 0,
    unexplained: isTargetAtFault ? sameOutcome.unexplained : 0,
  };
}

// --- internal ---

/** Verdicts that no run may have more of than its baseline. `late` and `disconnected` depend on the machine too, and show in latencies. */
const FORBIDDEN: readonly Verdict[] = ['leaked', 'misdelivered', 'duplicate', 'stale', 'lost'];

const QUANTILES = ['p50', 'p90', 'p99'] as const;

function tailValues(name: string, tail: Tail): MeasuredValues {
  if (tail.count === 0) return {};
  return Object.fromEntries(QUANTILES.map((q) => [`${name}${q.toUpperCase()}Ms`, tail[q]]));
}

function windowCpu({ targetProcess, windowMs }: Load): MeasuredValues {
  return targetProcess.cpuShare === null ? {} : { cpuMs: targetProcess.cpuShare * windowMs };
}
