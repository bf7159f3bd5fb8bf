/** Columns that say how each input of a run fared, and the counts that follow from them. */
import type { Refusal } from '../../../contract/wire.ts';
import type { Spread } from '../../../stats/spread.ts';

/** `failure` of a SendLine. */
export type Failure = 'connection' | 'timeout' | 'never-polled' | 'stopped' | Refusal;

/** A stretch of inputs as columns. A time that is not known is NaN, and a status -1. Times are Unix ms. */
export interface SendBlock {
  /** Line of inputs.jsonl. */
  line: Uint32Array<ArrayBuffer>;
  intendedMs: Float64Array<ArrayBuffer>;
  /** Index in TRACE_INPUT_KINDS; UNCOUNTED for an input that the totals by kind leave out. */
  kind: Uint8Array<ArrayBuffer>;
  /** How much later than meant it was taken up; NaN for inputs that were not planned by the clock. */
  lagMs: Float32Array<ArrayBuffer>;
  sentMs: Float64Array<ArrayBuffer>;
  answeredMs: Float64Array<ArrayBuffer>;
  status: Int16Array<ArrayBuffer>;
  tries: Uint16Array<ArrayBuffer>;
  /** Index in `failures`, plus 1; 0 if it did not fail. */
  failure: Uint8Array<ArrayBuffer>;
  /** Index in `answers`, plus 1; 0 if no answer is kept. */
  answer: Uint32Array<ArrayBuffer>;
}

/** All inputs of one part of a driver. */
export interface Sends {
  count: number;
  blocks: SendBlock[];
  /** Failures that occur. */
  failures: Failure[];
  /** Bodies of answers that hold receipts. */
  answers: Uint8Array[];
}

/** Inputs of the window by index in TRACE_INPUT_KINDS: those whose turn had come, those handed to a socket, those acknowledged. */
export interface InputTotals {
  meant: number[];
  sent: number[];
  acknowledged: number[];
}

/** Counts of inputs so far. */
export interface SendStatus {
  /** Inputs whose turn has come. */
  taken: number;
  /** Inputs handed to a socket at least once. */
  sent: number;
  acknowledged: number;
  /** Inputs taken up, and neither acknowledged nor given up. */
  owed: number;
  /** When an answer last came (Unix ms); 0 before. */
  lastAnswerMs: number;
  /** Greatest lag since the status before. */
  lagMaxMs: number;
  totals: InputTotals;
  lags: Spread;
}
