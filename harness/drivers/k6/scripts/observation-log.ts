/** What one VU saw, written to k6's console in batches and within a bound. */
import { observationsDropped } from './meters.ts';
import type { ConnectionTuple, LogLine, SendTuple } from './log-lines.ts';

/** Entries of one line, so that a line stays short enough for any log. */
const BATCH = 500;

export function tell(line: LogLine): void {
  // oxlint-disable-next-line no-console -- k6's console is the only file that a VU can write to.
  console.log(JSON.stringify(line));
}

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
  gaps = 0;
  unreadable = 0;

  /** `part`: a number that no other VU of this instance has. `entriesMax`: deliveries and events of connections that are told. */
  constructor(part: number, entriesMax: number) {
    this.#part = part;
    this.#entriesMax = entriesMax;
  }

  /** Sends are as many as the trace has inputs: they need no bound. */
  send(tuple: SendTuple): void {
    if (this.#sends.push(tuple) >= BATCH) this.flush();
  }

  /** Whether this text was seen by this VU for the first time. */
  delivery(resident: number, sequence: number, type: 'alert' | 'post', text: string, ms: number): boolean {
    if (!this.#hasRoom()) return false;
    let frame = this.#frames.get(text);
    const isNew = frame === undefined;
    if (frame === undefined) {
      frame = this.#frames.size;
      this.#frames.set(text, frame);
      this.#newFrames.push([frame, type, text]);
    }
    if (this.#deliveries.push([resident, sequence, frame, ms]) >= BATCH) this.flush();
    return isNew;
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

  /** Nothing more is told afterwards. */
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
