/**
 * The event kernel of one agency: schedule (time, kind, entity, ordinal), run in that order, never in the order of insertion.
 *
 * A 4-ary heap over typed arrays; the tie-break (kind, entity, ordinal) is packed into one exact double, so that an event
 * costs two comparisons of numbers. Two events of equal (time, kind, entity, ordinal) would make the order undefined: the
 * kernel throws when it meets them.
 */
import { History } from './history.ts';
import { KINDS_MAX, type Kind } from './kinds.ts';

export type Handler = (entity: number, payload: unknown, ordinal: number) => void;

const ORDINALS_MAX = 65_536;
const ENTITIES_MAX = 4_294_967_296;

export class Kernel {
  /** Simulated time, UTC ms. Moves forward only. */
  nowMs: number;
  /** Events run so far, and those of them that were device motions (kind 0). */
  events = 0;
  motions = 0;
  readonly history = new History();

  /** A 4-ary heap: event i's time and packed key at 2i and 2i + 1, so that four siblings share a cache line or two; `slots` is its payload's place, -1 without. */
  #heap = new Float64Array(2048);
  #slots = new Int32Array(1024);
  #size = 0;
  /** The root's event runs or has run: the first event that it schedules takes the root, which saves taking one out and putting one in. */
  #hollow = false;
  readonly #payloads: unknown[] = [];
  readonly #free: number[] = [];
  readonly #handlers: (Handler | undefined)[] = new Array<Handler | undefined>(KINDS_MAX).fill(undefined);
  #lastTime = -1;
  #lastKey = -1;
  /** Called before each event while set; for naming the first difference between two runs. */
  trace: ((timeMs: number, kind: number, entity: number, ordinal: number) => void) | null = null;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** Sets the one handler of a kind. Throws on a second one. */
  on(kind: Kind, handler: Handler): void {
    if (this.#handlers[kind] !== undefined) throw new Error(`kernel: kind ${kind} has a handler already`);
    this.#handlers[kind] = handler;
  }

  /**
   * Schedules an event. `atMs`: integer, not before now. `entity`: integer 0 to 2^32 - 1. `ordinal`: integer 0 to 65535,
   * telling apart events of one entity and kind at one moment. Throws where one is out of range.
   */
  schedule(atMs: number, kind: Kind, entity: number, ordinal: number, payload?: unknown): void {
    if (
      !(
        atMs >= this.nowMs &&
        atMs === Math.floor(atMs) &&
        entity >= 0 &&
        entity < ENTITIES_MAX &&
        ordinal >= 0 &&
        ordinal < ORDINALS_MAX
      )
    ) {
      this.#refuse(atMs, kind, entity, ordinal);
    }
    if (this.#size === this.#slots.length) this.#grow();
    // Written behind the last one and moved from there: an index crosses a call for less than a double does.
    const at = this.#size;
    this.#heap[2 * at] = atMs;
    this.#heap[2 * at + 1] = (kind * ENTITIES_MAX + entity) * ORDINALS_MAX + ordinal;
    this.#slots[at] = payload === undefined ? -1 : this.#keep(payload);
    if (this.#hollow) {
      this.#hollow = false;
      this.#siftDown(at);
    } else {
      this.#size = at + 1;
      this.#siftUp(at);
    }
  }

  /** Time of the next event; Infinity where none. */
  nextMs(): number {
    this.#close();
    return this.#size === 0 ? Infinity : this.#heap[0];
  }

  /** Runs every event before `untilMs` (exclusive), then moves the clock there. */
  runUntil(untilMs: number): void {
    while (this.#size > 0 && this.#heap[0] < untilMs) this.step();
    if (untilMs > this.nowMs) this.nowMs = untilMs;
  }

  /** Runs the next event. Call only where `nextMs()` is finite, and never from within a handler. */
  step(): void {
    const time = this.#heap[0];
    const key = this.#heap[1];
    const slot = this.#slots[0];
    this.#hollow = true;
    // Powers of two divide exactly: floor costs a fraction of what a remainder of doubles does.
    const high = Math.floor(key / ORDINALS_MAX);
    const ordinal = (key - high * ORDINALS_MAX) | 0;
    const kind = Math.floor(high / ENTITIES_MAX) | 0;
    const entity = (high - kind * ENTITIES_MAX) >>> 0;
    if (time === this.#lastTime && key === this.#lastKey) {
      throw new Error(
        `kernel: two events of kind ${kind}, entity ${entity}, ordinal ${ordinal} at ${time}: their order is undefined`,
      );
    }
    this.#lastTime = time;
    this.#lastKey = key;
    this.nowMs = time;
    this.events += 1;
    if (kind === 0) this.motions += 1;
    if (this.trace !== null) this.trace(time, kind, entity, ordinal);
    this.history.foldEvent(time, kind * ORDINALS_MAX + ordinal, entity);
    let payload: unknown;
    if (slot >= 0) {
      payload = this.#payloads[slot];
      this.#payloads[slot] = undefined;
      this.#free.push(slot);
    }
    const handler = this.#handlers[kind];
    if (handler === undefined) throw new Error(`kernel: no handler for kind ${kind}`);
    handler(entity, payload, ordinal);
    this.#close();
  }

  /** Events waiting. */
  pending(): number {
    this.#close();
    return this.#size;
  }

  #refuse(atMs: number, kind: Kind, entity: number, ordinal: number): never {
    if (!(atMs >= this.nowMs && atMs === Math.floor(atMs)))
      throw new RangeError(`kernel: time ${atMs} is not an integer at or after ${this.nowMs}`);
    throw new RangeError(`kernel: entity ${entity} or ordinal ${ordinal} out of range (kind ${kind})`);
  }

  /** Puts a payload away until its event runs. */
  #keep(payload: unknown): number {
    const slot = this.#free.length > 0 ? (this.#free.pop() as number) : this.#payloads.length;
    this.#payloads[slot] = payload;
    return slot;
  }

  /** Takes the root, whose event has run, out of the heap, unless the event that replaced it stands there. */
  #close(): void {
    if (!this.#hollow) return;
    this.#hollow = false;
    const last = this.#size - 1;
    this.#size = last;
    if (last > 0) this.#siftDown(last);
  }

  /** Moves the last event, at the index given, up to its place. */
  #siftUp(last: number): void {
    const heap = this.#heap;
    const slots = this.#slots;
    const time = heap[2 * last];
    const key = heap[2 * last + 1];
    const slot = slots[last];
    let i = last;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const t = heap[2 * parent];
      if (t < time || (t === time && heap[2 * parent + 1] <= key)) break;
      heap[2 * i] = t;
      heap[2 * i + 1] = heap[2 * parent + 1];
      slots[i] = slots[parent];
      i = parent;
    }
    heap[2 * i] = time;
    heap[2 * i + 1] = key;
    slots[i] = slot;
  }

  /** Moves the event at an index behind the heap's end to the root, and from there down to its place. */
  #siftDown(from: number): void {
    const heap = this.#heap;
    const slots = this.#slots;
    const size = this.#size;
    const time = heap[2 * from];
    const key = heap[2 * from + 1];
    const slot = slots[from];
    let i = 0;
    for (let first = 1; first < size; first = 4 * i + 1) {
      const end = first + 4 < size ? first + 4 : size;
      let least = first;
      let t = heap[2 * first];
      for (let child = first + 1; child < end; child += 1) {
        const ct = heap[2 * child];
        if (ct < t || (ct === t && heap[2 * child + 1] < heap[2 * least + 1])) {
          least = child;
          t = ct;
        }
      }
      const k = heap[2 * least + 1];
      if (time < t || (time === t && key <= k)) break;
      heap[2 * i] = t;
      heap[2 * i + 1] = k;
      slots[i] = slots[least];
      i = least;
    }
    heap[2 * i] = time;
    heap[2 * i + 1] = key;
    slots[i] = slot;
  }

  #grow(): void {
    const heap = new Float64Array(this.#heap.length * 2);
    heap.set(this.#heap);
    this.#heap = heap;
    const slots = new Int32Array(this.#slots.length * 2);
    slots.set(this.#slots);
    this.#slots = slots;
  }
}
