/** What a trial is compared by: figures that vary from one run to the next, and violations, of which a build may never bring more. */
import type { Verdict } from '../../../contract/record/kinds.ts';
import type { Load } from '../../../contract/record/load.ts';
import type { Tail } from '../../../contract/record/measures.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';

/** One figure of a trial; less is better for each. */
export interface Measure {
  name: string;
  label: string;
  unit: 'ms' | 'MiB';
}

/** Of a trial on the wire. Their number is what the correction for several looks counts, so that it is kept small. */
export const WIRE_MEASURES: readonly Measure[] = [
  { name: 'acceptP50Ms', label: 'accept latency, median', unit: 'ms' },
  { name: 'deliveryP50Ms', label: 'delivery latency, median', unit: 'ms' },
  { name: 'deliveryP90Ms', label: 'delivery latency, 90%', unit: 'ms' },
  { name: 'cpuMs', label: 'processor time of the target', unit: 'ms' },
  { name: 'rssPeakMiB', label: 'memory of the target at its peak', unit: 'MiB' },
];

/** Of a run in virtual time. */
export const VIRTUAL_MEASURES: readonly Measure[] = [
  { name: 'wallMs', label: 'wall time of the run', unit: 'ms' },
  { name: 'maxRssMiB', label: 'memory at its peak', unit: 'MiB' },
];

/** Figures by name; one that was not measured is left out. */
export type Figures = Record<string, number>;

/** Counts of what must not be, by name; all are there, most are 0. */
export type Violations = Record<string, number>;

/** What a trial and a record of `load` have in common. */
export interface WireResult {
  latencyMs: NonNullable<RunRecord['latencyMs']>;
  load: Load;
}

/** Of the target's process, over all of a trial; null each where unknown. */
export interface TargetCost {
  cpuMs: number | null;
  rssPeakMiB: number | null;
}

export function wireFigures({ latencyMs, load }: WireResult, cost: TargetCost): Figures {
  const { accept, delivery, completion, device } = latencyMs;
  return {
    ...tailFigures('accept', accept),
    ...tailFigures('delivery', delivery),
    ...tailFigures('completion', completion),
    ...tailFigures('device', device),
    ...(cost.cpuMs === null ? cpuFigure(load) : { cpuMs: cost.cpuMs }),
    ...(cost.rssPeakMiB === null ? {} : { rssPeakMiB: cost.rssPeakMiB }),
  };
}

export function virtualFigures({ wallMs, maxRssMiB }: RunRecord): Figures {
  return { wallMs, maxRssMiB };
}

/** Verdicts that no run may have more of than its baseline. `late` and `disconnected` hang on the machine too, and show in latencies. */
const FORBIDDEN: readonly Verdict[] = ['leaked', 'misdelivered', 'duplicate', 'stale', 'lost'];

/** Where the generator held the run back, the machine was overrun: a good target then sheds work too, and that is held against none. */
export function wireViolations(
  { verdicts, duty, sameOutcome }: Pick<RunRecord, 'verdicts' | 'duty'> & Pick<Required<RunRecord>, 'sameOutcome'>,
  { deliveries, bottleneck }: Load,
): Violations {
  const ofTarget = bottleneck.verdict !== 'generator';
  return {
    ...Object.fromEntries(FORBIDDEN.map((verdict) => [verdict, verdicts[verdict]])),
    streamGaps: deliveries.gaps,
    shed: ofTarget ? verdicts.shed : 0,
    alertsNeverSent: ofTarget ? duty.alertsNeverSent : 0,
    unexplained: ofTarget ? sameOutcome.unexplained : 0,
  };
}

// --- internal ---

const QUANTILES = ['p50', 'p90', 'p99'] as const;

function tailFigures(name: string, tail: Tail): Figures {
  if (tail.count === 0) return {};
  return Object.fromEntries(QUANTILES.map((q) => [`${name}${q.toUpperCase()}Ms`, tail[q]]));
}

/** Of the window alone, as far as the target told it. */
function cpuFigure({ targetProcess, windowMs }: Load): Figures {
  return targetProcess.cpuShare === null ? {} : { cpuMs: targetProcess.cpuShare * windowMs };
}
