/**
 * What the scripts write to k6's console, one JSON value a line (`--console-output FILE --log-format raw`), and the judge's side reads.
 * Short keys and tuples: a run logs each delivery. Wall times are Unix ms.
 */
import type { PlatformClock } from '../../../../contract/clock.ts';
import type { RowReceipt } from '../../../../contract/pipeline.ts';

/** Of one instance of k6. `part` says which VU a frame's number is of. */
export type LogLine =
  /** First: the run was given its place on the wall. */
  | {
      line: 'start';
      script: string;
      traceSha256: string;
      target: string;
      clock: PlatformClock;
      platformClock: boolean;
      segment: string;
      /** What the script leaves out, in words. */
      notes: string[];
    }
  | { line: 'sends'; sends: SendTuple[] }
  | { line: 'frames'; part: number; frames: [frame: number, type: 'alert' | 'post', text: string][] }
  | { line: 'deliveries'; part: number; deliveries: [resident: number, sequence: number, frame: number, ms: number][] }
  | { line: 'connections'; connections: ConnectionTuple[] }
  /** From asking for a connection to having it, ms; and connections open in this VU. */
  | { line: 'connected'; part: number; of: 'residents' | 'doorbells'; open: number; ms: number[] }
  /** The VU of this part has told all that it saw; entries beyond the bound were not told. */
  | { line: 'end'; part: number; dropped: number; gaps: number; unreadable: number };

/** As SendLine; `lagMs` is null for what was not planned by the clock. */
export type SendTuple = [
  input: number,
  intendedMs: number,
  lagMs: number | null,
  sentMs: number | null,
  answeredMs: number | null,
  status: number | null,
  tries: number,
  failure: string | null,
  rows: RowReceipt[] | null,
];
/** As ConnectionLine. */
export type ConnectionTuple = [
  resident: number,
  atMs: number,
  event: 'open' | 'closed' | 'refused',
  code: number | null,
  sequence: number | null,
  intended: boolean,
];
