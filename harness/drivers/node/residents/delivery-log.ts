/** Deliveries to residents: each distinct text once, and a row of numbers for each delivery, in blocks that never move. */
import { DELIVERIES_PER_BLOCK, emptyDeliveryBlock, type DeliveryBlock } from '../../observations/observed-part.ts';
import type { MessageInBytes } from '../../session/stream-message.ts';

/** Bytes of distinct texts that are kept. */
const FRAME_BYTES_MAX = 256 << 20;
/** A text's first bytes are hashed: an alert's identifier stands within them. */
const HASHED_BYTES = 64;

/** The deliveries of one thread. */
export class DeliveryLog {
  readonly #max: number;
  readonly #blocks: DeliveryBlock[] = [];
  readonly #frames: { type: 'alert' | 'post'; bytes: Buffer }[] = [];
  /** Numbers of frames by hash. */
  readonly #byHash = new Map<number, number[]>();
  #frameBytes = 0;
  #last = -1;
  /** Deliveries kept. */
  count = 0;
  /** When the last one came (Unix ms); 0 before. */
  lastMs = 0;
  /** Deliveries beyond a bound, which were only counted. */
  dropped = 0;

  /** `max`: deliveries that are kept. */
  constructor(max: number) {
    this.#max = max;
  }

  /** A message came to a resident; its body lies in `bytes`, which may be read into again after this call. */
  add(resident: number, message: Omit<MessageInBytes, 'kind'>, bytes: Buffer, wallMs: number): void {
    const { type, start, end, sequence } = message;
    this.lastMs = wallMs;
    const frame = this.count >= this.#max ? -1 : this.#frameOf(type, bytes, start, end);
    if (frame === -1) {
      this.dropped += 1;
      return;
    }
    if (this.count % DELIVERIES_PER_BLOCK === 0) this.#blocks.push(emptyDeliveryBlock());
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
      const at = (from + done) % DELIVERIES_PER_BLOCK;
      const block = this.#blocks[Math.floor((from + done) / DELIVERIES_PER_BLOCK)];
      const end = Math.min(DELIVERIES_PER_BLOCK, at + count - done);
      resident.set(block.resident.subarray(at, end), done);
      frame.set(block.frame.subarray(at, end), done);
      wallMs.set(block.wallMs.subarray(at, end), done);
      done += end - at;
    }
    return { resident, frame, wallMs };
  }

  /** Distinct texts from the `from`-th on. */
  frames(from = 0): { type: 'alert' | 'post'; text: string }[] {
    return this.#frames.slice(from).map(({ type, bytes }) => ({ type, text: bytes.toString() }));
  }

  /** The number of a text, the same whenever it comes; -1 if no more texts are kept. An alert goes to many at once: the last one is the likeliest. */
  #frameOf(type: 'alert' | 'post', bytes: Buffer, start: number, end: number): number {
    if (this.#last !== -1 && this.#is(this.#last, type, bytes, start, end)) return this.#last;
    const hash = hashOf(bytes, start, end);
    const alike = this.#byHash.get(hash) ?? [];
    const known = alike.find((frame) => this.#is(frame, type, bytes, start, end));
    if (known !== undefined) {
      this.#last = known;
      return known;
    }
    if (this.#frameBytes + end - start > FRAME_BYTES_MAX) return -1;
    this.#frameBytes += end - start;
    this.#last = this.#frames.push({ type, bytes: Buffer.from(bytes.subarray(start, end)) }) - 1;
    this.#byHash.set(hash, [...alike, this.#last]);
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

/** FNV-1a over the first bytes and the length. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  const until = Math.min(end, start + HASHED_BYTES);
  for (let i = start; i < until; i += 1) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}
