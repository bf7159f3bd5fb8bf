/**
 * The lines that the scripts write to k6's console, one JSON value a line (`--console-output FILE --log-format raw`), and that
 * observations.ts reads. Keys are short and records are tuples, because a run logs each delivery. Wall times are Unix ms.
 */
import type { PlatformClock } from '../../../../contract/clock.ts';
import type { RowReceipt } from '../../../../contract/pipeline.ts';

/** A line of one instance of k6. `part` is the VU to which a frame's number belongs. */
export type LogLine =
  /** The first line: the window's place on the wall is known. */
  | {
      line: 'start';
      script: string;
      traceSha256: string;
      target: string;
      clock: PlatformClock;
      platformClock: boolean;
      segment: string;
      /** Parts of the trace that the script leaves out, in words. */
      notes: string[];
    }
  | { line: 'sends'; sends: SendTuple[] }
  | { line: 'frames'; part: number; frames: [frame: number, type: 'alert' | 'post', text: string][] }
  | { line: 'deliveries'; part: number; deliveries: [resident: number, sequence: number, frame: number, ms: number][] }
  | { line: 'connections'; connections: ConnectionTuple[] }
  /** Times from asking for a connection to having it, ms; and the number of connections open in this VU. */
  | { line: 'connected'; part: number; of: 'residents' | 'doorbells'; open: number; ms: number[] }
  /** The last line of a VU. `dropped`: entries beyond the bound, which were not written. */
  | { line: 'end'; part: number; dropped: number; gaps: number; unreadable: number };

/** A SendLine; `lagMs` is null for an input that was not planned by the clock. */
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
/** A ConnectionLine. */
export type ConnectionTuple = [
  resident: number,
  atMs: number,
  event: 'open' | 'closed' | 'refused',
  code: number | null,
  sequence: number | null,
  intended: boolean,
];
