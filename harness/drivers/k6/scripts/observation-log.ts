/** The observations of one VU, written to k6's console in batches and within a bound. */
import exec from 'k6/execution';
import { clearInterval, setInterval } from 'k6/timers';
import { observationsDropped } from './meters.ts';
import type { ConnectionTuple, LogLine, SendTuple } from './log-lines.ts';
import type { SessionTally } from '../../session/connection.ts';

/** Entries of one line, so that a line stays short enough for any log. */
const BATCH = 500;
const FLUSH_MS = 1000;

/** Writes one line. */
export function tell(line: LogLine): void {
  // oxlint-disable-next-line no-console -- k6's console is the only file that a VU can write to.
  console.log(JSON.stringify(line));
}

/** The clients of a VU, as far as its log tells of them. */
export interface Connections {
  rules: { tally: SessionTally };
  /** Times to connect that were not told yet; they are taken from here. */
  counts: { connectMs: number[] };
}

/** Writes each second what a VU saw, and how many of its clients are connected. `also` is called at the same moments. */
export function tellRegularly(
  log: ObservationLog,
  of: 'residents' | 'doorbells',
  { rules, counts }: Connections,
  also: () => void = () => {},
): { stop(): void } {
  const flush = (): void => {
    log.flush();
    const ms = counts.connectMs.splice(0);
    tell({ line: 'connected', part: exec.vu.idInTest, of, open: rules.tally.connected, ms });
    also();
  };
  const timer = setInterval(flush, FLUSH_MS);
  return {
    stop: () => {
      clearInterval(timer);
      flush();
    },
  };
}

/** Collects what one VU saw, and writes it in batches. */
export class ObservationLog {
  readonly #part: number;
  readonly #entriesMax: number;
  readonly #frames = new Map<string, number>();
  #sends: SendTuple[] = [];
  #newFrames: [number, 'alert' | 'post', string][] = [];
  #deliveries: [number, number, number, number][] = [];
  #connections: ConnectionTuple[] = [];
  #entries = 0;
  #dropped = 0;
  /** Times the target said that it no longer keeps messages, and messages that are none of the contract's. */
  gaps = 0;
  unreadable = 0;

  /** `part`: a number that no other VU of this instance has. `entriesMax`: deliveries and events of connections that are written. */
  constructor(part: number, entriesMax: number) {
    this.#part = part;
    this.#entriesMax = entriesMax;
  }

  /** There are as many sends as the trace has inputs: they need no bound. */
  send(tuple: SendTuple): void {
    if (this.#sends.push(tuple) >= BATCH) this.flush();
  }

  delivery(resident: number, sequence: number, type: 'alert' | 'post', text: string, ms: number): void {
    if (!this.#hasRoom()) return;
    let frame = this.#frames.get(text);
    if (frame === undefined) {
      frame = this.#frames.size;
      this.#frames.set(text, frame);
      this.#newFrames.push([frame, type, text]);
    }
    if (this.#deliveries.push([resident, sequence, frame, ms]) >= BATCH) this.flush();
  }

  connection(tuple: ConnectionTuple): void {
    if (this.#hasRoom() && this.#connections.push(tuple) >= BATCH) this.flush();
  }

  flush(): void {
    if (this.#sends.length > 0) tell({ line: 'sends', sends: this.#sends });
    if (this.#newFrames.length > 0) tell({ line: 'frames', part: this.#part, frames: this.#newFrames });
    if (this.#deliveries.length > 0) tell({ line: 'deliveries', part: this.#part, deliveries: this.#deliveries });
    if (this.#connections.length > 0) tell({ line: 'connections', connections: this.#connections });
    this.#sends = [];
    this.#newFrames = [];
    this.#deliveries = [];
    this.#connections = [];
  }

  /** Writes the last line of this VU. */
  end(): void {
    this.flush();
    tell({ line: 'end', part: this.#part, dropped: this.#dropped, gaps: this.gaps, unreadable: this.unreadable });
  }

  #hasRoom(): boolean {
    this.#entries += 1;
    if (this.#entries <= this.#entriesMax) return true;
    this.#dropped += 1;
    observationsDropped.add(1);
    return false;
  }
}
