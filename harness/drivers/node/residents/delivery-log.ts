/** What residents received: each distinct text once, and a row of numbers for each delivery, in blocks that never move. */
import type { DeliveryBlock } from '../thread/crew-contract.ts';

const BLOCK = 65_536;
/** Distinct texts that are kept, over all. */
const FRAME_BYTES_MAX = 256 << 20;
/** Bytes of a text that are hashed: an alert's identifier stands within them. */
const HASHED_BYTES = 64;

export class DeliveryLog {
  readonly #max: number;
  readonly #blocks: DeliveryBlock[] = [];
  readonly #frames: { type: 'alert' | 'post'; bytes: Buffer }[] = [];
  /** Numbers of frames by hash. */
  readonly #byHash = new Map<number, number[]>();
  #frameBytes = 0;
  #last = -1;
  count = 0;
  lastMs = 0;
  /** Deliveries beyond a bound, which were counted only. */
  dropped = 0;

  constructor(max: number) {
    this.#max = max;
  }

  add(
    resident: number,
    sequence: number,
    type: 'alert' | 'post',
    bytes: Buffer,
    start: number,
    end: number,
    wallMs: number,
  ): void {
    this.lastMs = wallMs;
    const frame = this.count >= this.#max ? -1 : this.#frameOf(type, bytes, start, end);
    if (frame === -1) {
      this.dropped += 1;
      return;
    }
    if (this.count % BLOCK === 0) this.#blocks.push(emptyBlock());
    const block = this.#blocks[this.#blocks.length - 1];
    const i = block.count;
    block.resident[i] = resident;
    block.sequence[i] = sequence;
    block.frame[i] = frame;
    block.wallMs[i] = wallMs;
    block.count += 1;
    this.count += 1;
  }

  get blocks(): DeliveryBlock[] {
    return this.#blocks;
  }

  /** Deliveries kept from the `from`-th on, at most `most` of them, as columns of their own. */
  since(from: number, most: number): { resident: Uint32Array; frame: Uint32Array; wallMs: Float64Array } {
    const count = Math.min(this.count - from, most);
    const resident = new Uint32Array(count);
    const frame = new Uint32Array(count);
    const wallMs = new Float64Array(count);
    for (let done = 0; done < count;) {
      const at = (from + done) % BLOCK;
      const block = this.#blocks[Math.floor((from + done) / BLOCK)];
      const end = Math.min(BLOCK, at + count - done);
      resident.set(block.resident.subarray(at, end), done);
      frame.set(block.frame.subarray(at, end), done);
      wallMs.set(block.wallMs.subarray(at, end), done);
      done += end - at;
    }
    return { resident, frame, wallMs };
  }

  frames(from = 0): { type: 'alert' | 'post'; text: string }[] {
    return this.#frames.slice(from).map(({ type, bytes }) => ({ type, text: bytes.toString() }));
  }

  /** Its number, the same for the same text; -1 where no more are kept. An alert goes to many at once: the last one is the likeliest. */
  #frameOf(type: 'alert' | 'post', bytes: Buffer, start: number, end: number): number {
    if (this.#last !== -1 && this.#is(this.#last, type, bytes, start, end)) return this.#last;
    const hash = hashOf(bytes, start, end);
    const known = this.#byHash.get(hash) ?? [];
    const found = known.find((frame) => this.#is(frame, type, bytes, start, end));
    if (found !== undefined) {
      this.#last = found;
      return found;
    }
    if (this.#frameBytes + end - start > FRAME_BYTES_MAX) return -1;
    this.#frameBytes += end - start;
    this.#last = this.#frames.push({ type, bytes: Buffer.from(bytes.subarray(start, end)) }) - 1;
    this.#byHash.set(hash, [...known, this.#last]);
    return this.#last;
  }

  #is(frame: number, type: 'alert' | 'post', bytes: Buffer, start: number, end: number): boolean {
    const known = this.#frames[frame];
    return (
      known.type === type &&
      known.bytes.length === end - start &&
      bytes.compare(known.bytes, 0, known.bytes.length, start, end) === 0
    );
  }
}

// --- internal ---

function emptyBlock(): DeliveryBlock {
  return {
    count: 0,
    resident: new Uint32Array(BLOCK),
    sequence: new Float64Array(BLOCK),
    frame: new Uint32Array(BLOCK),
    wallMs: new Float64Array(BLOCK),
  };
}

/** FNV-1a over the first bytes and the length. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  const until = Math.min(end, start + HASHED_BYTES);
  for (let i = start; i < until; i += 1) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}
