/** Baselines: run records that are committed, small, each with the reason for which it was made. */
import type { RunRecord } from '../../../contract/record/run-record.ts';

export const BASELINE_SCHEMA = 'hundredblock.baseline/1.0';

/** A run record with the reason for which it was committed. */
export interface Baseline {
  schema: typeof BASELINE_SCHEMA;
  /** Why the record's numbers are the right ones now. */
  reason: string;
  record: RunRecord;
}

/** A run's record as a baseline, without the timeline by the second, which no comparison reads. */
export function baselineOf(record: RunRecord, reason: string): Baseline {
  const { load } = record;
  return {
    schema: BASELINE_SCHEMA,
    reason,
    record: load === undefined ? record : { ...record, load: { ...load, timeline: [] } },
  };
}
