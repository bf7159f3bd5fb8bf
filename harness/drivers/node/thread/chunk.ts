/** Inputs on their way to a sending thread, packed so that handing them over copies nothing and makes no objects. */
import { TRACE_INPUT_KINDS } from '../../../../contract/trace-kinds.ts';
import type { TraceInputKind } from '../../../../contract/trace.ts';

/** Columns of `count` items, in order of time. */
export interface Chunk {
  count: number;
  /** Line of inputs.jsonl. Items that follow each other with one line are parts of one input. */
  line: Uint32Array<ArrayBuffer>;
  atMs: Float64Array<ArrayBuffer>;
  /** Index in TRACE_INPUT_KINDS. */
  kind: Uint8Array<ArrayBuffer>;
  /** Number of the HTTP connection (cad, post, preference, review), agency (snapshot), resident or doorbell. */
  who: Uint32Array<ArrayBuffer>;
  /**
   * snapshot: its `polledMs`; other HTTP requests: parts of this input still to come; connect: 1 for a resident who reads slowly;
   * doorbells' messages: offset of the packet id in the packet; else 0.
   */
  extra: Float64Array<ArrayBuffer>;
  /** Item i's bytes are `bytes` from offset[i] to offset[i + 1]. */
  offset: Uint32Array<ArrayBuffer>;
  bytes: Uint8Array<ArrayBuffer>;
}

/** One row of a chunk. */
export interface Item {
  line: number;
  atMs: number;
  kind: TraceInputKind;
  who: number;
  extra: number;
  bytes: Uint8Array;
}

/** Memory that an item without bytes takes, about. */
const ITEM_BYTES = 64;

/** Collects items until a chunk is taken. */
export class ChunkBuilder {
  #items: Item[] = [];
  #length = 0;

  /** Bytes collected, with what the columns take. */
  get weight(): number {
    return this.#length + this.#items.length * ITEM_BYTES;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#length += item.bytes.length;
  }

  /** Takes the items collected so far; null if there are none. */
  take(): Chunk | null {
    const items = this.#items;
    if (items.length === 0) return null;
    const chunk: Chunk = {
      count: items.length,
      line: Uint32Array.from(items, (item) => item.line),
      atMs: Float64Array.from(items, (item) => item.atMs),
      kind: Uint8Array.from(items, (item) => TRACE_INPUT_KINDS.indexOf(item.kind)),
      who: Uint32Array.from(items, (item) => item.who),
      extra: Float64Array.from(items, (item) => item.extra),
      offset: new Uint32Array(items.length + 1),
      bytes: new Uint8Array(this.#length),
    };
    let end = 0;
    for (const [i, item] of items.entries()) {
      chunk.bytes.set(item.bytes, end);
      end += item.bytes.length;
      chunk.offset[i + 1] = end;
    }
    this.#items = [];
    this.#length = 0;
    return chunk;
  }
}

/** Memory that a chunk takes, about, in bytes. */
export function chunkWeight(chunk: Chunk): number {
  return chunk.bytes.length + chunk.count * ITEM_BYTES;
}

/** The buffers of a chunk, which are handed over and not copied. */
export function chunkBuffers(chunk: Chunk): ArrayBuffer[] {
  const { line, atMs, kind, who, extra, offset, bytes } = chunk;
  return [line, atMs, kind, who, extra, offset, bytes].map((column) => column.buffer);
}
