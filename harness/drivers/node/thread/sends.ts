/** What became of each input of a run, as columns: the types. */
import type { Refusal } from '../../../../contract/wire.ts';

/** `failure` of a SendLine. */
export type Failure = 'connection' | 'timeout' | 'never-polled' | 'stopped' | Refusal;

/** Times are NaN, status is -1, where there is none. */
export interface SendBlock {
  line: Uint32Array<ArrayBuffer>;
  intendedMs: Float64Array<ArrayBuffer>;
  /** Index in TRACE_INPUT_KINDS; UNCOUNTED for what the totals by kind leave out. */
  kind: Uint8Array<ArrayBuffer>;
  /** How much later than meant it was taken up; NaN for inputs that were not planned by the clock. */
  lagMs: Float32Array<ArrayBuffer>;
  sentMs: Float64Array<ArrayBuffer>;
  answeredMs: Float64Array<ArrayBuffer>;
  status: Int16Array<ArrayBuffer>;
  tries: Uint16Array<ArrayBuffer>;
  /** Index in `failures`, plus 1; 0 none. */
  failure: Uint8Array<ArrayBuffer>;
  /** Index in `answers`, plus 1; 0 none. */
  answer: Uint32Array<ArrayBuffer>;
}

export interface Sends {
  count: number;
  blocks: SendBlock[];
  /** Names that occur. */
  failures: Failure[];
  /** Bodies of answers that hold receipts. */
  answers: Uint8Array[];
}
