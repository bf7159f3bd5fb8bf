/** Committed records: small, with the reason for which they were made. */
import type { RunRecord } from '../../../contract/record/run-record.ts';

export const BASELINE_SCHEMA = 'hundredblock.baseline/1.0';

export interface Baseline {
  schema: typeof BASELINE_SCHEMA;
  /** Why the figures are what they should be now. */
  reason: string;
  record: RunRecord;
}

/** A run as a baseline: what no comparison reads, second by second, is left out. */
export function baselineOf(record: RunRecord, reason: string): Baseline {
  const { load } = record;
  return {
    schema: BASELINE_SCHEMA,
    reason,
    record: load === undefined ? record : { ...record, load: { ...load, timeline: [] } },
  };
}
